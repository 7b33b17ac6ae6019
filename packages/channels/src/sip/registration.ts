import { createDigestClient, type DigestClient } from './auth/digest-client.ts';
import type { CallContext } from './call/call-context.ts';
import { isChallenge } from './call/send-in-dialog.ts';
import { parseDeltaSeconds, parseRetryAfter } from './message/fields.ts';
import { header, headersNamed } from './message/headers.ts';
import { parseNameAddr } from './message/name-addr.ts';
import { param } from './message/params.ts';
import { sameUri } from './message/same-uri.ts';
import type { SipHeader, SipHeaders, SipPeer, SipResponse } from './message/sip-message.ts';
import { isSips, parseUri } from './message/uri.ts';
import type { SipCredentials, SipRegistrationState } from './sip-endpoint.ts';
import { makeRequest } from './transaction/make-message.ts';

/** A trunk that is told where we are, so that it sends us the calls of its numbers. */
export interface SipTrunk {
  /** Who we are there: `sip:account@trunk.example.com`. */
  readonly address: string;
  /** Where the registrar is, if not at the host of the address: `sip:registrar.example.com;transport=tcp`. */
  readonly registrar?: string;
  readonly outboundProxy?: string;
  readonly credentials?: SipCredentials;
  /** How long a registration is to hold; the registrar may grant less. */
  readonly expiresSeconds?: number;
}

export interface Registration {
  readonly state: SipRegistrationState;
  /** Who we are there. */
  readonly identity: DigestClient | undefined;
  /** Is the trunk at this address, by what its name led to last? */
  isAt(address: string): boolean;
  /** Takes leave of the registrar, and waits for its answer for at most two seconds. Idempotent. */
  close(): Promise<void>;
}

/** What most trunks grant. */
const EXPIRES_S = 3600;
/** A day: a registrar that forgets us is found by then. */
const MAX_EXPIRES_S = 86_400;
/** Shorter grants are asked for again no sooner than this, or a registrar's mistake makes a flood. */
const REFRESH_AT_LEAST_S = 10;
/** §10.2.4 leaves the moment to us; a fifth of the time is left for repetitions and a change of place. */
const REFRESH_SHARE = 0.8;
/** NATs forget a way that is not used: the strictest in use after 30 s. */
const KEEP_ALIVE_MS = 25_000;
/** RFC 5626 §4.5 doubles from 30 s to half an hour; a trunk that is away for a moment should be found sooner. */
const BACK_OFF_MS = { first: 5000, most: 600_000 };
/** Wrong passwords are not hammered: registrars lock accounts for that. */
const REFUSED_BACK_OFF_MS = 60_000;
const GOODBYE_MS = 2000;
/** The second is for a question that was too old when it was answered. */
const MAX_PROOFS = 2;

