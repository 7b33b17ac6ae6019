import type { LookupFunction } from 'node:net';
import type { LineFormat, Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { openProviderSocket, type ProviderSocket } from '../wire/provider-socket.ts';
import { createListenAudio, type ListenAudio } from './listen-audio.ts';

export interface ListenLinkOptions {
  /** Silence on our side after which a sign of life is sent. */
  readonly keepAliveMs: number;
  /** Pause before a connection that was lost while nobody spoke is made anew; doubled with each one that does not last. */
  readonly reconnectAfterMs: number;
  readonly maxReconnectAfterMs: number;
}

export const listenLinkDefaults: ListenLinkOptions = {
  // `/v1/listen` asks for one every 3–5 s, and closes after 10 s without.
  keepAliveMs: 4000,
  // Soon enough for the caller's next sentence; the agent speaks for some seconds before it.
  reconnectAfterMs: 500,
  // An address that is away must not be knocked at by each of a thousand idle calls every second.
  maxReconnectAfterMs: 30_000,
};

/** One caller's connection to the vendor for the whole call: kept alive between utterances, made anew when it was lost there. */
export interface ListenLink {
  /** Sound given in all. */
  readonly sentMs: number;
  /** What was given before the present connection: its times count from there. */
  readonly originMs: number;
  /**
   * An utterance begins: there must be a connection, if only one that is being made. One that stood and turns out to be dead before
   * anything more was heard of it is replaced once, and hears the utterance from its beginning.
   * @param isFirst nothing is owed of an earlier utterance
   */
  begin(isFirst: boolean): void;
  audio(samples: Pcm): void;
  /** The rest of a stretch of voice, of which the line's rate may hold back some milliseconds. */
  endAudio(): void;
  silence(durationMs: number): void;
  /** A message in JSON; not sent when there is no connection. */
  tell(message: Readonly<Record<string, unknown>>): void;
}

export interface ListenLinkParts {
  readonly clock: Clock;
  /** As in `EngineContext`. */
  readonly lookup: LookupFunction | undefined;
  readonly signal: AbortSignal;
  readonly line: LineFormat;
  /** Asked for each connection. */
  readonly target: (audio: ListenAudio) => {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  /** A final is owed: a connection that is lost now is a failure. */
  readonly isOwed: () => boolean;
  readonly keepAlive: () => void;
  /** A new connection: the vendor knows nothing of what was before. It is told from inside the call that makes the link, too. */
  readonly onNew: (originMs: number) => void;
  readonly onText: (text: string) => void;
  /** Told once at the most, and never from inside a call. */
  readonly onFailed: (failure: ProviderFailure) => void;
}

/** Connects at once, so that the first utterance does not wait for it. */
export function createListenLink(parts: ListenLinkParts, options: ListenLinkOptions = listenLinkDefaults): ListenLink {
  const { clock, lookup, signal, line } = parts;
  let socket: ProviderSocket | undefined;
  const audio = createListenAudio(line);
  let sentBytes = 0;
  let originMs = 0;
  /** What was sent since an utterance began, as long as it may have to be sent again. */
  let kept: { readonly fromMs: number; readonly data: (string | Uint8Array)[]; bytes: number } | undefined;
  let lastSentAtMs = 0;
  let connectedAtMs = 0;
  let lostInARow = 0;
  let hasStood = false;
  let cancelReconnect = () => {};
  let cancelKeepAlive = () => {};

  const sentMs = () => originMs + sentBytes / audio.bytesPerMs;

  const connect = (fromMs = sentMs()) => {
    if (socket !== undefined || signal.aborted) return;
    cancelReconnect();
    originMs = fromMs;
    sentBytes = 0;
    connectedAtMs = clock.nowMs();
    lastSentAtMs = connectedAtMs;
    parts.onNew(originMs);
    socket = openProviderSocket(
      parts.target(audio),
      { clock, lookup, signal },
      {
        onOpen() {
          hasStood = true;
          watchSilence(options.keepAliveMs);
        },
        onText(text) {
          kept = undefined;
          parts.onText(text);
        },
        // The vendor sends none.
        onBinary: () => {},
        onClosed: (how) =>
          onLost(
            how.kind === 'failed'
              ? how.failure
              : { code: 'provider_failed', message: 'The connection was closed in the middle of an utterance.' },
          ),
      },
    );
  };

  const onLost = (failure: ProviderFailure) => {
    socket = undefined;
    cancelKeepAlive();
    if (kept !== undefined && failure.code === 'provider_failed') return beginAnew(kept);
    if (parts.isOwed() || (!hasStood && isAnswer(failure))) return parts.onFailed(failure);
    const waitMs = Math.min(options.maxReconnectAfterMs, options.reconnectAfterMs * 2 ** lostInARow);
    lostInARow = clock.nowMs() - connectedAtMs > lastingMs ? 0 : Math.min(lostInARow + 1, maxDoublings);
    cancelReconnect = clock.wakeAt(clock.nowMs() + waitMs, () => connect());
  };

  const beginAnew = ({ fromMs, data }: NonNullable<typeof kept>) => {
    kept = undefined;
    connect(fromMs);
    for (const piece of data) send(piece);
  };

  const watchSilence = (inMs: number) => {
    cancelKeepAlive = clock.wakeAt(clock.nowMs() + inMs, () => {
      const silentMs = clock.nowMs() - lastSentAtMs;
      if (silentMs >= options.keepAliveMs) parts.keepAlive();
      watchSilence(Math.max(1, options.keepAliveMs - (clock.nowMs() - lastSentAtMs)));
    });
  };

  const send = (data: string | Uint8Array) => {
    if (socket === undefined || data.length === 0) return;
    lastSentAtMs = clock.nowMs();
    if (typeof data !== 'string') sentBytes += data.byteLength;
    if (kept !== undefined) {
      kept.data.push(data);
      kept.bytes += data.length;
      if (kept.bytes > maxKeptMs * audio.bytesPerMs) kept = undefined;
    }
    socket.send(data);
  };

  signal.addEventListener(
    'abort',
    () => {
      cancelReconnect();
      cancelKeepAlive();
    },
    { once: true },
  );
  connect();

  return {
    get sentMs() {
      return sentMs();
    },
    get originMs() {
      return originMs;
    },
    begin(isFirst) {
      kept = isFirst && socket?.isOpen === true ? { fromMs: sentMs(), data: [], bytes: 0 } : undefined;
      connect();
    },
    audio: (samples) => send(audio.encode(samples)),
    endAudio: () => send(audio.end()),
    silence: (durationMs) => send(audio.silence(durationMs)),
    tell: (message) => send(JSON.stringify(message)),
  };
}

/** A dead connection says so within seconds; what is longer silent is found out by time-outs. */
const maxKeptMs = 5000;

/** Beyond, the longest pause is reached anyway. */
const maxDoublings = 10;

/**
 * A connection that stood for so long was a good one. Some that never heard a sound are closed after 30 s, signs of life or not: the
 * next one is no reason to wait longer.
 */
const lastingMs = 20_000;

/** What the vendor says to the first handshake will be the same the next time; whoever waits for it is better told at once. */
function isAnswer({ code }: ProviderFailure): boolean {
  return code === 'provider_unauthorized' || code === 'provider_refused' || code === 'provider_rate_limited';
}
