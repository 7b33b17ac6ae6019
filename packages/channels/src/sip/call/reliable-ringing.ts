import { header } from '../message/headers.ts';
import { parseRAck } from '../message/sequence.ts';
import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import { makeResponse } from '../transaction/make-message.ts';
import { cseqOf } from '../transaction/read-message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import { GIVE_UP_T1, repeat, type SipIntervals, type Timers } from '../transaction/timers.ts';

/** A provisional answer that is said until they tell that they have it (RFC 3262). One at a time is enough: it rings. */
export interface ReliableRinging {
  ring(status: number, headers: readonly SipHeader[]): void;
  /** Is this the PRACK for it? */
  takePrack(prack: SipRequest): boolean;
  stop(): void;
}

export function createReliableRinging(
  setting: { readonly timers: Timers; readonly intervals: SipIntervals; readonly random: () => number },
  transaction: ServerTransaction,
  onUnheard: () => void,
): ReliableRinging {
  const { timers, intervals } = setting;
  const inviteSequence = cseqOf(transaction.request)?.sequence;
  let sequence: number | undefined;
  let stop = () => {};

  return {
    ring(status, headers) {
      if (sequence !== undefined) return;
      // §3: a first number of 1 to 2³¹ − 1 by chance.
      sequence = 1 + Math.floor(setting.random() * (2 ** 31 - 2));
      const reliable = [...headers, { name: 'Require', value: '100rel' }, { name: 'RSeq', value: String(sequence) }];
      const response = makeResponse(transaction.request, status, { toTag: transaction.toTag, headers: reliable });
      const say = () => transaction.respond(response);
      const stopRepeating = repeat(timers, intervals.t1Ms, Number.POSITIVE_INFINITY, say);
      const cancelDeadline = timers.after(GIVE_UP_T1 * intervals.t1Ms, () => {
        stopRepeating();
        onUnheard();
      });
      stop = () => {
        stopRepeating();
        cancelDeadline();
      };
      say();
    },
    takePrack(prack) {
      const rack = parseRAck(header(prack.headers, 'RAck') ?? '');
      const isIt = rack !== undefined && rack.responseSequence === sequence && rack.sequence === inviteSequence;
      if (isIt && rack.method === 'INVITE') stop();
      return isIt && rack.method === 'INVITE';
    },
    stop: () => stop(),
  };
}
