import { toApiError } from './api-error.ts';
import type { CallOptions, OperationFacts, Transport } from './call.ts';
import { createOperations } from './generated/api.ts';

export interface ClientOptions {
  /** Where the server is, such as `https://talk.example.com`; the page's own when left out. */
  readonly baseUrl?: string;
  /** An API key, an access token, a conversation's token; asked for each request, so that it may change. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  /** Asked when the server says that the token is not valid (any more): a new one, or undefined to give up. */
  readonly renewToken?: () => Promise<string | undefined>;
  /** For cookies: `x-csrf-token` of unsafe requests. */
  readonly csrfToken?: () => string | undefined;
  readonly timeoutMs?: number;
  /** Tries in all of a request that may be sent again: those that change nothing, and those with an idempotency key. */
  readonly tries?: number;
  readonly fetch?: typeof fetch;
}

/** Longer than the server gives any request. */
const defaultTimeoutMs = 35_000;
const defaultTries = 3;
const jsonFirst = 'application/json, */*';
/** What is waited at most because the server asked to. */
const maxRetryAfterMs = 10_000;

export type ParleyClient = ReturnType<typeof createClient>;

/**
 * The API as functions, each typed as its documentation says. What the server refuses rejects with `ApiError`. A request that may
 * be sent again is, when the server asks to come back (429, 503) or cannot be reached.
 */
export function createClient(options: ClientOptions = {}) {
  const tries = options.tries ?? defaultTries;
  const request = async (
    accept: string,
    facts: OperationFacts,
    input: object,
    callOptions: CallOptions = {},
  ): Promise<Response> => {
    const prepared = toRequest(accept, facts, input);
    const mayRepeat = facts.method === 'GET' || facts.method === 'PUT' || 'idempotencyKey' in input;
    const limit = AbortSignal.timeout(callOptions.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs);
    const signal = callOptions.signal === undefined ? limit : AbortSignal.any([limit, callOptions.signal]);
    let token = typeof options.token === 'function' ? await options.token() : options.token;
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const response = await send(prepared, token, options, signal).catch((error: unknown) => {
        if (!mayRepeat || attempt >= tries || signal.aborted) throw error;
        return undefined;
      });
      if (response?.ok === true) {
        callOptions.onHeaders?.(response.headers);
        return response;
      }
      if (response?.status === 401 && options.renewToken !== undefined && !renewed) {
        renewed = true;
        token = await options.renewToken();
        if (token !== undefined) {
          await response.body?.cancel();
          continue;
        }
      }
      const error = response === undefined ? undefined : await toApiError(response);
      const isBusy = error === undefined || error.status === 429 || error.status === 503;
      if (error !== undefined && (!isBusy || !mayRepeat || attempt >= tries)) throw error;
      const waitMs = Math.min(error?.retryAfterMs ?? 2 ** attempt * 100, maxRetryAfterMs);
      await pause(waitMs * (0.75 + Math.random() / 2), signal);
    }
  };
  const transport: Transport = {
    json: async (...args) => JSON.parse(await (await request(jsonFirst, ...args)).text()),
    // Where JSON is asked for, some give the same in another form: sound within JSON.
    file: async (...args) => request('*/*', ...args),
    nothing: async (...args) => {
      await (await request(jsonFirst, ...args)).body?.cancel();
    },
  };
  return createOperations(transport);
}

interface Prepared {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

function toRequest(accept: string, { method, path, query }: OperationFacts, input: object): Prepared {
  const given = new Map<string, unknown>(Object.entries(input));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given.get(name))));
  const search = new URLSearchParams();
  for (const name of query) {
    const value = given.get(name);
    if (Array.isArray(value)) for (const one of value) search.append(name, String(one));
    else if (value !== undefined) search.set(name, String(value));
  }
  const [idempotencyKey, ifMatch, body] = [given.get('idempotencyKey'), given.get('ifMatch'), given.get('body')];
  return {
    method,
    path: search.size === 0 ? filled : `${filled}?${search}`,
    headers: {
      accept,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(typeof idempotencyKey === 'string' && { 'idempotency-key': idempotencyKey }),
      ...(typeof ifMatch === 'string' && { 'if-match': ifMatch }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

function send(
  { method, path, headers, body }: Prepared,
  token: string | undefined,
  { baseUrl = '', fetch: send = fetch, csrfToken }: ClientOptions,
  signal: AbortSignal,
): Promise<Response> {
  const csrf = method === 'GET' ? undefined : csrfToken?.();
  return send(`${baseUrl.replace(/\/$/, '')}${path}`, {
    method,
    headers: {
      ...headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(csrf !== undefined && { 'x-csrf-token': csrf }),
    },
    ...(body !== undefined && { body }),
    signal,
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done() {
      signal.removeEventListener('abort', stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal.reason);
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}
