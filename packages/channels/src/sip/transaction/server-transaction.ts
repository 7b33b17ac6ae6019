import type { SipPeer, SipRequest, SipResponse } from '../message/sip-message.ts';
import { makeResponse, type ResponseOptions } from './make-message.ts';
import { GIVE_UP_T1, repeat, type SipIntervals, type Timers } from './timers.ts';

/** A request of theirs and what we answer (RFC 3261 §17.2, for INVITE with the Accepted state of RFC 6026). */
export interface ServerTransaction {
  readonly request: SipRequest;
  /** Where it came from. */
  readonly peer: SipPeer;
  /** Ours in To, where theirs has none: the same in all answers, and that of the dialog which they may begin. */
  readonly toTag: string;
  /** The final answer was given. */
  readonly isAnswered: boolean;
  /** Provisional answers, then one final; for INVITE a 2xx may be said again. What comes after the final one is dropped. */
  respond(response: SipResponse): void;
  /** A final answer, said once: the request is forgotten, and answered anew should it come again (§8.2.7). */
  respondOnce(response: SipResponse): void;
  /** They do not want it any more (CANCEL), and it is not answered: whoever works on it answers 487. */
  onCancel: (() => void) | undefined;
}

/** Answers it with what every answer of ours has. */
export function reply(
  transaction: ServerTransaction,
  status: number,
  options: Omit<ResponseOptions, 'toTag'> = {},
): void {
  transaction.respond(makeResponse(transaction.request, status, { ...options, toTag: transaction.toTag }));
}

/**
 * The same for whoever may not be who they say: nothing is kept of the request, and nothing is said again. Otherwise forged requests would
 * fill the memory, and each would make us talk for half a minute to somebody who never asked.
 */
export function replyOnce(
  transaction: ServerTransaction,
  status: number,
  options: Omit<ResponseOptions, 'toTag'> = {},
): void {
  transaction.respondOnce(makeResponse(transaction.request, status, { ...options, toTag: transaction.toTag }));
}

/** What the layer needs to know of it besides. */
export interface ServerTransactionCore extends ServerTransaction {
  /** It is an INVITE that was answered with 2xx. */
  readonly isAccepted: boolean;
  /** The same request came again. */
  receiveAgain(): void;
  /** ACK to a refusal. */
  receiveAck(): void;
  abandon(): void;
}

export interface ServerTransactionSetting {
  readonly request: SipRequest;
  readonly peer: SipPeer;
  readonly toTag: string;
  readonly timers: Timers;
  readonly intervals: SipIntervals;
  readonly send: (response: SipResponse, isRepeated: boolean) => void;
  readonly onEnded: () => void;
}

/** RFC 3261 §17.2.1: whoever asked goes on asking each 500 ms, unless something is answered within 200. */
const TRYING_AFTER_MS = 200;

export function createServerTransaction(setting: ServerTransactionSetting): ServerTransactionCore {
  return setting.request.method === 'INVITE' ? createInviteTransaction(setting) : createOtherTransaction(setting);
}

function createInviteTransaction(setting: ServerTransactionSetting): ServerTransactionCore {
  const { request, peer, toTag, timers, intervals, send } = setting;
  const isReliable = peer.protocol !== 'udp';
  const giveUpMs = GIVE_UP_T1 * intervals.t1Ms;
  let state: 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'ended' = 'proceeding';
  let latest: SipResponse | undefined;
  let stopRepeating = () => {};

  const end = () => {
    if (state === 'ended') return;
    state = 'ended';
    stopRepeating();
    cancelDeadline();
    setting.onEnded();
  };
  let cancelDeadline = timers.after(TRYING_AFTER_MS, () => {
    if (latest === undefined) transaction.respond(makeResponse(request, 100));
  });

  const transaction: ServerTransactionCore = {
    request,
    peer,
    toTag,
    onCancel: undefined,
    get isAnswered() {
      return state !== 'proceeding';
    },
    get isAccepted() {
      return state === 'accepted';
    },
    respond(response) {
      if (state === 'accepted' && response.status >= 200 && response.status < 300) {
        send(response, true);
        return;
      }
      if (state !== 'proceeding') return;
      latest = response;
      send(response, false);
      if (response.status < 200) return;
      cancelDeadline();
      if (response.status < 300) {
        // Saying it again until the ACK comes is the call's own work (§13.3.1.4); here INVITEs that come again are taken up.
        state = 'accepted';
        cancelDeadline = timers.after(giveUpMs, end); // Timer L.
      } else {
        state = 'completed';
        if (!isReliable) stopRepeating = repeat(timers, intervals.t1Ms, intervals.t2Ms, () => send(response, true)); // G
        cancelDeadline = timers.after(giveUpMs, end); // Timer H.
      }
    },
    respondOnce(response) {
      if (state !== 'proceeding') return;
      send(response, false);
      end();
    },
    receiveAgain() {
      if (latest !== undefined && (state === 'proceeding' || state === 'completed')) send(latest, true);
    },
    receiveAck() {
      if (state !== 'completed') return;
      state = 'confirmed';
      stopRepeating();
      cancelDeadline();
      if (isReliable) end();
      else cancelDeadline = timers.after(intervals.t4Ms, end); // Timer I.
    },
    abandon: end,
  };
  return transaction;
}

function createOtherTransaction(setting: ServerTransactionSetting): ServerTransactionCore {
  const { request, peer, toTag, timers, intervals, send } = setting;
  const isReliable = peer.protocol !== 'udp';
  let state: 'trying' | 'completed' | 'ended' = 'trying';
  let latest: SipResponse | undefined;

  const end = () => {
    if (state === 'ended') return;
    state = 'ended';
    cancelDeadline();
    setting.onEnded();
  };
  // Whoever asked has long given up by then; a request that nobody here answered must not stay for ever.
  let cancelDeadline = timers.after(2 * GIVE_UP_T1 * intervals.t1Ms, end);

  return {
    request,
    peer,
    toTag,
    onCancel: undefined,
    isAccepted: false,
    get isAnswered() {
      return state !== 'trying';
    },
    respond(response) {
      if (state !== 'trying') return;
      latest = response;
      send(response, false);
      if (response.status < 200) return;
      state = 'completed';
      cancelDeadline();
      if (isReliable) end();
      else cancelDeadline = timers.after(GIVE_UP_T1 * intervals.t1Ms, end); // Timer J.
    },
    respondOnce(response) {
      if (state !== 'trying') return;
      send(response, false);
      end();
    },
    receiveAgain() {
      if (latest !== undefined) send(latest, true);
    },
    receiveAck() {},
    abandon: end,
  };
}
