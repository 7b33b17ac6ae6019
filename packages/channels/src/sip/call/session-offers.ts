import { MediaError, type MediaSession } from '../../rtp/media-session.ts';
import { mediaType } from '../message/fields.ts';
import { header } from '../message/headers.ts';
import type { SipHeader, SipRequest, SipResponse } from '../message/sip-message.ts';
import { bodyText, makeResponse } from '../transaction/make-message.ts';
import { cseqOf } from '../transaction/read-message.ts';
import { reply, type ServerTransaction } from '../transaction/server-transaction.ts';
import { ACCEPT, ALLOW, SDP, SUPPORTED } from './call-context.ts';
import { answerUntilAcknowledged } from './repeat-answer.ts';
import { type DialogLine, endsDialog, type InDialogOutcome, sendInDialog } from './send-in-dialog.ts';
import {
  type AgreedSession,
  agreedSession,
  answerSession,
  createSessionTimer,
  MAX_INTERVAL_S,
  minimumOf,
  sessionHeaders,
} from './session-timer.ts';

/** Offers and answers of a call that is answered (re-INVITE, UPDATE), the ACKs that it waits for, and the signs that it goes on. */
export interface SessionOffers {
  /** The first offer and answer are done; the sign of life is agreed. */
  start(session: AgreedSession | undefined, weWere: 'uac' | 'uas'): void;
  /** Our 2xx to an INVITE; said again until the ACK comes, which brings their answer if the offer was ours. */
  answerInvite(transaction: ServerTransaction, response: SipResponse, bringsAnswer: boolean): void;
  receiveInvite(transaction: ServerTransaction): void;
  receiveUpdate(transaction: ServerTransaction): void;
  receiveAck(ack: SipRequest): void;
  /** An answer of ours is not acknowledged yet. */
  readonly awaitsAck: boolean;
  /** Calls back when no ACK is waited for (any more): before, a call that we answered must not be ended by us (RFC 3261 §15). */
  whenAcknowledged(settled: () => void): void;
  /** The call is over; ACKs that are under way are still taken. */
  close(): void;
  /** They know that it is over: no ACK will come. */
  forgetAcks(): void;
}

export interface SessionOffersSetting {
  readonly line: DialogLine;
  readonly media: MediaSession;
  /** They take UPDATE, which renews a session without a word about sound. */
  readonly takesUpdate: boolean;
  /** We began the call, and own its Call-ID: who waits how long after offers crossed hangs on it (§14.1). */
  readonly ownsCallId: boolean;
  /** There is no call any more, or none that could go on. */
  readonly onDead: (reason: string, how: DeadCall) => void;
}

/** `unknown_there`: they have ended it already; `lost`: nothing comes from there; `broken`: it cannot go on, and they are to be told. */
export type DeadCall = 'unknown_there' | 'lost' | 'broken';

interface AwaitedAck {
  stop(): void;
  readonly bringsAnswer: boolean;
}

