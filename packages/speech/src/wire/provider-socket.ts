import type { LookupFunction } from 'node:net';
import type { Clock } from '@parley/engine/ports/clock.ts';
import WebSocket from 'ws';
import { failureOfStatus, type ProviderFailure, shortened } from '../provider/provider-failure.ts';
import { headerFailure } from './header-failure.ts';

export interface ProviderSocketOptions {
  /** From the call to the open socket. */
  readonly connectTimeoutMs: number;
  /** Pause between two pings; a socket that nobody answers on is found out by them. */
  readonly pingIntervalMs: number;
  /** After a ping without any sign of life the socket is taken for half open. */
  readonly pongTimeoutMs: number;
  /** The largest message taken. */
  readonly maxMessageBytes: number;
  /** What may wait to be sent, before and after the socket is open; beyond, the provider is too slow to be of use. */
  readonly maxUnsentBytes: number;
  /** How long the other side may take to close after `end`. */
  readonly closeTimeoutMs: number;
}

export const providerSocketDefaults: ProviderSocketOptions = {
  // DNS, TCP and TLS to another continent take 300–600 ms; a caller waits meanwhile.
  connectTimeoutMs: 4000,
  // Load balancers drop idle connections after 30–60 s at the earliest.
  pingIntervalMs: 10_000,
  pongTimeoutMs: 5000,
  // Four seconds of 48 kHz audio in base64 with alignments; vendors send far less at once.
  maxMessageBytes: 4_000_000,
  // 30 s of 16-bit audio at 16 kHz: an utterance that is heard again by the next engine is sent at once.
  maxUnsentBytes: 1_500_000,
  closeTimeoutMs: 2000,
};

export interface ProviderSocketEvents {
  readonly onOpen?: () => void;
  readonly onText: (text: string) => void;
  readonly onBinary: (bytes: Uint8Array) => void;
  /**
   * The socket is gone, told once and last. `clean`: closed by the other side with a normal code (1000, 1001, 1005) after `end`
   * or by itself; whoever was still owed something knows.
   */
  readonly onClosed: (
    how: { readonly kind: 'clean' } | { readonly kind: 'failed'; readonly failure: ProviderFailure },
  ) => void;
}

export interface ProviderSocket {
  readonly isOpen: boolean;
  /** Sent at once or as soon as it is open; ignored after the end. */
  send(data: string | Uint8Array): void;
  /** Nothing more will be sent: closes in the proper way, by force when the other side does not answer. */
  end(): void;
}

/**
 * A WebSocket to a provider: with a time-out for each wait, pings that find half-open ones, and bounds on all that is kept.
 * No event comes from inside the call, none after the signal is aborted; then the socket is destroyed at once.
 */
