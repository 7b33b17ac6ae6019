import { LegError } from '../../phone/phone-leg.ts';
import { MediaError, type MediaSession } from '../../rtp/media-session.ts';
import { createDigestClient } from '../auth/digest-client.ts';
import { contactUri } from '../dialog/dialog.ts';
import { hasToken } from '../message/fields.ts';
import { writeNameAddr } from '../message/name-addr.ts';
import type { SipHeaders, SipPeer, SipRequest, SipResponse } from '../message/sip-message.ts';
import { parseUri, type SipUri, uriUser } from '../message/uri.ts';
import type { SipDialRequest } from '../sip-endpoint.ts';
import { bodyText } from '../transaction/make-message.ts';
import type { CallContext } from './call-context.ts';
import type { Fork } from './forks.ts';
import { createInviteAttempt, type InviteAttempt } from './invite-attempt.ts';
import { makeInvite } from './invite-request.ts';
import { failureOf } from './outcome.ts';
import { isChallenge } from './send-in-dialog.ts';
import { agreedSession, MAX_INTERVAL_S, minimumOf } from './session-timer.ts';
import { createSipCall, type SipCall } from './sip-call.ts';

/** Telephones ring for about half a minute before a mailbox answers; who has not picked up after one will not. */
export const RING_TIMEOUT_MS = 60_000;

/** A place that says nothing for so long is given up for the next, where there is one: the person who waits hears nothing meanwhile. */
const NEXT_PLACE_AFTER_MS = 4000;

/** The proxy and the far end may each ask who we are, and each may find its question too old once. */
const MAX_PROOFS = 4;

export interface OutboundSetting {
  readonly context: CallContext;
  readonly request: SipDialRequest;
  /** They registered here: where they are, in place of where the URI leads. */
  readonly registered?: { readonly uri: string; readonly peers: readonly SipPeer[] };
  readonly signal: AbortSignal;
}

/** One call on its way out: it tries places in order, proves who we are, and ends in a call or in a reason. */
export interface OutboundCall {
  readonly callId: string;
  /** @throws LegError, the signal's reason; the sound is closed then */
  start(media: MediaSession): Promise<SipCall>;
  /** Once it is answered. */
  readonly live: SipCall | undefined;
}

