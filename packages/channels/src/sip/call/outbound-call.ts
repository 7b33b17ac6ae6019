import { LegError } from '../../phone/phone-leg.ts';
import { MediaError, type MediaSession } from '../../rtp/media-session.ts';
import { createDigestClient, type DigestClient } from '../auth/digest-client.ts';
import { contactUri } from '../dialog/dialog.ts';
import { hasToken } from '../message/fields.ts';
import { writeNameAddr } from '../message/name-addr.ts';
import type { SipHeaders, SipPeer, SipRequest, SipResponse } from '../message/sip-message.ts';
import { parseUri, type SipUri, uriUser } from '../message/uri.ts';
import type { SipDialRequest } from '../sip-endpoint.ts';
import type { ClientTransaction } from '../transaction/client-transaction.ts';
import { bodyText } from '../transaction/make-message.ts';
import { GIVE_UP_T1 } from '../transaction/timers.ts';
import type { CallContext } from './call-context.ts';
import { createForks, type Fork, type Forks } from './forks.ts';
import { makeInvite } from './invite-request.ts';
import { failureOf } from './outcome.ts';
import { isChallenge, sendInDialog } from './send-in-dialog.ts';
import { agreedSession, minimumOf } from './session-timer.ts';
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
export class OutboundCall {
  live: SipCall | undefined;
  readonly #setting: OutboundSetting;
  readonly #context: CallContext;
  readonly #result = Promise.withResolvers<SipCall>();
  readonly #identity: DigestClient | undefined;
  readonly #callId: string;
  readonly #from: string;
  readonly #peers: SipPeer[];
  #uri: string;
  #sequence: number;
  #media: MediaSession | undefined;
  #offer = '';
  #transaction: ClientTransaction | undefined;
  #forks: Forks;
  #state: 'calling' | 'answered' | 'given_up' = 'calling';
  #isRinging = false;
  #hasProvisional = false;
  #wasRedirected = false;
  #proofs = 0;
  #minSeconds: number;
  #cancelRingTimeout = () => {};
  #cancelLinger = () => {};
  #cancelImpatience = () => {};
  readonly #onAbort: () => void;

  constructor(setting: OutboundSetting, target: SipUri, peers: readonly SipPeer[]) {
    const { context, request } = setting;
    this.#setting = setting;
    this.#context = context;
    this.#identity =
      request.credentials === undefined
        ? undefined
        : createDigestClient(request.credentials, { newCnonce: context.newToken });
    this.#callId = `${context.newToken()}@${target.host}`;
    const { uri, displayName } = request.from;
    this.#from = writeNameAddr({ displayName, uri, params: [{ name: 'tag', value: context.newToken() }] });
    this.#peers = [...peers];
    this.#uri = setting.registered?.uri ?? request.uri;
    this.#sequence = 1 + Math.floor(context.random() * 100_000);
    this.#minSeconds = context.sessionTimer.minSeconds;
    this.#forks = createForks(context);
    this.#onAbort = () => this.#giveUp(setting.signal.reason);
  }

