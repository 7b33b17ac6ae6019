/** One request whose answer is JSON. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `application/json`, or as a form when it is `URLSearchParams`. */
  readonly body?: unknown;
  /** From the request to the last byte of the answer. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined when the answer had no body. Not checked: parse it. */
  readonly json: unknown;
}

/** `timed_out` and `broken_off` leave open whether a change was made: ask again with the same idempotency key. */
export type HttpFailureCode = 'timed_out' | 'broken_off' | 'too_large' | 'not_json';

/** No answer came that can be read; an answer with any status is not a failure. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly code: HttpFailureCode;
  constructor(code: HttpFailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const httpLimits = {
  /** A caller on the phone waits for it: past this an agent had better say that the system is slow. */
  timeoutMs: 8_000,
  /** Two hundred offers of a large hotel come to about 300 kB. */
  maxAnswerBytes: 2_000_000,
};

/**
 * Send a request and read its JSON answer. Redirects are refused, so that a token goes nowhere but to the named host. Rejects
 * with an `HttpFailure`, or with the signal's reason when the signal ended it.
 */
export async function httpCall(call: HttpCall): Promise<HttpAnswer> {
  const timeoutMs = call.timeoutMs ?? httpLimits.timeoutMs;
  call.signal.throwIfAborted();
  const timeOut = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(call.url, requestOf(call, AbortSignal.any([call.signal, timeOut])));
    const text = await boundedText(response);
    return { status: response.status, headers: response.headers, json: parseJson(text, response.status) };
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    if (error instanceof HttpFailure) throw error;
    const where = new URL(call.url).host;
    if (timeOut.aborted) {
      throw new HttpFailure('timed_out', `${where} did not answer within ${timeoutMs} ms`, { cause: error });
    }
    throw new HttpFailure('broken_off', `The connection to ${where} failed: is it running and reachable?`, {
      cause: error,
    });
  }
}

function requestOf(call: HttpCall, signal: AbortSignal): RequestInit {
  const base: RequestInit = { method: call.method, signal, redirect: 'error' };
  const headers = { accept: 'application/json', ...call.headers };
  if (call.body === undefined) return { ...base, headers };
  if (call.body instanceof URLSearchParams) return { ...base, headers, body: call.body };
  return { ...base, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(call.body) };
}

async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body) {
    bytes += piece.byteLength;
    if (bytes > httpLimits.maxAnswerBytes) {
      throw new HttpFailure('too_large', `The answer is larger than ${httpLimits.maxAnswerBytes} bytes: ask for less`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The body of a failed request is often a proxy's page: its status says enough. */
function parseJson(text: string, status: number): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (status >= 400) return undefined;
    throw new HttpFailure('not_json', `The answer (status ${status}) is not JSON: is the address that of the API?`, {
      cause: error,
    });
  }
}