export function createRegistration(context: CallContext, trunk: SipTrunk): Registration {
  const { timers } = context;
  const { credentials } = trunk;
  const identity = credentials && createDigestClient(credentials, { newCnonce: context.newToken });
  const registrar = trunk.registrar ?? registrarOf(trunk.address);
  const callId = context.newToken();
  const fromTag = context.newToken();
  let sequence = 0;
  let peers: readonly SipPeer[] = [];
  let failures = 0;
  /** What the registrar asked for when it sent us away. */
  let waitAtLeastMs = 0;
  let isClosed = false;
  let expiresSeconds = trunk.expiresSeconds ?? EXPIRES_S;
  let cancelNext = () => {};
  let cancelKeepAlive = () => {};
  let goodbye: Promise<void> | undefined;
  let state: SipRegistrationState = {
    address: trunk.address,
    state: 'registering',
    problem: undefined,
    expiresAtEpochMs: undefined,
  };

  const contactUser = userIn(trunk.address);
  const isSecure = isSips(registrar) || isSips(trunk.outboundProxy ?? '');
  const contactAt = (peer: SipPeer) => withUser(context.contactFor(peer, isSecure), contactUser);

  const send = (
    method: 'REGISTER' | 'OPTIONS',
    peer: SipPeer,
    headers: readonly SipHeader[],
    onOutcome: (response: SipResponse | undefined) => void,
    proofs: readonly SipHeaders[] = [],
  ) => {
    sequence += 1;
    const all: SipHeader[] = [
      ...(trunk.outboundProxy === undefined ? [] : [{ name: 'Route', value: `<${trunk.outboundProxy}>` }]),
      { name: 'Max-Forwards', value: '70' },
      { name: 'From', value: `<${trunk.address}>;tag=${fromTag}` },
      { name: 'To', value: `<${method === 'REGISTER' ? trunk.address : registrar}>` },
      { name: 'Call-ID', value: method === 'REGISTER' ? callId : `${callId}-alive` },
      { name: 'CSeq', value: `${sequence} ${method}` },
      { name: 'User-Agent', value: context.userAgent },
      ...headers,
    ];
    const bare = makeRequest(method, registrar, all);
    const request = { ...bare, headers: [...bare.headers, ...(proofs.at(-1) ?? identity?.authorize(bare) ?? [])] };
    context.transactions.request(request, peer, {
      onResponse(response) {
        if (response.status < 200) return;
        const mayProve = isChallenge(response) && method === 'REGISTER' && proofs.length < MAX_PROOFS;
        const proof = mayProve ? identity?.answer(response, request) : undefined;
        if (proof !== undefined) return send(method, peer, headers, onOutcome, [...proofs, proof]);
        onOutcome(response);
      },
      onFailed: () => onOutcome(undefined),
    });
  };

  const locate = (located: (found: readonly SipPeer[]) => void) => {
    const found = context.locate(trunk.outboundProxy ?? registrar);
    if (found instanceof Promise) void found.then(located);
    else located(found);
  };

  const register = () => {
    cancelKeepAlive();
    locate((found) => {
      if (isClosed) return;
      peers = found;
      tryPeer(0);
    });
  };

  const tryPeer = (at: number) => {
    const peer = peers[at];
    if (peer === undefined)
      return fail(at === 0 ? 'nobody knows where the registrar is' : 'the registrar did not answer', false);
    const headers = [
      { name: 'Contact', value: `${contactAt(peer)};expires=${expiresSeconds}` },
      { name: 'Expires', value: String(expiresSeconds) },
    ];
    send('REGISTER', peer, headers, (response) => {
      if (isClosed) return;
      if (response !== undefined && response.status < 300) return succeed(peer, response);
      waitAtLeastMs = (parseRetryAfter(header(response?.headers ?? [], 'Retry-After') ?? '') ?? 0) * 1000;
      if (response === undefined || response.status === 503) return tryPeer(at + 1);
      const least =
        response.status === 423 ? parseDeltaSeconds(header(response.headers, 'Min-Expires') ?? '') : undefined;
      if (least !== undefined && least > expiresSeconds && least <= MAX_EXPIRES_S) {
        expiresSeconds = least;
        return tryPeer(at);
      }
      const isRefused = response.status === 401 || response.status === 403 || response.status === 407;
      fail(`${response.status} ${response.reason}`, isRefused);
    });
  };

  const succeed = (peer: SipPeer, response: SipResponse) => {
    failures = 0;
    const granted = Math.min(grantedSeconds(response, contactAt(peer)) ?? expiresSeconds, MAX_EXPIRES_S);
    state = { ...state, state: 'registered', problem: undefined, expiresAtEpochMs: context.epochMs() + granted * 1000 };
    const refreshSeconds = Math.max(REFRESH_AT_LEAST_S, granted * REFRESH_SHARE);
    cancelNext();
    cancelNext = timers.after(refreshSeconds * 1000, register);
    // Connections are kept open by what carries them.
    if (peer.protocol === 'udp') keepAlive(peer);
  };

  const keepAlive = (peer: SipPeer) => {
    cancelKeepAlive = timers.after(KEEP_ALIVE_MS, () => {
      send('OPTIONS', peer, [{ name: 'Accept', value: 'application/sdp' }], (response) => {
        if (isClosed || state.state !== 'registered') return;
        if (response !== undefined) return keepAlive(peer);
        // It is gone, or has lost its way to us: told to it anew, maybe elsewhere.
        state = { ...state, state: 'registering', problem: 'the registrar does not answer any more' };
        cancelNext();
        register();
      });
    });
  };

  const fail = (problem: string, isRefused: boolean) => {
    failures += 1;
    state = { ...state, state: 'failed', problem, expiresAtEpochMs: undefined };
    const first = isRefused ? REFUSED_BACK_OFF_MS : BACK_OFF_MS.first;
    const longest = Math.min(first * 2 ** Math.min(failures - 1, 16), BACK_OFF_MS.most);
    cancelNext();
    // Not all at once after an outage: between the half of it and the whole.
    const waitMs = Math.max(longest * (0.5 + context.random() / 2), Math.min(waitAtLeastMs, BACK_OFF_MS.most));
    waitAtLeastMs = 0;
    cancelNext = timers.after(waitMs, register);
  };

  register();

  return {
    get state() {
      return state;
    },
    identity,
    isAt: (address) => peers.some((peer) => peer.address === address),
    close() {
      isClosed = true;
      cancelNext();
      cancelKeepAlive();
      goodbye ??= new Promise((resolve) => {
        const [peer] = peers;
        if (state.state !== 'registered' || peer === undefined) return resolve();
        const cancelDeadline = timers.after(GOODBYE_MS, resolve);
        const headers = [
          { name: 'Contact', value: `${contactAt(peer)};expires=0` },
          { name: 'Expires', value: '0' },
        ];
        send('REGISTER', peer, headers, () => {
          cancelDeadline();
          resolve();
        });
      });
      return goodbye;
    },
  };
}

/** What the registrar granted to our Contact among all that it knows of. */
function grantedSeconds(response: SipResponse, contact: string): number | undefined {
  const ours = parseUri(parseNameAddr(contact)?.uri ?? '');
  for (const value of headersNamed(response.headers, 'Contact')) {
    const read = parseNameAddr(value);
    const uri = read === undefined ? undefined : parseUri(read.uri);
    if (read === undefined || uri === undefined || ours === undefined || !sameUri(uri, ours)) continue;
    const seconds = parseDeltaSeconds(param(read.params, 'expires') ?? '');
    if (seconds !== undefined) return seconds;
  }
  return parseDeltaSeconds(header(response.headers, 'Expires') ?? '');
}

function registrarOf(address: string): string {
  const uri = parseUri(address);
  if (uri?.kind !== 'sip') return address;
  return address.replace(/^(sips?:)[^@]*@/i, '$1');
}

export function userIn(address: string): string {
  const uri = parseUri(address);
  return uri?.kind === 'sip' ? (uri.user ?? '') : '';
}

/** Our Contact, by the name that the account has. */
function withUser(contact: string, user: string): string {
  return user === ''
    ? contact
    : contact.replace(
        /<(sips?:)(?:[^@>]*@)?/,
        (_all, scheme: string) => `<${scheme}${encodeURIComponent(user).replaceAll('%2B', '+')}@`,
      );
}