/** @param peers where to try, the best first */
export function createOutboundCall(setting: OutboundSetting, target: SipUri, peers: readonly SipPeer[]): OutboundCall {
  const { context, request, signal } = setting;
  const { newToken, timers } = context;
  const identity = request.credentials && createDigestClient(request.credentials, { newCnonce: newToken });
  const callId = `${newToken()}@${target.host}`;
  const from = writeNameAddr({ displayName: undefined, ...request.from, params: [{ name: 'tag', value: newToken() }] });
  const result = Promise.withResolvers<SipCall>();
  const left = [...peers];
  let uri = setting.registered?.uri ?? request.uri;
  let sequence = 1 + Math.floor(context.random() * 100_000);
  let minSeconds = context.sessionTimer.minSeconds;
  let proofs = 0;
  let offer = '';
  let wasRedirected = false;
  let isRinging = false;
  let media: MediaSession | undefined;
  let live: SipCall | undefined;
  let attempt: InviteAttempt | undefined;
  let cancelRingTimeout = () => {};
  let cancelImpatience = () => {};

  /** The person who waits has their answer. */
  const settle = () => {
    cancelRingTimeout();
    cancelImpatience();
    signal.removeEventListener('abort', onAbort);
    attempt?.letGo();
  };
  const fail = (error: unknown) => {
    settle();
    media?.close();
    result.reject(error);
  };
  const onAbort = () => fail(signal.reason);

  /** @param proof what a challenge was answered with */
  const invite = (proof?: SipHeaders) => {
    const [peer] = left;
    if (peer === undefined) return fail(new LegError('unreachable', 'None of the places where they may be answered.'));
    sequence += 1;
    const parts = { context, request, peer, uri, from, callId, sequence, minSeconds, offer, identity, proof };
    const sent = makeInvite(parts);
    cancelImpatience();
    attempt?.letGo();
    attempt = createInviteAttempt(
      { context, invite: sent, peer, isDirect: request.outboundProxy === undefined, identity },
      {
        onHeard: () => cancelImpatience(),
        onRinging,
        onAnswered,
        onRefused: (response) => takeRefusal(sent, response),
        onFailed: (why) => {
          if (!tryNext()) fail(unreachable(why));
        },
      },
    );
    if (left.length > 1 || request.hasAlternative === true) {
      cancelImpatience = timers.after(NEXT_PLACE_AFTER_MS, () => {
        if (!tryNext()) fail(unreachable('timed_out'));
      });
    }
  };

  const tryNext = (): boolean => {
    left.shift();
    if (left.length === 0) return false;
    invite();
    return true;
  };

  const onRinging = () => {
    if (isRinging) return;
    isRinging = true;
    request.onRinging?.();
  };

  const onAnswered = (fork: Fork, response: SipResponse): boolean => {
    const sdp = response.body.length > 0 ? bodyText(response) : fork.earlySdp;
    try {
      if (sdp === undefined || media === undefined)
        throw new MediaError('malformed', 'They answered without saying how they hear.');
      media.takeAnswer(sdp);
    } catch (error) {
      if (!(error instanceof MediaError)) context.onError(error);
      fail(new LegError('refused', 'They picked up, but there is no way to hear each other.', { cause: error }));
      return false;
    }
    settle();
    live = createSipCall({
      line: fork.line,
      media,
      direction: 'outbound',
      from: userOf(request.from.uri),
      to: userOf(request.uri),
      ownUri: request.from.uri,
      farUri: request.uri,
      takesUpdate: hasToken(response.headers, 'Allow', 'UPDATE'),
    });
    live.offers.start(agreedSession(response), 'uac');
    result.resolve(live);
    return true;
  };

  const takeRefusal = (refused: SipRequest, response: SipResponse) => {
    const { status, reason } = response;
    if (isChallenge(response) && proofs < MAX_PROOFS) {
      proofs += 1;
      const proof = identity?.answer(response, refused);
      if (proof !== undefined) return invite(proof);
    }
    if (status === 422 && takesLonger(minimumOf(response))) return invite();
    if (status >= 300 && status < 400 && redirects(contactUri(response))) return invite();
    if (status === 503 && tryNext()) return;
    fail(new LegError(failureOf(status), `They refused the call: ${status} ${reason}.`));
  };

  /** They want longer times between signs of life. */
  const takesLonger = (least: number | undefined): boolean => {
    if (least === undefined || least <= minSeconds || least > MAX_INTERVAL_S) return false;
    minSeconds = least;
    return true;
  };

  /** Once, within the same house, and to no other number: who answers must not choose at whose cost we call whom. */
  const redirects = (contact: string | undefined): boolean => {
    const there = parseUri(contact ?? '');
    const here = parseUri(uri);
    if (contact === undefined || there?.kind !== 'sip' || here?.kind !== 'sip') return false;
    const isOtherNumber = uriUser(there) !== uriUser(here) && /^[+\d]/.test(uriUser(there) ?? '');
    if (wasRedirected || there.host !== here.host || isOtherNumber) return false;
    wasRedirected = true;
    uri = contact;
    return true;
  };

  return {
    callId,
    get live() {
      return live;
    },
    start(sound) {
      media = sound;
      signal.addEventListener('abort', onAbort);
      cancelRingTimeout = timers.after(request.ringTimeoutMs ?? RING_TIMEOUT_MS, () =>
        fail(
          attempt?.isHeard === true ? new LegError('no_answer', 'Nobody picked up in time.') : unreachable('timed_out'),
        ),
      );
      try {
        offer = sound.createOffer();
        invite();
      } catch (error) {
        fail(error);
      }
      return result.promise;
    },
  };
}

function unreachable(why: 'timed_out' | 'not_sent'): LegError {
  const said = why === 'timed_out' ? 'The far side did not answer in time.' : 'The far side cannot be reached.';
  return new LegError('unreachable', said);
}

function userOf(uri: string): string {
  const read = parseUri(uri);
  return (read === undefined ? undefined : uriUser(read)) ?? 'anonymous';
}
