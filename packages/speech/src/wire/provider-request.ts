import type { LookupFunction } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { failureOfStatus, ProviderError, type ProviderFailure, shortened } from '../provider/provider-failure.ts';
import { dispatcherOf } from './guarded-fetch.ts';
import { headerFailure } from './header-failure.ts';

export interface ProviderRequestOptions {
  /** To the answer's head. */
  readonly headTimeoutMs: number;
  /** The longest silence in the middle of the answer's body. */
  readonly stallTimeoutMs: number;
  /** The largest body taken. */
  readonly maxBodyBytes: number;
}

export const providerRequestDefaults: ProviderRequestOptions = {
  // First bytes of speech and of transcripts take 200–900 ms; a caller waits meanwhile.
  headTimeoutMs: 5000,
  // Streams come several times faster than they are heard.
  stallTimeoutMs: 3000,
  // Two minutes of 16-bit audio at 48 kHz.
  maxBodyBytes: 12_000_000,
};

/** The answer to a request that was taken. */
export interface ProviderAnswer {
  readonly headers: Headers;
  /**
   * Its body in the chunks in which it comes; may be read once. Throws ProviderError, or the signal's reason.
   */
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * One HTTP request to a provider, over connections that are kept. Refusals are thrown with the provider's own words.
 *
 * @throws ProviderError, or the signal's reason
 */
export async function requestProvider(
  target: {
    readonly url: string | URL;
    readonly method: 'GET' | 'POST';
    readonly headers?: Readonly<Record<string, string>>;
    /** In one piece: a form that `fetch` streams rejects where nobody can catch it when the request is given up. */
    readonly body?: string | Uint8Array<ArrayBuffer>;
    /** As in `EngineContext`. */
    readonly lookup?: LookupFunction | undefined;
    /** What the time-outs go by; left out: the machine's timers. */
    readonly clock?: Clock | undefined;
    /** What the body of a refusal adds to its status, where a vendor's codes say more. */
    readonly explain?: (failure: ProviderFailure, body: string) => ProviderFailure;
  },
  signal: AbortSignal,
  options: ProviderRequestOptions = providerRequestDefaults,
): Promise<ProviderAnswer> {
  signal.throwIfAborted();
  const wrong = headerFailure(target.headers ?? {});
  if (wrong !== undefined) throw new ProviderError(wrong);
  const scope = new AbortController();
  const onAbort = () => scope.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const release = () => {
    signal.removeEventListener('abort', onAbort);
    scope.abort();
  };
  const patience = createPatience(scope, target.clock);
  try {
    patience.wait(options.headTimeoutMs);
    const { url, method, headers, body, lookup } = target;
    const response = await fetch(url, {
      method,
      ...(headers !== undefined && { headers: { ...headers } }),
      ...(body !== undefined && { body }),
      // A provider that sends elsewhere is not the one that the key is for.
      redirect: 'error',
      ...(lookup !== undefined && { dispatcher: dispatcherOf(lookup) }),
      signal: scope.signal,
    });
    if (response.ok) return { headers: response.headers, chunks: read(response, patience, release, signal, options) };
    const refusal = await firstBytes(response, patience, options.stallTimeoutMs);
    const failure = failureOfStatus(response.status, refusal, response.headers.get('retry-after') ?? undefined);
    throw new ProviderError(target.explain?.(failure, refusal) ?? failure);
  } catch (error) {
    patience.end();
    release();
    throw toProviderError(error, signal);
  }
}

/** All of an answer's body, for those that are small. @throws ProviderError, or the signal's reason */
export async function readAll({ chunks }: ProviderAnswer): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function* read(
  { body }: Response,
  patience: Patience,
  release: () => void,
  signal: AbortSignal,
  { stallTimeoutMs, maxBodyBytes }: ProviderRequestOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  try {
    if (body === null) return;
    patience.wait(stallTimeoutMs);
    for await (const chunk of body) {
      // Who reads may take its time: only the provider's silence counts.
      patience.end();
      bytes += chunk.byteLength;
      if (bytes > maxBodyBytes) throw protocolError(`More than ${maxBodyBytes} bytes came.`);
      yield chunk;
      signal.throwIfAborted();
      patience.wait(stallTimeoutMs);
    }
  } catch (error) {
    throw toProviderError(error, signal);
  } finally {
    patience.end();
    release();
  }
}

/** Enough of a refusal to say why. */
const maxRefusalBytes = 10_000;

async function firstBytes({ body }: Response, patience: Patience, timeoutMs: number): Promise<string> {
  if (body === null) return '';
  patience.wait(timeoutMs);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > maxRefusalBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface Patience {
  wait(timeoutMs: number): void;
  end(): void;
}

function createPatience(scope: AbortController, clock: Clock | undefined): Patience {
  let cancel = () => {};
  return {
    wait(timeoutMs) {
      cancel();
      const giveUp = () =>
        scope.abort(new ProviderError({ code: 'provider_timed_out', message: `Silent for ${timeoutMs} ms.` }));
      if (clock === undefined) {
        const timer = setTimeout(giveUp, timeoutMs);
        cancel = () => clearTimeout(timer);
      } else cancel = clock.wakeAt(clock.nowMs() + timeoutMs, giveUp);
    },
    end: () => cancel(),
  };
}

function toProviderError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ProviderError) return error;
  // fetch hides what happened in the cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof ProviderError) return cause;
  // What breaks the rules of HTTP in the middle of an answer has this name; only some have a code.
  if (cause instanceof Error && cause.name === 'HTTPParserError') return protocolError(shortened(cause.message));
  return new ProviderError({
    code: isBreak(cause) ? 'provider_failed' : 'provider_unreachable',
    message: shortened(cause instanceof Error ? cause.message || cause.name : String(cause)),
  });
}

/** The connection stood and broke. */
function isBreak(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /^(UND_ERR_SOCKET|ECONNRESET|EPIPE|UND_ERR_BODY_TIMEOUT|HPE_)/.test(code) || /terminated/.test(String(cause));
}

function protocolError(message: string): ProviderError {
  return new ProviderError({ code: 'provider_protocol', message });
}
