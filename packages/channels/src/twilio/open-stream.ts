import type { Writable } from 'node:stream';
import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { RawData, WebSocket } from 'ws';
import type { LegEnd } from '../phone/phone-leg.ts';
import { createStreamEar, type StreamEar } from './stream-ear.ts';
import type { MessageReader, StreamStart } from './stream-message.ts';
import { createStreamVoice, type StreamVoice } from './stream-voice.ts';

/** Messages that make no sense until the far side is let go: Twilio sends none. */
const maxMalformed = 50;
/** Sound beyond the time that has passed, in milliseconds: a network that stood still for some seconds; more is no telephone. */
const maxAheadMs = 10_000;
/** How long the far side may take to answer the close of its connection. */
const closeTimeoutMs = 2000;

/** A connection that said which stream it is. */
export interface StartedStream {
  readonly socket: WebSocket;
  readonly start: StreamStart;
  /** The one that read its start. */
  readonly read: MessageReader;
  /**
   * The connection under the WebSocket, where it is known: sound is written there as it is, several messages at a time. Nothing of the
   * WebSocket's own gets in between, for without compression it writes each message whole and at once.
   */
  readonly connection?: Writable | undefined;
}

/** One connection of a media stream that has started. */
export interface Stream {
  readonly voice: StreamVoice;
  readonly ear: StreamEar;
  readonly isOpen: boolean;
  readonly lastHeardMs: number;
  tick(nowMs: number): void;
  /** Nothing is heard or sent from then on. Idempotent. */
  close(): void;
}

export function openStream(parts: {
  readonly started: StartedStream;
  readonly clock: Clock;
  readonly onFrame: (frame: Pcm) => void;
  readonly onDigit: (digit: Digit) => void;
  readonly onPlayoutDelay: (playoutDelayMs: number) => void;
  readonly onFirstSound: () => void;
  /** Once, unless `close` came first. */
  readonly onEnd: (how: LegEnd) => void;
}): Stream {
  const { clock } = parts;
  const { socket, start, read, connection } = parts.started;
  let isOpen = true;
  let malformed = 0;
  const openedMs = clock.nowMs();
  let lastHeardMs = openedMs;
  let soundMs = 0;
  const ear = createStreamEar(parts.onFrame);
  const voice = createStreamVoice(
    {
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send(text) {
        if (isOpen && socket.readyState === socket.OPEN) socket.send(text);
      },
      sendFrames(messages, { frameBytes, headerBytes }) {
        if (!isOpen || socket.readyState !== socket.OPEN) return;
        if (connection?.writable === true) return void connection.write(messages);
        for (let at = 0; at < messages.length; at += frameBytes) {
          socket.send(messages.subarray(at + headerBytes, at + frameBytes), { binary: false });
        }
      },
    },
    start.streamSid,
    parts.onPlayoutDelay,
  );

  const letGo = () => {
    if (!isOpen) return false;
    isOpen = false;
    closeSocket(socket, clock);
    return true;
  };
  const end = (how: LegEnd) => {
    if (letGo()) parts.onEnd(how);
  };

  const onMessage = (data: RawData, isBinary: boolean) => {
    if (!isOpen) return;
    const message = isBinary || !Buffer.isBuffer(data) ? malformedMessage : read(data);
    switch (message.type) {
      case 'media': {
        const isFirst = ear.received === 0;
        lastHeardMs = clock.nowMs();
        if (isFirst) parts.onFirstSound();
        // Eight bytes a millisecond.
        soundMs += message.payload.length / 8;
        if (soundMs - (lastHeardMs - openedMs) > maxAheadMs) {
          return end({ by: 'network', reason: 'sound comes faster than anybody speaks' });
        }
        return ear.hear(message, lastHeardMs);
      }
      case 'mark':
        return voice.markReturned(message.name, clock.nowMs());
      case 'digit':
        return parts.onDigit(message.digit);
      case 'stop':
        return end({ by: 'far', reason: 'the stream was stopped' });
      case 'malformed':
        malformed += 1;
        if (malformed > maxMalformed) end({ by: 'network', reason: 'messages that make no sense' });
        return;
      case 'connected':
      case 'start':
      case 'other':
        return;
    }
  };
  socket.on('message', onMessage);
  socket.once('close', (code) => {
    const wasProper = code === 1000 || code === 1005;
    end(
      wasProper
        ? { by: 'far', reason: 'the stream was closed' }
        : { by: 'network', reason: `the connection broke (${code})` },
    );
  });

  return {
    voice,
    ear,
    get isOpen() {
      return isOpen;
    },
    get lastHeardMs() {
      return lastHeardMs;
    },
    tick(nowMs) {
      if (!isOpen) return;
      ear.tick();
      voice.tick(nowMs);
    },
    close: () => void letGo(),
  };
}

const malformedMessage = { type: 'malformed' } as const;

/** Closes it, and cuts it when the far side does not answer. */
export function closeSocket(socket: WebSocket, clock: Clock, code = 1000, reason = ''): void {
  if (socket.readyState === socket.CLOSED) return;
  const cancel = clock.wakeAt(clock.nowMs() + closeTimeoutMs, () => socket.terminate());
  socket.once('close', cancel);
  socket.close(code, reason);
}