export function createSessionOffers(setting: SessionOffersSetting): SessionOffers {
  const { line, media, onDead } = setting;
  const { context, dialog } = line;
  const { timers } = context;
  const awaited = new Map<number, AwaitedAck>();
  const settledListeners: (() => void)[] = [];
  let ours: 'INVITE' | 'UPDATE' | undefined;
  let isClosed = false;
  let takesUpdate = setting.takesUpdate;
  let minSeconds = context.sessionTimer.minSeconds;
  let intervalSeconds = context.sessionTimer.intervalSeconds;
  let cancelRetry = () => {};

  const timer = createSessionTimer(timers, {
    onRefreshDue: () => refresh(),
    onExpired: () => onDead('nobody said in time that the call goes on', 'broken'),
  });

  const agree = (session: AgreedSession | undefined, weWere: 'uac' | 'uas', askedAgoMs = 0) => {
    if (isClosed) return;
    if (session !== undefined) intervalSeconds = session.intervalSeconds;
    const isRefresher = session?.refresher === weWere;
    timer.restart(session && { intervalSeconds: session.intervalSeconds, isRefresher }, askedAgoMs);
  };

  const settle = (sequence: number) => {
    awaited.get(sequence)?.stop();
    awaited.delete(sequence);
    if (awaited.size === 0) for (const settled of settledListeners.splice(0)) settled();
  };

  /** Their answer is still to come, in an ACK. */
  const hasOfferInAnswer = () => [...awaited.values()].some(({ bringsAnswer }) => bringsAnswer);

  const retryIn = (delayMs: number) => {
    cancelRetry();
    if (!isClosed) cancelRetry = timers.after(delayMs, refresh);
  };

  /** The sign that the call goes on, by us. */
  function refresh(): void {
    if (isClosed || ours !== undefined) return;
    if (hasOfferInAnswer()) return retryIn(glareWaitMs());
    const method = takesUpdate ? 'UPDATE' : 'INVITE';
    ours = method;
    const askedAtMs = timers.nowMs();
    sendInDialog(line, {
      method,
      hasContact: true,
      headers: [...abilities(), ...sessionHeaders(intervalSeconds, minSeconds, 'uac')],
      ...(method === 'INVITE' ? { content: { type: SDP, body: media.createOffer() } } : {}),
      onOutcome(outcome) {
        ours = undefined;
        if (!isClosed) takeOutcome(method, outcome, timers.nowMs() - askedAtMs);
      },
    });
  }

  const takeOutcome = (method: 'INVITE' | 'UPDATE', outcome: InDialogOutcome, askedAgoMs: number) => {
    const accepted = outcome.type === 'answered' && outcome.response.status < 300;
    if (method === 'INVITE' && !accepted) media.forgetOffer();
    if (endsDialog(outcome)) return onDead(...goneBy(outcome));
    if (outcome.type === 'lost') return;
    const { response } = outcome;
    if (accepted) {
      dialog.refreshTarget(response);
      const problem = method === 'INVITE' ? takeAnswer(bodyText(response)) : undefined;
      if (problem !== undefined) return onDead(problem, 'broken');
      return agree(agreedSession(response), 'uac', askedAgoMs);
    }
    if (response.status === 422) {
      const least = minimumOf(response);
      if (least === undefined || least <= minSeconds || least > MAX_INTERVAL_S) return;
      minSeconds = least;
      intervalSeconds = Math.max(intervalSeconds, least);
      return refresh();
    }
    if (response.status === 491) return retryIn(glareWaitMs());
    if (method === 'UPDATE' && (response.status === 405 || response.status === 501)) {
      takesUpdate = false;
      refresh();
    }
  };

  /** RFC 3261 §14.1: two ends that try again at once would meet for ever. */
  const glareWaitMs = () => {
    const share = Math.floor(context.random() * 200) * 10;
    return setting.ownsCallId ? 2100 + Math.min(share, 1900) : share;
  };

  const takeAnswer = (sdp: string): string | undefined => {
    try {
      media.takeAnswer(sdp);
      return undefined;
    } catch (error) {
      if (!(error instanceof MediaError)) context.onError(error);
      return 'their answer to our offer of sound cannot be used';
    }
  };

  /** Our side of an offer of theirs; a refusal is answered here. */
  const answerOffer = (transaction: ServerTransaction, makeSdp: () => string): string | undefined => {
    try {
      return makeSdp();
    } catch (error) {
      if (!(error instanceof MediaError)) context.onError(error);
      reply(transaction, mediaStatus(error));
      return undefined;
    }
  };

  const isTooShort = (transaction: ServerTransaction) => {
    const answer = answerSession(transaction.request, context.sessionTimer);
    if (answer.type === 'agreed') return undefined;
    reply(transaction, 422, { headers: answer.headers });
    return answer;
  };

  const self: SessionOffers = {
    start: (session, weWere) => agree(session, weWere),
    answerInvite(transaction, response, bringsAnswer) {
      const sequence = cseqOf(transaction.request)?.sequence ?? 0;
      const stop = answerUntilAcknowledged(context, transaction, response, () => {
        settle(sequence);
        onDead('our answer was never acknowledged', 'broken');
      });
      awaited.set(sequence, { stop, bringsAnswer });
    },
    receiveInvite(transaction) {
      const { request } = transaction;
      if (ours === 'INVITE' || hasOfferInAnswer()) return reply(transaction, 491);
      if (awaited.size >= MAX_UNACKNOWLEDGED) return reply(transaction, 500, { headers: RETRY_SOON });
      if (!refuseOtherContent(transaction) || isTooShort(transaction)) return;
      const hasOffer = request.body.length > 0;
      const sdp = answerOffer(transaction, () =>
        hasOffer ? media.answerOffer(bodyText(request)) : media.createOffer(),
      );
      if (sdp === undefined) return;
      dialog.refreshTarget(request);
      const session = answerSession(request, context.sessionTimer);
      const contact = { name: 'Contact', value: context.contactFor(transaction.peer, dialog.isSecure) };
      const headers = [contact, ...abilities(), ...session.headers];
      const content = { type: SDP, body: sdp };
      const response = makeResponse(request, 200, { toTag: transaction.toTag, headers, content });
      self.answerInvite(transaction, response, !hasOffer);
      if (session.type === 'agreed') agree(session.session, 'uas');
    },
    receiveUpdate(transaction) {
      const { request } = transaction;
      const hasOffer = request.body.length > 0;
      if (hasOffer && (ours === 'INVITE' || hasOfferInAnswer())) return reply(transaction, 491);
      if (!refuseOtherContent(transaction) || isTooShort(transaction)) return;
      const sdp = hasOffer ? answerOffer(transaction, () => media.answerOffer(bodyText(request))) : undefined;
      if (hasOffer && sdp === undefined) return;
      dialog.refreshTarget(request);
      const session = answerSession(request, context.sessionTimer);
      const contact = { name: 'Contact', value: context.contactFor(transaction.peer, dialog.isSecure) };
      reply(transaction, 200, {
        headers: [contact, ...abilities(), ...session.headers],
        ...(sdp === undefined ? {} : { content: { type: SDP, body: sdp } }),
      });
      if (session.type === 'agreed') agree(session.session, 'uas');
    },
    receiveAck(ack) {
      const sequence = cseqOf(ack)?.sequence ?? -1;
      const wait = awaited.get(sequence);
      if (wait === undefined) return;
      const problem = wait.bringsAnswer && !isClosed ? takeAnswer(bodyText(ack)) : undefined;
      settle(sequence);
      if (problem !== undefined) onDead(problem, 'broken');
    },
    get awaitsAck() {
      return awaited.size > 0;
    },
    whenAcknowledged(settled) {
      if (awaited.size === 0) settled();
      else settledListeners.push(settled);
    },
    close() {
      isClosed = true;
      timer.stop();
      cancelRetry();
    },
    forgetAcks() {
      for (const { stop } of awaited.values()) stop();
      awaited.clear();
      settledListeners.length = 0;
    },
  };
  return self;
}

