import { LegError, type PhoneLeg } from '../../phone/phone-leg.ts';
import type { MediaSession } from '../../rtp/media-session.ts';
import { dialogFromRequest } from '../dialog/dialog.ts';
import { createNextHop } from '../dialog/next-hop.ts';
import { hasToken } from '../message/fields.ts';
import { header, headersNamed } from '../message/headers.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { SipHeader } from '../message/sip-message.ts';
import { parseUri, uriUser } from '../message/uri.ts';
import type { IncomingSipCall } from '../sip-endpoint.ts';
import { bodyText, makeResponse } from '../transaction/make-message.ts';
import { callIdOf } from '../transaction/read-message.ts';
import { reply, type ServerTransaction } from '../transaction/server-transaction.ts';
import { type CallContext, type DialogOwner, SDP } from './call-context.ts';
import { answerEarly } from './early-requests.ts';
import { createReliableRinging } from './reliable-ringing.ts';
import { abilities, mediaStatus, refuseOtherContent } from './session-offers.ts';
import { answerSession } from './session-timer.ts';
import { createSipCall, type SipCall } from './sip-call.ts';

/** A call that rings here, and what the endpoint may do with it. */
export interface InboundInvite {
  readonly call: IncomingSipCall;
  /** The endpoint closes: they are told that we are away. */
  close(): void;
}

export interface InboundSetting {
  readonly context: CallContext;
  readonly transaction: ServerTransaction;
  readonly account: string | undefined;
  /** The user part of a Contact that we registered: calls to it are for whom To names. */
  readonly isOwnContact: (user: string) => boolean;
  /** It is answered. */
  readonly onAnswered: (call: SipCall) => void;
  /** It rings no more: answered, refused, given up. */
  readonly onOver: () => void;
}

/** Nobody waits longer for somebody to pick up (RFC 3261 §16.6: proxies give up after three minutes). */
const OFFERED_AT_MOST_MS = 180_000;

/**
 * Begins a call from an INVITE outside of any dialog.
 * @returns undefined where it cannot be one, which was answered
 */
