import type { LookupFunction } from 'node:net';
import { AddressRefusedError, guardLookup, literalAddress } from '@parley/integrations/http/address-guard.ts';
import { Agent, type Dispatcher, errors, request } from 'undici';
import { OutgoingError, type OutgoingErrorCode } from './outgoing-error.ts';
import { createOutgoingHosts } from './outgoing-hosts.ts';

export interface GuardedRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string | URL;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** From the first byte to the last, redirects included. */
  readonly timeoutMs?: number;
  readonly maxResponseBytes?: number;
  /** `error`: a longer answer is an error. `cut`: what came first is enough, as for a log of webhooks. */
  readonly whenLonger?: 'error' | 'cut';
}

export interface GuardedAnswer {
  readonly status: number;
  /** Lower-case names; of one that came twice, the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly isCut: boolean;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

export interface GuardedFetch {
  /**
   * One request on behalf of a tenant. Answers of any status are answers; only GET and HEAD follow redirects, of other methods the
   * redirect itself is the answer.
   * @throws OutgoingError
   */
  send(request: GuardedRequest): Promise<GuardedAnswer>;
  /** Ends what is under way. Idempotent. */
  close(): Promise<void>;
}

export interface GuardedFetchOptions {
  /** Names, addresses and networks that may be reached although they are not public. */
  readonly allowedHosts: readonly string[];
  /** Ports of hosts that are not listed by name or address. */
  readonly ports: readonly number[];
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
  readonly maxRedirects: number;
  /** To one host at once. */
  readonly maxConnections: number;
  /** How names become addresses; the system's way if left out. What it gives is checked, and nothing else is connected to. */
  readonly lookup?: LookupFunction;
}

export const guardedFetchDefaults: GuardedFetchOptions = {
  allowedHosts: [],
  // Where web servers listen; whoever can be made to knock elsewhere is a port scanner.
  ports: [80, 443, 8080, 8443],
  // What webhooks' receivers are given everywhere.
  timeoutMs: 10_000,
  connectTimeoutMs: 5000,
  // A minute of telephone sound is half of it.
  maxResponseBytes: 1024 * 1024,
  // Moved once, to https once, and to the canonical name.
  maxRedirects: 3,
  maxConnections: 8,
};

/** Headers of an answer at most; servers' own limits are 8 to 16 KiB. */
const maxHeaderBytes = 16 * 1024;

/**
 * HTTP for addresses that tenants name: reaches the public internet and what is listed, nothing else. What is connected to is the very
 * address that was checked, so a name that changes its address in between gains nothing; each redirect is checked like the first
 * request. No compression is asked for or read: no bombs.
 */
export function createGuardedFetch(given: Partial<GuardedFetchOptions> = {}): GuardedFetch {
  const options = { ...guardedFetchDefaults, ...given };
  const hosts = createOutgoingHosts(options.allowedHosts);
  const lookup: LookupFunction = (hostname, lookupOptions, callback) =>
    guardLookup(hosts.guardOf(hostname), options.lookup)(hostname, lookupOptions, callback);
  const agent = new Agent({
    connections: options.maxConnections,
    connect: { lookup, timeout: options.connectTimeoutMs },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: 4000,
  });

  const check = (url: URL): void => {
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw refuse('url_refused', `${url.protocol} is not HTTP.`);
    if (url.username !== '' || url.password !== '') throw refuse('url_refused', 'The URL has a password in it.');
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    if (!hosts.isListed(url.hostname) && !options.ports.includes(port)) {
      throw refuse('port_refused', `Port ${port} is none of ${options.ports.join(', ')}.`);
    }
    // A literal address is connected to without a look-up.
    const literal = literalAddress(url.hostname);
    if (literal !== undefined && !hosts.guardOf(literal)(literal)) {
      throw refuse('address_refused', `${literal} is not a public address.`);
    }
  };

  const follow = async (asked: GuardedRequest, signal: AbortSignal): Promise<GuardedAnswer> => {
    let url = parseUrl(asked.url);
    let headers = asked.headers ?? {};
    for (let redirects = 0; ; redirects += 1) {
      check(url);
      const answer = await sendOnce(
        agent,
        asked,
        url,
        headers,
        asked.maxResponseBytes ?? options.maxResponseBytes,
        signal,
      );
      const next = nextUrl(asked, answer, url);
      if (next === undefined) return answer;
      if (redirects === options.maxRedirects) {
        throw refuse('redirect_refused', `More than ${options.maxRedirects} redirects.`);
      }
      // Credentials stay with the host that they were meant for.
      if (next.origin !== url.origin) headers = headers.accept === undefined ? {} : { accept: headers.accept };
      url = next;
    }
  };

  let closing: Promise<void> | undefined;
  return {
    send: async (asked) => {
      const timeoutMs = asked.timeoutMs ?? options.timeoutMs;
      const late = AbortSignal.timeout(timeoutMs);
      try {
        return await follow(asked, AbortSignal.any([asked.signal, late]));
      } catch (error) {
        if (asked.signal.aborted) throw new OutgoingError('cancelled', 'The request was given up.', { cause: error });
        if (late.aborted) throw new OutgoingError('timed_out', `No answer within ${timeoutMs} ms.`, { cause: error });
        throw explain(error);
      }
    },
    close: () => (closing ??= agent.destroy()),
  };
}

