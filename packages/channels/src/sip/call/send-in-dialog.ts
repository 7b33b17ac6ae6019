import type { Dialog } from '../dialog/dialog.ts';
import type { NextHop } from '../dialog/next-hop.ts';
import type { SipHeader, SipPeer, SipResponse } from '../message/sip-message.ts';
import type { Content } from '../transaction/make-message.ts';
import { cseqOf } from '../transaction/read-message.ts';
import type { CallContext } from './call-context.ts';
import type { Identity } from './identity.ts';

/** What a request within a dialog came to. */
export type InDialogOutcome =
  | { readonly type: 'answered'; readonly response: SipResponse; readonly sequence: number }
  /** Nothing was answered, or there is no way there: the far end counts as gone (RFC 3261 §12.2.1.2). */
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
  /** By which we answer when asked who we are. */
  readonly identity: Identity | undefined;
}

/** Sends a request within a dialog, proves who we are where that is asked for, and gives the ACK to what is answered to an INVITE. */
export function sendInDialog(line: DialogLine, request: InDialogRequest): void {
  line.hop.lookUp((peer) => {
    if (peer === undefined) request.onOutcome({ type: 'lost' });
    else send(line, request, peer, true);
  });
}

function send(line: DialogLine, request: InDialogRequest, peer: SipPeer, mayProve: boolean): void {
  const { context, dialog, identity } = line;
  const { method, headers = [], content } = request;
  const target = dialog.remoteTarget;
  const own: SipHeader[] = [{ name: 'User-Agent', value: context.userAgent }];
  if (request.hasContact === true) own.push({ name: 'Contact', value: context.contactFor(peer) });
  const proof = identity?.proofFor(method, target) ?? [];
  const message = dialog.request(method, [...own, ...headers, ...proof], content);
  const sequence = cseqOf(message)?.sequence ?? 0;
  let sayAckAgain: (() => void) | undefined;
  let isDone = false;
  request.onSent?.(sequence);
  context.transactions.request(message, peer, {
    onResponse(response) {
      if (response.status < 200) return;
      if (isDone) return sayAckAgain?.();
      isDone = true;
      if (method === 'INVITE' && response.status < 300) {
        dialog.refreshTarget(response);
        sayAckAgain = context.transactions.sendAck(dialog.ack(sequence), peer);
      }
      if (mayProve && identity?.takeChallenge(response) === true) return send(line, request, peer, false);
      request.onOutcome({ type: 'answered', response, sequence });
    },
    onFailed() {
      if (isDone) return;
      isDone = true;
      request.onOutcome({ type: 'lost' });
    },
  });
}

/** The answers after which there is no dialog any more (§12.2.1.2, RFC 5057). */
export function endsDialog(outcome: InDialogOutcome): boolean {
  return outcome.type === 'lost' || outcome.response.status === 481 || outcome.response.status === 408;
}