export function createInboundInvite(setting: InboundSetting): InboundInvite | undefined {
  const { context, transaction } = setting;
  const { request, peer, toTag } = transaction;
  if (!refuseOtherContent(transaction)) return undefined;
  const session = answerSession(request, context.sessionTimer);
  if (session.type === 'too_small') {
    reply(transaction, 422, { headers: session.headers });
    return undefined;
  }
  const dialog = dialogFromRequest(request, toTag);
  if (dialog === undefined) {
    reply(transaction, 400, { reason: 'Contact Missing Or Unusable' });
    return undefined;
  }
  const hop = createNextHop({
    dialog,
    source: peer,
    isDirect: headersNamed(request.headers, 'Via').length === 1,
    locate: context.locate,
    isTrustedProxy: context.isTrustedProxy,
  });
  const cancelled = new AbortController();
  let state: 'offered' | 'answering' | 'over' = 'offered';

  const finish = () => {
    if (state === 'over') return;
    state = 'over';
    cancelDeadline();
    ringing.stop();
    transaction.onCancel = undefined;
    context.dialogs.delete(dialog.id, early);
    setting.onOver();
  };
  const giveUp = (status: number, why: string, headers: readonly SipHeader[] = []) => {
    if (state === 'over') return;
    finish();
    reply(transaction, status, { headers });
    cancelled.abort(new LegError('ended', why));
  };

  const ringing = createReliableRinging(context, transaction, () => giveUp(504, 'The caller cannot be reached.'));
  const cancelDeadline = context.timers.after(OFFERED_AT_MOST_MS, () => giveUp(480, 'Nobody answered the call.'));
  transaction.onCancel = () => giveUp(487, 'The caller gave up.');

  const early: DialogOwner = {
    receive(inDialog) {
      if (!hop.accepts(inDialog.peer)) return reply(inDialog, 481);
      if (!dialog.takesInOrder(inDialog.request)) return reply(inDialog, 500, { reason: 'Out Of Order' });
      const { method } = inDialog.request;
      if (method === 'BYE') {
        reply(inDialog, 200);
        giveUp(487, 'The caller gave up.');
      } else if (method === 'PRACK') reply(inDialog, ringing.takePrack(inDialog.request) ? 200 : 481);
      else answerEarly(inDialog);
    },
    receiveAck() {},
  };
  context.dialogs.set(dialog.id, early);

  const ownHeaders = (): SipHeader[] => [
    { name: 'Contact', value: context.contactFor(peer, dialog.isSecure) },
    ...abilities(),
  ];

  const answerWith = (media: MediaSession): SipCall => {
    const hasOffer = request.body.length > 0;
    const body = hasOffer ? media.answerOffer(bodyText(request)) : media.createOffer();
    finish();
    const call = createSipCall({
      line: { context, dialog, hop, identity: undefined },
      media,
      direction: 'inbound',
      from,
      to,
      ownUri: uriOf('To'),
      farUri: uriOf('From'),
      takesUpdate: hasToken(request.headers, 'Allow', 'UPDATE'),
      takePrack: ringing.takePrack,
    });
    const headers = [...ownHeaders(), ...session.headers, { name: 'Server', value: context.userAgent }];
    const response = makeResponse(request, 200, { toTag, headers, content: { type: SDP, body } });
    call.offers.start(session.session, 'uas');
    call.offers.answerInvite(transaction, response, !hasOffer);
    return call;
  };

  const uriOf = (name: 'From' | 'To') => parseNameAddr(header(request.headers, name) ?? '')?.uri ?? '';
  const fromAddress = parseNameAddr(header(request.headers, 'From') ?? '');
  const from = userOf(uriOf('From')) ?? 'anonymous';
  const requested = userOf(request.uri);
  const isForContact = requested === undefined || setting.isOwnContact(requested);
  const to = (isForContact ? userOf(uriOf('To')) : requested) ?? requested ?? '';

  const call: IncomingSipCall = {
    callId: callIdOf(request),
    requestUri: request.uri,
    from,
    fromDisplayName: fromAddress?.displayName === '' ? undefined : fromAddress?.displayName,
    to,
    peer,
    account: setting.account,
    header: (name) => header(request.headers, name),
    cancelled: cancelled.signal,
    ring() {
      if (state !== 'offered') return;
      if (hasToken(request.headers, 'Require', '100rel')) ringing.ring(180, ownHeaders());
      else reply(transaction, 180, { headers: ownHeaders() });
    },
    async answer(): Promise<PhoneLeg> {
      if (state !== 'offered') throw new LegError('ended', 'The call was answered, refused or given up already.');
      state = 'answering';
      let live: SipCall | undefined;
      let media: MediaSession | undefined;
      const publicAddress = context.mediaAddressFor(peer);
      try {
        media = await context.media.open({
          srtp: context.srtp,
          remoteAddress: peer.address,
          ...(publicAddress === undefined ? {} : { publicAddress }),
          onEvent: (event) => live?.takeMediaEvent(event),
        });
        // While a port was looked for, they may have given up.
        if (cancelled.signal.aborted) throw cancelled.signal.reason;
        live = answerWith(media);
      } catch (error) {
        media?.close();
        if (cancelled.signal.aborted) throw cancelled.signal.reason;
        const status = mediaStatus(error);
        if (status === 500) context.onError(error);
        finish();
        reply(transaction, status, status === 503 ? { headers: [{ name: 'Retry-After', value: '5' }] } : {});
        throw new LegError('refused', 'The call could not be answered: there is no way to hear each other.', {
          cause: error,
        });
      }
      setting.onAnswered(live);
      return live.leg;
    },
    reject(status, options = {}) {
      if (state !== 'offered') return;
      finish();
      const { reason, retryAfterSeconds } = options;
      const headers =
        retryAfterSeconds === undefined ? [] : [{ name: 'Retry-After', value: String(Math.ceil(retryAfterSeconds)) }];
      reply(transaction, status, { headers, ...(reason === undefined ? {} : { reason }) });
    },
  };
  return {
    call,
    close: () => giveUp(503, 'The server is shutting down.', [{ name: 'Retry-After', value: '10' }]),
  };
}

function userOf(uri: string): string | undefined {
  const read = parseUri(uri);
  if (read === undefined || (read.kind === 'sip' && read.host === 'anonymous.invalid')) return undefined;
  return uriUser(read);
}