async function sendOnce(
  agent: Agent,
  { method, body, whenLonger = 'error' }: GuardedRequest,
  url: URL,
  headers: Readonly<Record<string, string>>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<GuardedAnswer> {
  const answer = await request(url, {
    dispatcher: agent,
    method,
    headers: { 'user-agent': 'Parley', ...headers, 'accept-encoding': 'identity' },
    body: body ?? null,
    signal,
  });
  const got = firstOfEach(answer.headers);
  const encoding = got['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && method !== 'HEAD' && whenLonger === 'error') {
    discard(answer.body);
    throw new OutgoingError('unreadable', `The answer is compressed (${encoding.slice(0, 20)}), unasked.`);
  }
  const chunks: Buffer[] = [];
  let room = maxBytes;
  let isCut = false;
  for await (const chunk of answer.body) {
    const piece: unknown = chunk;
    if (!Buffer.isBuffer(piece)) throw new TypeError('A body gives buffers.');
    chunks.push(piece.subarray(0, room));
    isCut = piece.length > room;
    room -= Math.min(room, piece.length);
    if (!isCut) continue;
    discard(answer.body);
    if (whenLonger === 'error') throw new OutgoingError('too_large', `The answer has more than ${maxBytes} bytes.`);
    break;
  }
  return { status: answer.statusCode, headers: got, body: Buffer.concat(chunks), isCut, url: url.href };
}

/** Where a redirect leads; undefined when the answer is the answer. */
function nextUrl({ method }: GuardedRequest, { status, headers }: GuardedAnswer, from: URL): URL | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (!URL.canParse(location, from.href)) throw refuse('redirect_refused', 'Redirected to what is no URL.');
  const url = new URL(location, from.href);
  if (from.protocol === 'https:' && url.protocol !== 'https:') {
    throw refuse('redirect_refused', `Redirected from https: to ${url.protocol}`);
  }
  return url;
}

/** The connection ends with it. Without a listener, the end of an unread body would end the process. */
function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {});
  body.destroy();
}

function firstOfEach(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = typeof value === 'string' ? value : value?.[0];
      return first === undefined ? [] : [[name, first]];
    }),
  );
}

function parseUrl(url: string | URL): URL {
  if (url instanceof URL) return url;
  if (URL.canParse(url)) return new URL(url);
  throw refuse('url_refused', 'This is no URL.');
}

function refuse(code: OutgoingErrorCode, message: string): OutgoingError {
  return new OutgoingError(code, message);
}

function explain(error: unknown): unknown {
  if (error instanceof OutgoingError) return error;
  if (error instanceof AddressRefusedError)
    return new OutgoingError('address_refused', error.message, { cause: error });
  if (
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  ) {
    return new OutgoingError('timed_out', 'The other side did not answer in time.', { cause: error });
  }
  // A mistake in this program.
  if (!(error instanceof Error) || !('code' in error)) return error;
  return new OutgoingError('unreachable', `The connection failed (${String(error.code)}).`, { cause: error });
}
