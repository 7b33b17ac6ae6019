import type { DigestClient } from '../auth/digest-client.ts';
import { type Dialog, dialogFromResponse } from '../dialog/dialog.ts';
import { createNextHop } from '../dialog/next-hop.ts';
import { hasToken, mediaType } from '../message/fields.ts';
import { header, headersNamed } from '../message/headers.ts';
import type { SipPeer, SipRequest, SipResponse } from '../message/sip-message.ts';
import { bodyText } from '../transaction/make-message.ts';
import { cseqOf, tagOf } from '../transaction/read-message.ts';
import { reply } from '../transaction/server-transaction.ts';
import { type CallContext, type DialogOwner, SDP } from './call-context.ts';
import { answerEarly } from './early-requests.ts';
import { type DialogLine, sendInDialog } from './send-in-dialog.ts';

/** One of the telephones that one INVITE of ours reached. */
export interface Fork {
  readonly line: DialogLine;
  /** Their answer to our offer, where it came with a provisional answer that they made sure of (RFC 3262). */
  readonly earlySdp: string | undefined;
}

/** The telephones that answer one INVITE of ours, told apart by the tag in To. */
export interface Forks {
  /** It rings there: requests of the early dialog are answered from now on, and the answer is acknowledged where they want that. */
  early(
    invite: SipRequest,
    response: SipResponse,
    from: SipPeer,
    isDirect: boolean,
    identity: DigestClient | undefined,
  ): void;
  /** They picked up. The ACK is given, also to an answer that comes again. Undefined: the answer is unusable. */
  answered(
    invite: SipRequest,
    response: SipResponse,
    from: SipPeer,
    isDirect: boolean,
    identity: DigestClient | undefined,
  ): { readonly fork: Fork; readonly isNew: boolean } | undefined;
  /** This one is a call now, and its own owner. */
  keep(fork: Fork): void;
  close(): void;
}

/** More telephones than any house rings at once; of as many others the answer counts, and beyond that somebody plays with us. */
const MAX_FORKS = 16;

interface Entry {
  line: DialogLine;
  earlySdp: string | undefined;
  latestReliable: number | undefined;
  owner: DialogOwner | undefined;
  sayAckAgain: (() => void) | undefined;
}

export function createForks(context: CallContext): Forks {
  const entries = new Map<string, Entry>();

  const open = (dialog: Dialog, from: SipPeer, isDirect: boolean, identity: DigestClient | undefined): Entry => {
    const hop = createNextHop({
      dialog,
      source: from,
      isDirect,
      locate: context.locate,
      isTrustedProxy: context.isTrustedProxy,
    });
    const entry: Entry = {
      line: { context, dialog, hop, identity },
      earlySdp: undefined,
      latestReliable: undefined,
      owner: undefined,
      sayAckAgain: undefined,
    };
    entries.set(dialog.remoteTag, entry);
    return entry;
  };

  const listenTo = (entry: Entry) => {
    const { dialog, hop } = entry.line;
    if (entry.owner !== undefined) return;
    entry.owner = {
      receive(transaction) {
        if (!hop.accepts(transaction.peer)) return reply(transaction, 481);
        if (!dialog.takesInOrder(transaction.request)) return reply(transaction, 500, { reason: 'Out Of Order' });
        answerEarly(transaction);
      },
      receiveAck() {},
    };
    context.dialogs.set(dialog.id, entry.owner);
  };

  return {
    early(invite, response, from, isDirect, identity) {
      const known = entries.get(tagOf(response, 'To') ?? '');
      if (known === undefined && entries.size >= MAX_FORKS) return;
      const dialog = known === undefined ? dialogFromResponse(invite, response) : undefined;
      const entry = known ?? (dialog && open(dialog, from, isDirect, identity));
      if (entry === undefined) return;
      listenTo(entry);
      const reliable = Number(header(response.headers, 'RSeq') ?? Number.NaN);
      if (!hasToken(response.headers, 'Require', '100rel') || !Number.isInteger(reliable)) return;
      // §4: out of order, or again, they are dropped; the next one that comes again will be in order.
      if (entry.latestReliable !== undefined && reliable !== entry.latestReliable + 1) return;
      entry.latestReliable = reliable;
      if (response.body.length > 0 && mediaType(header(response.headers, 'Content-Type') ?? '') === SDP) {
        entry.earlySdp = bodyText(response);
      }
      const sequence = cseqOf(invite)?.sequence;
      const rack = { name: 'RAck', value: `${reliable} ${sequence} INVITE` };
      sendInDialog(entry.line, { method: 'PRACK', headers: [rack], onOutcome() {} });
    },
    answered(invite, response, from, isDirect, identity) {
      const known = entries.get(tagOf(response, 'To') ?? '');
      if (known?.sayAckAgain !== undefined) {
        known.sayAckAgain();
        return { fork: known, isNew: false };
      }
      // The route is that of the final answer (§13.2.2.4), and numbers go on where the early dialog was.
      const isSameWay = known !== undefined && sameRoute(known.line.dialog, response);
      if (known === undefined && entries.size >= 2 * MAX_FORKS) return undefined;
      const dialog = isSameWay ? undefined : dialogFromResponse(invite, response);
      const entry = isSameWay ? known : dialog && open(dialog, from, isDirect, identity);
      if (entry === undefined) return undefined;
      entry.earlySdp ??= known?.earlySdp;
      entry.owner ??= known?.owner;
      entry.line.dialog.refreshTarget(response);
      const ack = entry.line.dialog.ack(cseqOf(invite)?.sequence ?? 0);
      entry.sayAckAgain = () => {};
      entry.line.hop.lookUp((peer) => {
        entry.sayAckAgain = context.transactions.sendAck(ack, peer);
      });
      return { fork: entry, isNew: true };
    },
    keep(fork) {
      for (const entry of entries.values()) if (entry === fork) entry.owner = undefined;
    },
    close() {
      for (const { line, owner } of entries.values()) {
        if (owner !== undefined) context.dialogs.delete(line.dialog.id, owner);
        // Answers that come later than this are the transaction's no more.
      }
    },
  };
}

function sameRoute(dialog: Dialog, response: SipResponse): boolean {
  const routes = [...headersNamed(response.headers, 'Record-Route')].reverse();
  return routes.length === dialog.routeSet.length && routes.every((route, at) => route === dialog.routeSet[at]);
}
