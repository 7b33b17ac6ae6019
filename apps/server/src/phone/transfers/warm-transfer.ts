import type { PhoneLeg } from '@parley/channels/phone/phone-leg.ts';
import type { DialTarget } from '../phone-desk.ts';
import { briefPerson } from './brief-person.ts';
import { dialPerson } from './dial-person.ts';
import type { HandOffParts, Transfer, TransferOutcome } from './hand-off.ts';
import { whileOnHold } from './while-on-hold.ts';

/**
 * The caller hears music while the person is rung and told what it is about; they are joined when the person takes the call, after the
 * agent's last words.
 * @throws the signal's reason
 */
export function transferWarm(
  parts: Pick<HandOffParts, 'ways' | 'settings' | 'clock' | 'onError'>,
  { call, request, voice, signal }: Transfer,
  target: DialTarget,
): Promise<TransferOutcome> {
  const { clock, settings } = parts;
  return whileOnHold(call.talk, signal, async () => {
    const rung = await dialPerson(parts, call, target, signal);
    if (rung.type === 'failed') return rung.outcome;
    const { leg } = rung;
    const hasLeft = watch(leg);
    try {
      const { callerNumber } = call;
      const caller = /\d/.test(callerNumber) ? callerNumber : undefined;
      const { brief } = request;
      const verdict = await briefPerson(leg, { caller, brief, voice, accept: settings.accept }, clock, signal);
      // What has happened is let happen: one who hung up at the last moment is not there.
      await Promise.resolve();
      if (verdict === 'accepted' && !hasLeft()) {
        call.talk.giveTo(leg);
        return 'answered';
      }
      leg.hangUp('completed');
      return verdict === 'failed' && !hasLeft() ? 'failed' : 'refused';
    } catch (error) {
      leg.hangUp('completed');
      throw error;
    }
  });
}

function watch(leg: PhoneLeg): () => boolean {
  let hasLeft = false;
  void leg.ended.then(() => {
    hasLeft = true;
  });
  return () => hasLeft;
}
