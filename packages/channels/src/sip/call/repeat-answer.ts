import type { SipResponse } from '../message/sip-message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import { GIVE_UP_T1, repeat, type SipIntervals, type Timers } from '../transaction/timers.ts';

/**
 * Gives a 2xx to an INVITE and says it again until its ACK comes, whatever carries it: the loss may be behind a proxy (RFC 3261 §13.3.1.4).
 * @param onUnheard no ACK came in 64 times T1
 * @returns the ACK came, or nobody waits for it any more
 */
export function answerUntilAcknowledged(
  setting: { readonly timers: Timers; readonly intervals: SipIntervals },
  transaction: ServerTransaction,
  response: SipResponse,
  onUnheard: () => void,
): () => void {
  const { timers, intervals } = setting;
  const stopRepeating = repeat(timers, intervals.t1Ms, intervals.t2Ms, () => transaction.respond(response));
  const cancelDeadline = timers.after(GIVE_UP_T1 * intervals.t1Ms, () => {
    stopRepeating();
    onUnheard();
  });
  transaction.respond(response);
  return () => {
    stopRepeating();
    cancelDeadline();
  };
}
