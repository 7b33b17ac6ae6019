import type { DialTarget } from '../phone-desk.ts';
import { dialPerson } from './dial-person.ts';
import type { HandOffParts, Transfer, TransferOutcome } from './hand-off.ts';
import { whileOnHold } from './while-on-hold.ts';

/** A network tells what came of it when it stopped ringing there; this comes after it. */
const referMarginMs = 15_000;

/**
 * The caller is put through at once: by the network, which then carries the call without us; where it cannot, by a call of ours that is
 * joined with theirs.
 * @throws the signal's reason
 */
export async function transferCold(
  parts: Pick<HandOffParts, 'ways' | 'settings' | 'clock'>,
  { call, signal, givenUp }: Transfer,
  target: DialTarget,
): Promise<TransferOutcome> {
  const { talk } = call;
  // What the agent said comes before the ringing.
  await talk.quiet(signal);
  signal.throwIfAborted();
  const limit = AbortSignal.any([givenUp, AbortSignal.timeout(parts.settings.ringMs + referMarginMs)]);
  const { clock } = parts;
  const askedMs = clock.nowMs();
  const referred = await refer(talk, target.kind === 'number' ? target.number : target.address, limit);
  if (referred.type === 'answered') return 'answered';
  const { reason } = referred;
  // Many networks refuse to transfer in the words in which people refuse calls.
  const isPersons = reason === 'refused' && clock.nowMs() - askedMs >= quickestRefusalMs;
  if (reason === 'busy' || reason === 'no_answer' || isPersons) return reason;
  // The leg may have gone with it.
  signal.throwIfAborted();
  return whileOnHold(talk, signal, async () => {
    const rung = await dialPerson(parts, call, target, signal);
    if (rung.type === 'failed') return rung.outcome;
    talk.giveTo(rung.leg);
    return 'answered';
  });
}

async function refer(talk: Transfer['call']['talk'], target: string, signal: AbortSignal) {
  try {
    return await talk.refer(target, signal);
  } catch (error) {
    // Nobody said in time what became of it: it is not tried again in another way, or two telephones would ring.
    if (error instanceof DOMException && error.name === 'TimeoutError')
      return { type: 'failed', reason: 'no_answer' } as const;
    throw error;
  }
}

/** Nobody looks at a telephone and refuses a call in less. */
const quickestRefusalMs = 2000;
