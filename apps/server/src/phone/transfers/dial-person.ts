import { LegError, type PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { DialTarget } from '../phone-desk.ts';
import { dialByWays, type WaysOut } from '../ways-out.ts';
import type { Caller, TransferOutcome } from './hand-off.ts';
import type { TransferSettings } from './transfer-settings.ts';

export type Dialed =
  | { readonly type: 'answered'; readonly leg: PhoneLeg }
  | { readonly type: 'failed'; readonly outcome: TransferOutcome };

/**
 * Rings somebody by the best way that leads to them. A machine that answers is hung up on.
 * @throws the signal's reason
 */
export async function dialPerson(
  { ways, settings }: { readonly ways: Pick<WaysOut, 'to'>; readonly settings: TransferSettings },
  call: Caller,
  target: DialTarget,
  signal: AbortSignal,
): Promise<Dialed> {
  const { organizationId, ownNumber } = call;
  const best = await ways.to(target, organizationId, ownNumber);
  signal.throwIfAborted();
  try {
    const dialed = await dialByWays(
      best,
      {
        ...{ organizationId, target, callerNumber: ownNumber, ringTimeoutMs: settings.ringMs },
        // A mailbox presses no keys; where none are asked for, it must be told from a person.
        detectsMachine: settings.accept === 'answer',
      },
      signal,
    );
    const { leg, answeredBy } = dialed;
    if (!signal.aborted && answeredBy !== 'machine') return { type: 'answered', leg };
    leg.hangUp('completed');
    signal.throwIfAborted();
    return { type: 'failed', outcome: 'machine' };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LegError)) throw error;
    return { type: 'failed', outcome: outcomeOf(error.code) };
  }
}

function outcomeOf(code: LegError['code']): TransferOutcome {
  switch (code) {
    case 'busy':
    case 'refused':
    case 'no_answer':
      return code;
    case 'timed_out':
      return 'no_answer';
    case 'unreachable':
    case 'not_supported':
      return 'unreachable';
    case 'ended':
      return 'failed';
  }
}