export function openProviderSocket(
  target: {
    readonly url: string | URL;
    readonly headers?: Readonly<Record<string, string>>;
    readonly protocols?: readonly string[];
    /** What the body of a refused handshake adds to its status, where a vendor's codes say more. */
    readonly explain?: (failure: ProviderFailure, body: string) => ProviderFailure;
  },
  parts: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    /** As in `EngineContext`. */
    readonly lookup?: LookupFunction | undefined;
  },
  events: ProviderSocketEvents,
  options: ProviderSocketOptions = providerSocketDefaults,
): ProviderSocket {
  const { clock, signal, lookup } = parts;
  const wrong = headerFailure(target.headers ?? {});
  if (wrong !== undefined) return refusedSocket(wrong, signal, events);
  const unsent: (string | Uint8Array)[] = [];
  let unsentBytes = 0;
  let over = signal.aborted;
  let ending = false;
  let cancelTimer = () => {};

  const socket = new WebSocket(target.url, [...(target.protocols ?? [])], {
    headers: { ...target.headers },
    maxPayload: options.maxMessageBytes,
    // Audio does not compress, and contexts of the compressor cost 300 kB a socket.
    perMessageDeflate: false,
    handshakeTimeout: options.connectTimeoutMs,
    followRedirects: false,
    ...(lookup !== undefined && { lookup }),
  });

  const finish = (how: Parameters<ProviderSocketEvents['onClosed']>[0] | undefined) => {
    if (over) return;
    over = true;
    cancelTimer();
    signal.removeEventListener('abort', onAbort);
    unsent.length = 0;
    if (how?.kind !== 'clean') socket.terminate();
    if (how !== undefined) events.onClosed(how);
  };
  const fail = (failure: ProviderFailure) => finish({ kind: 'failed', failure });
  const onAbort = () => finish(undefined);

  const watch = () => {
    cancelTimer();
    cancelTimer = clock.wakeAt(clock.nowMs() + options.pingIntervalMs, () => {
      if (over) return;
      socket.ping();
      cancelTimer = clock.wakeAt(clock.nowMs() + options.pongTimeoutMs, () =>
        fail({ code: 'provider_timed_out', message: `No sign of life within ${options.pongTimeoutMs} ms of a ping.` }),
      );
    });
  };

  socket.on('open', () => {
    if (over) return;
    for (const data of unsent.splice(0)) socket.send(data);
    unsentBytes = 0;
    watch();
    events.onOpen?.();
    if (ending) close();
  });
  socket.on('message', (data, isBinary) => {
    if (over) return;
    if (!ending) watch();
    const bytes = toBytes(data);
    if (isBinary) events.onBinary(bytes);
    else events.onText(new TextDecoder().decode(bytes));
  });
  socket.on('pong', () => {
    if (!over && !ending) watch();
  });
  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const tell = () => {
      response.destroy();
      const body = Buffer.concat(chunks).toString('utf8');
      const failure = failureOfStatus(response.statusCode ?? 0, body, response.headers['retry-after']);
      fail(target.explain?.(failure, body) ?? failure);
    };
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > maxRefusalBytes) tell();
    });
    response.on('end', tell);
    response.on('error', tell);
  });
  socket.on('error', (error) =>
    fail(
      /timed? ?out/i.test(error.message)
        ? notConnected(options)
        : { code: codeOfError(error), message: shortened(error.message) },
    ),
  );
  socket.on('close', (code, reason) => {
    if (normalCodes.has(code)) return finish({ kind: 'clean' });
    fail({
      code: 'provider_failed',
      message: shortened(`The socket was closed with ${code} ${reason.toString('utf8')}`),
    });
  });

  const close = () => {
    cancelTimer();
    cancelTimer = clock.wakeAt(clock.nowMs() + options.closeTimeoutMs, () => {
      socket.terminate();
      finish({ kind: 'clean' });
    });
    socket.close(1000);
  };

  if (over) socket.terminate();
  else {
    signal.addEventListener('abort', onAbort, { once: true });
    // The library's own time-out begins again with each byte that comes.
    cancelTimer = clock.wakeAt(clock.nowMs() + options.connectTimeoutMs, () => fail(notConnected(options)));
  }

  return {
    get isOpen() {
      return !over && socket.readyState === WebSocket.OPEN;
    },
    send(data) {
      if (over || ending) return;
      const size = typeof data === 'string' ? data.length : data.byteLength;
      const waiting = socket.readyState === WebSocket.OPEN ? socket.bufferedAmount : unsentBytes;
      if (waiting + size > options.maxUnsentBytes) {
        queueMicrotask(() =>
          fail({ code: 'provider_timed_out', message: `More than ${options.maxUnsentBytes} bytes wait to be sent.` }),
        );
        return;
      }
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
      else {
        unsent.push(data);
        unsentBytes += size;
      }
    },
    end() {
      if (over || ending) return;
      ending = true;
      if (socket.readyState === WebSocket.OPEN) close();
    },
  };
}

function notConnected({ connectTimeoutMs }: ProviderSocketOptions): ProviderFailure {
  return { code: 'provider_timed_out', message: `Not connected within ${connectTimeoutMs} ms.` };
}

/** One that was never opened. */
function refusedSocket(failure: ProviderFailure, signal: AbortSignal, events: ProviderSocketEvents): ProviderSocket {
  queueMicrotask(() => {
    if (!signal.aborted) events.onClosed({ kind: 'failed', failure });
  });
  return { isOpen: false, send() {}, end() {} };
}

/** More of a refusal than this nobody reads. */
const maxRefusalBytes = 10_000;
/** RFC 6455, 7.4.1: normal, going away; 1005 is a close without a code. */
const normalCodes = new Set([1000, 1001, 1005]);

function codeOfError(error: Error): 'provider_unreachable' | 'provider_protocol' {
  const isProtocol =
    error instanceof RangeError ||
    /^(WS_ERR|Invalid|Max payload)/.test('code' in error ? String(error.code) : error.message);
  return isProtocol ? 'provider_protocol' : 'provider_unreachable';
}

function toBytes(data: WebSocket.RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
