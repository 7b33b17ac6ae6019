import { LegError } from '@parley/channels/phone/phone-leg.ts';
import type { DialedLeg, Dialer, DialTarget } from '../phone-desk.ts';
import type { Caller, TransferOutcome } from './hand-off.ts';
import type { TransferSettings } from './transfer-settings.ts';

export type Dialed =
  | { readonly type: 'answered'; readonly dialed: DialedLeg }
  | { readonly type: 'failed'; readonly outcome: TransferOutcome };

/**
 * Rings somebody by the first dialer that reaches them; by the next one only where nothing rang.
 * @throws the signal's reason
 */
export async function dialPerson(
  { dialers, settings }: { readonly dialers: readonly Dialer[]; readonly settings: TransferSettings },
  call: Caller,
  target: DialTarget,
  signal: AbortSignal,
): Promise<Dialed> {
  const { organizationId, ownNumber } = call;
  for (const dialer of dialers) {
    if (!dialer.canReach(target, organizationId)) continue;
    try {
      const dialed = await dialer.dial(
        {
          ...{ organizationId, target, callerNumber: ownNumber, ringTimeoutMs: settings.ringMs },
          // A mailbox presses no keys; where none are asked for, it must be told from a person.
          detectsMachine: settings.accept === 'answer',
        },
        signal,
      );
      if (!signal.aborted) return { type: 'answered', dialed };
      dialed.leg.hangUp('completed');
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LegError)) throw error;
      if (error.code !== 'unreachable' && error.code !== 'not_supported') {
        return { type: 'failed', outcome: outcomeOf(error.code) };
      }
    }
    signal.throwIfAborted();
  }
  return { type: 'failed', outcome: 'unreachable' };
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