  start(media: MediaSession): Promise<SipCall> {
    const { signal, request } = this.#setting;
    this.#media = media;
    signal.addEventListener('abort', this.#onAbort);
    this.#cancelRingTimeout = this.#context.timers.after(request.ringTimeoutMs ?? RING_TIMEOUT_MS, () =>
      this.#giveUp(
        this.#hasProvisional
          ? new LegError('no_answer', 'Nobody picked up in time.')
          : new LegError('unreachable', 'The far side did not answer in time.'),
      ),
    );
    try {
      this.#offer = media.createOffer();
      this.#invite();
    } catch (error) {
      this.#fail(error);
    }
    return this.#result.promise;
  }

  /** @param proof what a challenge was answered with */
  #invite(proof?: SipHeaders): void {
    const [peer] = this.#peers;
    if (peer === undefined)
      return this.#fail(new LegError('unreachable', 'None of the places where they may be answered.'));
    this.#forks.close();
    this.#forks = createForks(this.#context);
    this.#hasProvisional = false;
    const request = this.#makeInvite(peer, proof);
    const forks = this.#forks;
    let transaction: ClientTransaction | undefined;
    transaction = this.#context.transactions.request(request, peer, {
      onResponse: (response, from) => {
        if (forks === this.#forks) this.#take(request, response, from);
        else this.#takeLate(forks, transaction, request, response, from);
      },
      onFailed: (why) => forks === this.#forks && this.#takeFailure(why),
    });
    if (transaction.isOver) return;
    this.#transaction = transaction;
    this.#cancelImpatience();
    if (this.#peers.length > 1)
      this.#cancelImpatience = this.#context.timers.after(NEXT_PLACE_AFTER_MS, () => this.#tryNext());
  }

  /** From a place that was given up for another: nobody is to pick up there any more. */
  #takeLate(
    forks: Forks,
    late: ClientTransaction | undefined,
    invite: SipRequest,
    response: SipResponse,
    from: SipPeer,
  ) {
    if (response.status < 200 && late !== undefined) this.#context.transactions.cancel(late);
    if (response.status < 200 || response.status >= 300) return;
    const answered = forks.answered(invite, response, from, this.#isDirect(), this.#identity);
    if (answered?.isNew === true) sayBye(answered.fork);
  }

  #makeInvite(peer: SipPeer, proof: SipHeaders | undefined): SipRequest {
    const { context, request } = this.#setting;
    this.#sequence += 1;
    return makeInvite({
      ...{ context, request, peer, proof, uri: this.#uri, from: this.#from, callId: this.#callId },
      ...{ sequence: this.#sequence, minSeconds: this.#minSeconds, offer: this.#offer, identity: this.#identity },
    });
  }

  #take(invite: SipRequest, response: SipResponse, from: SipPeer): void {
    const { status } = response;
    this.#cancelImpatience();
    if (status < 200) this.#takeProvisional(invite, response, from);
    else if (status < 300) this.#takeAnswer(invite, response, from);
    else this.#takeRefusal(invite, response);
  }

  #takeProvisional(invite: SipRequest, response: SipResponse, from: SipPeer): void {
    this.#hasProvisional = true;
    if (this.#state === 'given_up') return this.#cancel();
    if (response.status === 100) return;
    this.#forks.early(invite, response, from, this.#isDirect(), this.#identity);
    if (this.#isRinging || (response.status !== 180 && response.status !== 183)) return;
    this.#isRinging = true;
    this.#setting.request.onRinging?.();
  }

  #takeAnswer(invite: SipRequest, response: SipResponse, from: SipPeer): void {
    const answered = this.#forks.answered(invite, response, from, this.#isDirect(), this.#identity);
    if (answered === undefined || !answered.isNew) return;
    // Somebody picked up although we gave up, or a second telephone did: they are told at once that nobody is there.
    if (this.#state !== 'calling') return sayBye(answered.fork);
    const media = this.#media;
    const sdp = response.body.length > 0 ? bodyText(response) : answered.fork.earlySdp;
    try {
      if (sdp === undefined || media === undefined)
        throw new MediaError('malformed', 'They answered without saying how they hear.');
      media.takeAnswer(sdp);
    } catch (error) {
      if (!(error instanceof MediaError)) this.#context.onError(error);
      sayBye(answered.fork);
      return this.#fail(
        new LegError('refused', 'They picked up, but there is no way to hear each other.', { cause: error }),
      );
    }
    this.#succeed(answered.fork, media, response);
  }

  #succeed(fork: Fork, media: MediaSession, response: SipResponse): void {
    const { request } = this.#setting;
    this.#state = 'answered';
    this.#release();
    this.#media = undefined;
    const call = createSipCall({
      line: fork.line,
      media,
      direction: 'outbound',
      from: userOf(request.from.uri),
      to: userOf(request.uri),
      ownUri: request.from.uri,
      farUri: request.uri,
      takesUpdate: hasToken(response.headers, 'Allow', 'UPDATE'),
    });
    this.live = call;
    this.#forks.keep(fork);
    call.offers.start(agreedSession(response), 'uac');
    this.#result.resolve(call);
    // Other telephones may pick up for a while still.
    this.#linger(() => {});
  }

  #takeRefusal(invite: SipRequest, response: SipResponse): void {
    const { status } = response;
    if (this.#state !== 'calling') return this.#finish();
    if (isChallenge(response) && this.#proofs < MAX_PROOFS) {
      const proof = this.#identity?.answer(response, invite);
      this.#proofs += 1;
      if (proof !== undefined) return this.#invite(proof);
    }
    if (status === 422) {
      const least = minimumOf(response);
      if (least !== undefined && least > this.#minSeconds && least <= 86_400) {
        this.#minSeconds = least;
        return this.#invite();
      }
    }
    if (status >= 300 && status < 400 && this.#redirect(response)) return;
    if (status === 503 && this.#tryNext()) return;
    this.#fail(new LegError(failureOf(status), `They refused the call: ${status} ${response.reason}.`));
  }

  /** Once, within the same house, and to no other number: who answers must not choose at whose cost we call whom. */
  #redirect(response: SipResponse): boolean {
    const contact = contactUri(response);
    const there = contact === undefined ? undefined : parseUri(contact);
    const here = parseUri(this.#uri);
    if (contact === undefined || there?.kind !== 'sip' || here?.kind !== 'sip') return false;
    const isOtherNumber = uriUser(there) !== uriUser(here) && /^[+\d]/.test(uriUser(there) ?? '');
    if (this.#wasRedirected || there.host !== here.host || isOtherNumber) return false;
    this.#wasRedirected = true;
    this.#uri = contact;
    this.#invite();
    return true;
  }

  #takeFailure(why: 'timed_out' | 'not_sent'): void {
    if (this.#state !== 'calling') return this.#finish();
    if (this.#tryNext()) return;
    const said = why === 'timed_out' ? 'The far side did not answer in time.' : 'The far side cannot be reached.';
    this.#fail(new LegError('unreachable', said));
  }

  #tryNext(): boolean {
    this.#peers.shift();
    if (this.#peers.length === 0) return false;
    this.#invite();
    return true;
  }

  #giveUp(error: unknown): void {
    if (this.#state !== 'calling') return;
    this.#state = 'given_up';
    this.#release();
    this.#result.reject(error);
    if (this.#transaction === undefined) return this.#finish();
    // CANCEL must not overtake the INVITE (§9.1): it waits for the first sign that they have it.
    if (this.#hasProvisional) this.#cancel();
    this.#linger(() => this.#transaction?.abandon());
  }

  #cancel(): void {
    if (this.#transaction !== undefined) this.#context.transactions.cancel(this.#transaction);
  }

  /** An end without a call, and nothing more to wait for. */
  #fail(error: unknown): void {
    if (this.#state === 'calling') {
      this.#state = 'given_up';
      this.#release();
      this.#result.reject(error);
    }
    this.#finish();
  }

  /** Answers that cross are waited for as long as the transaction may bring some. */
  #linger(then: () => void): void {
    this.#cancelLinger();
    this.#cancelLinger = this.#context.timers.after(GIVE_UP_T1 * this.#context.intervals.t1Ms, () => {
      then();
      this.#finish();
    });
  }

  /** The person who waits has their answer: what was held for them is given back. */
  #release(): void {
    this.#cancelRingTimeout();
    this.#cancelImpatience();
    this.#setting.signal.removeEventListener('abort', this.#onAbort);
    if (this.#state === 'given_up') {
      this.#media?.close();
      this.#media = undefined;
    }
  }

  #finish(): void {
    this.#cancelLinger();
    this.#forks.close();
  }

  /** What they say where they are is where the INVITE went, unless a proxy stands between. */
  #isDirect(): boolean {
    return this.#setting.request.outboundProxy === undefined;
  }
}

function sayBye(fork: Fork): void {
  sendInDialog(fork.line, { method: 'BYE', onOutcome() {} });
}

function userOf(uri: string): string {
  const read = parseUri(uri);
  return (read === undefined ? undefined : uriUser(read)) ?? 'anonymous';
}
