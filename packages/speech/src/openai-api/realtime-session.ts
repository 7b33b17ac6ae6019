import type { Clock } from '@parley/engine/ports/clock.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { openProviderSocket, type ProviderSocket, providerSocketDefaults } from '../wire/provider-socket.ts';
import { withoutKeys } from './api-failure.ts';
import type { Address } from './api-server.ts';
import { parseRealtimeEvent, type RealtimeEvent } from './realtime-events.ts';
import type { SessionSettings } from './realtime-settings.ts';

export interface RealtimeSession {
  /** Sends the session's settings, unless it has them. */
  configure(settings: SessionSettings): void;
  append(bytes: Uint8Array): void;
  commit(): void;
  clear(): void;
  /** By the clock's `nowMs`. */
  readonly openedAtMs: number;
  close(): void;
}

export interface RealtimeSessionEvents {
  readonly onEvent: (event: RealtimeEvent) => void;
  /** Told once and last, not after `close`. Undefined: closed in the proper way. */
  readonly onGone: (failure: ProviderFailure | undefined) => void;
}

/** A WebSocket on which a transcription session is held. */
export function openRealtimeSession(
  { url, headers, lookup }: Address,
  parts: { readonly clock: Clock; readonly signal: AbortSignal },
  { onEvent, onGone }: RealtimeSessionEvents,
): RealtimeSession {
  const { clock } = parts;
  const scope = new AbortController();
  const signal = AbortSignal.any([parts.signal, scope.signal]);
  let settingsSent = '';
  const gone = (failure: ProviderFailure | undefined) => {
    if (signal.aborted) return;
    scope.abort();
    onGone(failure);
  };
  const socket: ProviderSocket = openProviderSocket(
    { url, headers },
    { clock, signal, lookup },
    {
      onText(text) {
        const event = parseRealtimeEvent(text);
        if (event === 'malformed') gone({ code: 'provider_protocol', message: 'What came is no event of a session.' });
        else if (event !== 'other') onEvent(event);
      },
      onBinary: () => gone({ code: 'provider_protocol', message: 'Bytes came where events were due.' }),
      onClosed: (how) =>
        gone(how.kind === 'clean' ? undefined : { ...how.failure, message: withoutKeys(how.failure.message) }),
    },
    // Its events are words, some with the probability of each token.
    { ...providerSocketDefaults, maxMessageBytes: 1_000_000, maxUnsentBytes },
  );
  const send = (message: object) => socket.send(JSON.stringify(message));
  return {
    openedAtMs: clock.nowMs(),
    configure(settings) {
      const text = JSON.stringify({ type: 'session.update', session: settings });
      if (text === settingsSent) return;
      settingsSent = text;
      socket.send(text);
    },
    append: (bytes) => send({ type: 'input_audio_buffer.append', audio: Buffer.from(bytes).toString('base64') }),
    commit: () => send({ type: 'input_audio_buffer.commit' }),
    clear: () => send({ type: 'input_audio_buffer.clear' }),
    close() {
      scope.abort();
    },
  };
}

/** 35 s of 24 kHz in base64: an utterance that is heard again by this engine after another failed comes at once. */
const maxUnsentBytes = 2_300_000;
