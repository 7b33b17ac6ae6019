import type { SipPeer, SipRequest, SipResponse } from '../message/sip-message.ts';
import { ackForRefusal } from './make-message.ts';
import { GIVE_UP_T1, repeat, type SipIntervals, type Timers } from './timers.ts';

/** A request of ours and what is answered to it (RFC 3261 §17.1, for INVITE with the Accepted state of RFC 6026). */
export interface ClientTransaction {
  readonly request: SipRequest;
  /** Where it was sent. */
  readonly peer: SipPeer;
  /** Nothing more comes of it. */
  readonly isOver: boolean;
  receive(response: SipResponse, from: SipPeer): void;
  /** What carries it says that it cannot. */
  fail(): void;
  /** It was asked to be given up: a final answer is waited for no longer than 64 times T1 from now (§9.1). Only INVITE can be. */
  cancelled(): void;
  /** Nobody waits for the answer any more: nothing is told from now on, and everything is free. Idempotent. */
  abandon(): void;
}

export interface ClientTransactionEvents {
  /** Provisional answers, the final one, and for INVITE each 2xx that comes (again, or from another fork). */
  onResponse(response: SipResponse, from: SipPeer): void;
  /** No final answer came in time, or the request could not be sent: as good as 408 or 503 (§8.1.3.1). Told once, instead of one. */
  onFailed(why: 'timed_out' | 'not_sent'): void;
}

export interface ClientTransactionSetting {
  readonly request: SipRequest;
  readonly peer: SipPeer;
  readonly timers: Timers;
  readonly intervals: SipIntervals;
  /** @param isRepeated it was sent before */
  readonly send: (request: SipRequest, isRepeated: boolean) => void;
  readonly events: ClientTransactionEvents;
  /** It is over; nothing of it is left. */
  readonly onEnded: () => void;
}

export function createClientTransaction(setting: ClientTransactionSetting): ClientTransaction {
  return setting.request.method === 'INVITE' ? createInviteTransaction(setting) : createOtherTransaction(setting);
}

function createInviteTransaction(setting: ClientTransactionSetting): ClientTransaction {
  const { request, peer, timers, intervals, send, events } = setting;
  const isReliable = peer.protocol !== 'udp';
  const giveUpMs = GIVE_UP_T1 * intervals.t1Ms;
  let state: 'calling' | 'proceeding' | 'completed' | 'accepted' | 'ended' = 'calling';
  let ack: SipRequest | undefined;
  let isCancelled = false;

  const end = () => {
    if (state === 'ended') return;
    state = 'ended';
    stopRepeating();
    cancelDeadline();
    setting.onEnded();
  };
  const fail = (why: 'timed_out' | 'not_sent') => {
    if (state !== 'calling' && state !== 'proceeding') return;
    end();
    events.onFailed(why);
  };
  // Timers A and B.
  let stopRepeating = isReliable
    ? () => {}
    : repeat(timers, intervals.t1Ms, Number.POSITIVE_INFINITY, () => send(request, true));
  let cancelDeadline = timers.after(giveUpMs, () => fail('timed_out'));
  send(request, false);

  return {
    request,
    peer,
    get isOver() {
      return state === 'ended';
    },
    receive(response, from) {
      if (state === 'ended') return;
      if (state === 'completed') {
        // Their refusal again: our ACK was lost.
        if (response.status >= 300 && ack !== undefined) send(ack, true);
        return;
      }
      if (state === 'accepted') {
        // A provisional answer that was overtaken says nothing any more.
        if (response.status >= 200 && response.status < 300) events.onResponse(response, from);
        return;
      }
      stopRepeating();
      stopRepeating = () => {};
      if (!isCancelled || response.status >= 200) {
        cancelDeadline();
        cancelDeadline = () => {};
      }
      if (response.status < 200) {
        // From now on it rings, and how long it may ring is the caller's matter.
        state = 'proceeding';
      } else if (response.status < 300) {
        state = 'accepted';
        cancelDeadline = timers.after(giveUpMs, end); // Timer M.
      } else {
        state = 'completed';
        ack = ackForRefusal(request, response);
        send(ack, false);
        // Timer D: at least 32 s where packets are lost.
        if (isReliable) end();
        else cancelDeadline = timers.after(Math.max(32_000, giveUpMs), end);
      }
      events.onResponse(response, from);
    },
    fail: () => fail('not_sent'),
    cancelled() {
      if (isCancelled || (state !== 'calling' && state !== 'proceeding')) return;
      isCancelled = true;
      cancelDeadline();
      cancelDeadline = timers.after(giveUpMs, end);
    },
    abandon: end,
  };
}

function createOtherTransaction(setting: ClientTransactionSetting): ClientTransaction {
  const { request, peer, timers, intervals, send, events } = setting;
  const isReliable = peer.protocol !== 'udp';
  let state: 'trying' | 'completed' | 'ended' = 'trying';

  const end = () => {
    if (state === 'ended') return;
    state = 'ended';
    stopRepeating();
    cancelDeadline();
    setting.onEnded();
  };
  const fail = (why: 'timed_out' | 'not_sent') => {
    if (state !== 'trying') return;
    end();
    events.onFailed(why);
  };
  const again = () => send(request, true);
  // Timers E and F.
  let stopRepeating = isReliable ? () => {} : repeat(timers, intervals.t1Ms, intervals.t2Ms, again);
  let cancelDeadline = timers.after(GIVE_UP_T1 * intervals.t1Ms, () => fail('timed_out'));
  let isProceeding = false;
  send(request, false);

  return {
    request,
    peer,
    get isOver() {
      return state === 'ended';
    },
    receive(response, from) {
      if (state !== 'trying') return;
      if (response.status < 200) {
        if (!isProceeding && !isReliable) {
          // They have it and work on it: asking again each T2 is enough.
          stopRepeating();
          stopRepeating = repeat(timers, intervals.t2Ms, intervals.t2Ms, again);
        }
        isProceeding = true;
      } else {
        state = 'completed';
        stopRepeating();
        cancelDeadline();
        // Timer K takes up answers that come twice.
        if (isReliable) end();
        else cancelDeadline = timers.after(intervals.t4Ms, end);
      }
      events.onResponse(response, from);
    },
    fail: () => fail('not_sent'),
    cancelled() {},
    abandon: end,
  };
}
