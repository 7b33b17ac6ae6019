import type { DigestClient } from '../auth/digest-client.ts';
import type { SipPeer, SipRequest, SipResponse } from '../message/sip-message.ts';
import { GIVE_UP_T1 } from '../transaction/timers.ts';
import type { CallContext } from './call-context.ts';
import { createForks, type Fork } from './forks.ts';
import { sendInDialog } from './send-in-dialog.ts';

/** One INVITE of a call on its way out, at one place, with all telephones that it reaches there. */
export interface InviteAttempt {
  /** The place has said something. */
  readonly isHeard: boolean;
  /** Nobody wants it any more: it is cancelled as soon as the place has it, and whoever picks up is told that nobody is there. */
  letGo(): void;
}

export interface InviteAttemptSetting {
  readonly context: CallContext;
  readonly invite: SipRequest;
  readonly peer: SipPeer;
  /** Nobody stands between: what they say where they are is where the INVITE went. */
  readonly isDirect: boolean;
  readonly identity: DigestClient | undefined;
}

/** None is told after `letGo`; of the last three one is told, once. */
export interface InviteAttemptEvents {
  /** The place has it. */
  readonly onHeard: () => void;
  readonly onRinging: () => void;
  /** Somebody picked up first, and has our ACK. False: it cannot be a call, and they are told goodbye. */
  readonly onAnswered: (fork: Fork, response: SipResponse) => boolean;
  readonly onRefused: (response: SipResponse) => void;
  readonly onFailed: (why: 'timed_out' | 'not_sent') => void;
}

export function createInviteAttempt(setting: InviteAttemptSetting, events: InviteAttemptEvents): InviteAttempt {
  const { context, invite, isDirect, identity } = setting;
  const { timers, intervals, transactions } = context;
  const forks = createForks(context);
  let isWanted = true;
  let isHeard = false;
  let isCancelled = false;
  let cancelEnd = () => {};

  const end = () => {
    cancelEnd();
    forks.close();
  };
  /** What crosses is waited for as long as some may come. */
  const linger = () => {
    cancelEnd();
    cancelEnd = timers.after(GIVE_UP_T1 * intervals.t1Ms, () => {
      transaction.abandon();
      end();
    });
  };
  /** CANCEL must not overtake the INVITE (§9.1): it waits for the first sign that they have it. */
  const cancel = () => {
    if (isCancelled || !isHeard) return;
    isCancelled = true;
    transactions.cancel(transaction);
    linger();
  };

  const takeProvisional = (response: SipResponse, from: SipPeer) => {
    isHeard = true;
    if (!isWanted) return cancel();
    events.onHeard();
    if (response.status === 100) return;
    forks.early(invite, response, from, isDirect, identity);
    if (response.status === 180 || response.status === 183) events.onRinging();
  };

  const takeAnswer = (response: SipResponse, from: SipPeer) => {
    const answered = forks.answered(invite, response, from, isDirect, identity);
    if (answered === undefined || !answered.isNew) return;
    const { fork } = answered;
    // Somebody picked up although we gave up, or a second telephone did.
    if (!isWanted) return sayBye(fork);
    isWanted = false;
    linger();
    if (events.onAnswered(fork, response)) forks.keep(fork);
    else sayBye(fork);
  };

  const isLast = () => {
    end();
    const wasWanted = isWanted;
    isWanted = false;
    return wasWanted;
  };

  const transaction = transactions.request(invite, setting.peer, {
    onResponse(response, from) {
      if (response.status < 200) takeProvisional(response, from);
      else if (response.status < 300) takeAnswer(response, from);
      else if (isLast()) events.onRefused(response);
    },
    onFailed(why) {
      if (isLast()) events.onFailed(why);
    },
  });

  return {
    get isHeard() {
      return isHeard;
    },
    letGo() {
      if (!isWanted) return;
      isWanted = false;
      linger();
      cancel();
    },
  };
}

function sayBye({ line }: Fork): void {
  sendInDialog(line, { method: 'BYE', onOutcome() {} });
}