/** One, and a few whose ACK is lost; each is said again for half a minute. */
const MAX_UNACKNOWLEDGED = 4;
/** RFC 3261 §14.2: at most ten seconds. */
const RETRY_SOON = [{ name: 'Retry-After', value: '5' }];

function goneBy(outcome: InDialogOutcome): [reason: string, how: DeadCall] {
  if (outcome.type === 'lost') return ['the far side does not answer any more', 'lost'];
  return ['the far side does not know the call any more', 'unknown_there'];
}

/** What we can, in whatever may say so. */
export function abilities(): readonly SipHeader[] {
  return [
    { name: 'Allow', value: ALLOW },
    { name: 'Supported', value: SUPPORTED },
  ];
}

/** The refusal of an offer of sound. */
export function mediaStatus(error: unknown): number {
  if (!(error instanceof MediaError)) return 500;
  if (error.code === 'malformed') return 400;
  if (error.code === 'no_port') return 503;
  return error.code === 'ended' ? 487 : 488;
}

/** Anything but SDP in an INVITE or UPDATE is refused with 415; false: it was. */
export function refuseOtherContent(transaction: ServerTransaction): boolean {
  const { request } = transaction;
  const type = mediaType(header(request.headers, 'Content-Type') ?? SDP);
  if (request.body.length === 0 || type === SDP) return true;
  reply(transaction, 415, { headers: [{ name: 'Accept', value: ACCEPT }] });
  return false;
}
