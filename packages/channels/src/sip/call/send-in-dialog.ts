import type { DigestClient } from '../auth/digest-client.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { NextHop } from '../dialog/next-hop.ts';
import type { SipHeader, SipHeaders, SipPeer, SipResponse } from '../message/sip-message.ts';
import type { Content } from '../transaction/make-message.ts';
import { cseqOf } from '../transaction/read-message.ts';
import { GIVE_UP_T1 } from '../transaction/timers.ts';
import type { CallContext } from './call-context.ts';

/** What a request within a dialog came to. */
export type InDialogOutcome =
  | { readonly type: 'answered'; readonly response: SipResponse; readonly sequence: number }
  /** Nothing was answered: the far end counts as gone (RFC 3261 §12.2.1.2). */
  | { readonly type: 'lost' };

export interface InDialogRequest {
  readonly method: string;
  readonly headers?: readonly SipHeader[];
  readonly content?: Content;
  /** Our Contact belongs in it: it says where we are. */
  readonly hasContact?: boolean;
  /** It went out, with this number. */
  readonly onSent?: (sequence: number) => void;
  /** Told once, with the final answer; a 401 or 407 that could be answered is not told. */
  readonly onOutcome: (outcome: InDialogOutcome) => void;
}

export interface DialogLine {
  readonly context: CallContext;
  readonly dialog: Dialog;
  readonly hop: NextHop;
  /** By whose account the call was made. Undefined: a trunk is told the account that we have there, others nothing. */
  readonly identity: DigestClient | undefined;
}

/** Sends a request within a dialog, proves who we are where that is asked for, and gives the ACK to what is answered to an INVITE. */
export function sendInDialog(line: DialogLine, request: InDialogRequest): void {
  line.hop.lookUp((peer) => send(line, request, peer, undefined));
}

/** @param proof what a challenge was answered with, the second time; undefined: the first time */
function send(line: DialogLine, request: InDialogRequest, peer: SipPeer, proof: SipHeaders | undefined): void {
  const { context, dialog } = line;
  // Whoever called in the name of a trunk may have us talk to another address: what we prove there would be theirs to guess passwords by.
  const identity = line.identity ?? context.identityAt(peer.address);
  const { method, headers = [], content } = request;
  const own: SipHeader[] = [{ name: 'User-Agent', value: context.userAgent }];
  if (request.hasContact === true) own.push({ name: 'Contact', value: context.contactFor(peer, dialog.isSecure) });
  const bare = dialog.request(method, [...own, ...headers], content);
  const message = { ...bare, headers: [...bare.headers, ...(proof ?? identity?.authorize(bare) ?? [])] };
  const sequence = cseqOf(message)?.sequence ?? 0;
  let sayAckAgain: (() => void) | undefined;
  let isDone = false;
  let cancelDeadline = () => {};
  request.onSent?.(sequence);
  const done = () => {
    isDone = true;
    cancelDeadline();
  };
  const transaction = context.transactions.request(message, peer, {
    onResponse(response) {
      if (response.status < 200) return;
      if (isDone) return sayAckAgain?.();
      done();
      if (method === 'INVITE' && response.status < 300) {
        dialog.refreshTarget(response);
        sayAckAgain = context.transactions.sendAck(dialog.ack(sequence), peer);
      }
      const answer = proof === undefined && isChallenge(response) ? identity?.answer(response, message) : undefined;
      if (answer !== undefined) return send(line, request, peer, answer);
      request.onOutcome({ type: 'answered', response, sequence });
    },
    onFailed() {
      if (isDone) return;
      done();
      request.onOutcome({ type: 'lost' });
    },
  });
  // Of all requests INVITE alone may be worked on without an end; a call that stands has nobody who would think it over.
  if (method !== 'INVITE' || isDone) return;
  cancelDeadline = context.timers.after(GIVE_UP_T1 * context.intervals.t1Ms, () => {
    done();
    context.transactions.cancel(transaction);
    request.onOutcome({ type: 'lost' });
  });
}

/** The answers after which there is no dialog any more (§12.2.1.2, RFC 5057). */
export function endsDialog(outcome: InDialogOutcome): boolean {
  return outcome.type === 'lost' || outcome.response.status === 481 || outcome.response.status === 408;
}

/** They ask who we are. */
export function isChallenge(response: SipResponse): boolean {
  return response.status === 401 || response.status === 407;
}
