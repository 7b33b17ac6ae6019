import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, errors, request } from 'undici';
import type { Fail } from '../errors.ts';
import { AddressRefusedError, guardLookup, literalAddress } from './address-guard.ts';
import { addressGuardOf, type ConnectionGuard } from './connection-guard.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A redirect may be followed: the request changes nothing. */
  readonly follow: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower case, without parameters; empty if none. */
  readonly contentType: string;
  readonly text: string;
  readonly bytes: number;
  readonly retryAfterMs: number | undefined;
}

export interface HttpClient {
  /** @throws IntegrationError `unreachable`, `timed_out`, `address_refused`, `redirect_refused`, `response_too_large`, `cancelled` */
  send(request: HttpRequest, fail: Fail, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface HttpClientOptions {
  readonly guard: ConnectionGuard;
  readonly maxResponseBytes: number;
  readonly timeoutMs: number;
  readonly maxConnections: number;
  /** How names become addresses; the system's way if left out. What it gives is checked. */
  readonly lookup?: LookupFunction;
}

/** APIs that moved redirect once, and once more to their canonical name. */
const maxRedirects = 3;

/** HTTP that reaches only allowed addresses, reads only so much, and waits only so long. Nothing is compressed: no bombs. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { guard } = options;
  const lookup: LookupFunction = (hostname, lookupOptions, callback) =>
    guardLookup(addressGuardOf(guard, hostname), options.lookup)(hostname, lookupOptions, callback);
  const agent = new Agent({
    connections: options.maxConnections,
    connect: { lookup, timeout: options.timeoutMs },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    maxHeaderSize: 16_384,
  });

  const send = async (asked: HttpRequest, fail: Fail, signal: AbortSignal): Promise<HttpAnswer> => {
    const late = AbortSignal.timeout(options.timeoutMs);
    const either = AbortSignal.any([signal, late]);
    try {
      let current = asked;
      for (let redirects = 0; ; redirects += 1) {
        check(current.url, guard, fail);
        const answer = await sendOnce(current, agent, options.maxResponseBytes, fail, either);
        if (!('location' in answer)) return answer;
        if (redirects === maxRedirects) throw fail('redirect_refused', `More than ${maxRedirects} redirects.`);
        current = redirected(current, answer.location, answer.status, fail);
      }
    } catch (error) {
      if (signal.aborted) throw fail('cancelled', 'The use was given up.', { cause: error });
      if (late.aborted) throw fail('timed_out', `No answer within ${options.timeoutMs} ms.`, { cause: error });
      throw explain(error, fail, options.timeoutMs);
    }
  };

  return { send, close: () => agent.destroy() };
}

function check(url: URL, guard: ConnectionGuard, fail: Fail): void {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (!guard.mayUsePort(url.hostname, port, 'http'))
    throw fail('address_refused', `Port ${port} of ${url.hostname} is not open to integrations.`, { field: 'baseUrl' });
  // A literal address is connected to without a look-up.
  const literal = literalAddress(url.hostname);
  if (literal !== undefined && !guard.mayReach(literal, literal))
    throw fail('address_refused', `${literal} is not a public address.`, { field: 'baseUrl' });
}

async function sendOnce(
  { url, method, headers, body }: HttpRequest,
  agent: Agent,
  maxBytes: number,
  fail: Fail,
  signal: AbortSignal,
): Promise<HttpAnswer | { readonly location: string; readonly status: number }> {
  const answer = await request(url, {
    dispatcher: agent,
    method: methodOf(method),
    headers: { 'accept-encoding': 'identity', ...headers },
    body: body ?? null,
    signal,
  });
  const { statusCode: status } = answer;
  const header = (name: string) => {
    const value = answer.headers[name];
    return (typeof value === 'string' ? value : value?.[0]) ?? '';
  };
  const location = header('location');
  if (status >= 300 && status < 400 && status !== 304 && location !== '') {
    discard(answer.body);
    return { location, status };
  }
  const encoding = header('content-encoding');
  if (encoding !== '' && encoding !== 'identity') {
    discard(answer.body);
    throw fail('response_type_unexpected', `The answer is compressed (${encoding.slice(0, 20)}), unasked.`, { status });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    const piece: unknown = chunk;
    if (!Buffer.isBuffer(piece)) throw new TypeError('A body gives buffers.');
    bytes += piece.length;
    if (bytes > maxBytes) {
      discard(answer.body);
      throw fail('response_too_large', `The answer has more than ${maxBytes} bytes.`, { status });
    }
    chunks.push(piece);
  }
  return {
    status,
    contentType: (header('content-type').split(';')[0] ?? '').trim().toLowerCase(),
    text: Buffer.concat(chunks).toString('utf8'),
    bytes,
    retryAfterMs: retryAfterOf(header('retry-after')),
  };
}

/** The connection ends with it. Without a listener, the end of an unread body would end the process. */
function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {});
  body.destroy();
}

/** What is sent next. Credentials stay with the host that they were meant for. */
function redirected(asked: HttpRequest, location: string, status: number, fail: Fail): HttpRequest {
  if (!asked.follow) throw fail('redirect_refused', 'A request that may change something was redirected.', { status });
  if (!URL.canParse(location, asked.url.href))
    throw fail('redirect_refused', 'Redirected to what is no URL.', { status });
  const url = new URL(location, asked.url.href);
  if (url.protocol !== 'https:' && url.protocol !== asked.url.protocol)
    throw fail('redirect_refused', `Redirected from ${asked.url.protocol} to ${url.protocol}`, { status });
  if (url.username !== '' || url.password !== '')
    throw fail('redirect_refused', 'Redirected to a URL with a password in it.', { status });
  const same = url.origin === asked.url.origin;
  const { body, ...rest } = asked;
  const turnsToGet = status === 303 || ((status === 301 || status === 302) && asked.method === 'POST');
  if (!same && body !== undefined && !turnsToGet)
    throw fail('redirect_refused', 'A request with a body was redirected to another host.', { status });
  const keep = ({ headers }: HttpRequest) => (same ? headers : { accept: headers.accept ?? '*/*' });
  return turnsToGet || body === undefined
    ? { ...rest, url, method: turnsToGet ? 'GET' : asked.method, headers: keep(asked) }
    : { ...rest, body, url, headers: keep(asked) };
}

function explain(error: unknown, fail: Fail, timeoutMs: number): unknown {
  if (error instanceof AddressRefusedError)
    return fail('address_refused', error.message, { field: 'baseUrl', cause: error });
  if (
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  )
    return fail('timed_out', `No answer within ${timeoutMs} ms.`, { cause: error });
  // Ours already, or a mistake in this program.
  if (!(error instanceof Error) || !('code' in error) || 'details' in error) return error;
  return fail('unreachable', `The connection failed (${String(error.code)}).`, { cause: error });
}

function methodOf(method: string): Dispatcher.HttpMethod {
  const known: readonly Dispatcher.HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
  return known.find((one) => one === method) ?? 'GET';
}

/** In seconds or as a date; anything else, and more than an hour, is as if it were not there. */
function retryAfterOf(value: string): number | undefined {
  const ms = /^\d{1,6}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms >= 0 && ms <= 3_600_000 ? ms : undefined;
}
