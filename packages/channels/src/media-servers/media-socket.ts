import { type Digit, digits } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { PhoneLeg } from '../phone/phone-leg.ts';
import {
  type MediaQuery,
  type MediaStart,
  MediaStartError,
  parseMediaStart,
  startWithoutWords,
  tryJson,
} from './media-start.ts';
import { createSoundLeg, type SoundLeg, type SoundWire } from './sound-leg.ts';

/** The largest message that is taken: a second of the widest sound is 96 kB; more than that is not live. */
export const maxMediaMessageBytes = 128 * 1024;

export interface MediaSocketParts<Call extends CallOfSocket> {
  readonly socket: WebSocket;
  readonly query: MediaQuery;
  readonly clock: Clock;
  /**
   * Whose call this is, by what it said of itself. Undefined: nobody's, and it is closed. Never rejects.
   */
  readonly describe: (start: MediaStart) => Promise<Call | undefined>;
  readonly onCall: (leg: PhoneLeg, call: Call) => void;
  /** It was described, and gone before it could be answered. */
  readonly onGone: (call: Call) => void;
  /** Why a connection was not taken, for the log. */
  readonly onRefused: (reason: string) => void;
}

export interface CallOfSocket {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
}

/** It says who it is at once. */
const startTimeoutMs = 5_000;
/** What may be said of itself before: texts of dial plans are short. */
const maxTextCharacters = 8_192;
/** Stretches in messages with base64: each becomes a file there, or at least a message; a fifth of a second is heard as no delay. */
const stretchFrames = 10;
const closeTimeoutMs = 2_000;
/** WebSocket status codes (RFC 6455 §7.4.1). */
const policyViolation = 1008;

/** A call over the audio WebSocket of Asterisk or FreeSWITCH. */
export function takeMediaSocket<Call extends CallOfSocket>(parts: MediaSocketParts<Call>): void {
  const { socket, query, clock } = parts;
  let state: 'new' | 'asking' | 'calling' | 'closed' = 'new';
  let call: SoundLeg | undefined;
  const cancelStart = clock.wakeAt(clock.nowMs() + startTimeoutMs, () => {
    if (call === undefined) refuse('nothing was said of the call');
  });

  const close = (code = 1000, reason = '') => {
    if (state === 'closed') return;
    state = 'closed';
    cancelStart();
    if (socket.readyState === socket.CLOSED) return;
    const cancel = clock.wakeAt(clock.nowMs() + closeTimeoutMs, () => socket.terminate());
    socket.once('close', cancel);
    // A control frame carries 123 bytes at most.
    socket.close(code, reason.slice(0, 100));
  };
  const refuse = (reason: string) => {
    if (state === 'closed') return;
    parts.onRefused(reason);
    close(policyViolation, reason);
  };

  const begin = async (start: MediaStart) => {
    state = 'asking';
    const description = await parts.describe(start);
    if (state !== 'asking') {
      if (description !== undefined) parts.onGone(description);
      return;
    }
    if (description === undefined) return refuse('nobody answers this call');
    state = 'calling';
    cancelStart();
    call = createSoundLeg(
      {
        ...{ kind: 'audio-fork', callId: description.callId, from: description.from, to: description.to },
        format: start.format,
        needsSilence: false,
      },
      wireTo(socket, start, close),
      clock,
    );
    parts.onCall(call.leg, description);
  };

  const takeFirst = (text: string | undefined) => {
    try {
      void begin(text === undefined ? startWithoutWords(query) : parseMediaStart(text, query));
    } catch (error) {
      refuse(error instanceof MediaStartError ? error.message : 'the first message was not understood');
    }
  };

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (state === 'closed' || !Buffer.isBuffer(data)) return;
    if (isBinary) {
      if (state === 'new') takeFirst(undefined);
      call?.sound(data);
      return;
    }
    if (data.length > maxTextCharacters) return refuse('a text is too long');
    const text = data.toString();
    if (state === 'new') return takeFirst(text);
    const digit = digitOf(text);
    if (digit !== undefined) call?.digit(digit);
  });
  socket.on('error', () => undefined);
  socket.once('close', (code: number) => {
    const isProper = code === 1000 || code === 1001 || code === 1005;
    call?.gone(
      isProper
        ? { by: 'far', reason: 'the media server closed the connection' }
        : { by: 'network', reason: `the connection broke (${code})` },
    );
    state = 'closed';
    cancelStart();
  });
}

function wireTo(socket: WebSocket, start: MediaStart, close: () => void): SoundWire {
  const say = (text: string) => {
    if (socket.readyState === socket.OPEN) socket.send(text);
  };
  const sendBytes = (sound: Uint8Array) => {
    if (socket.readyState === socket.OPEN) socket.send(sound, { binary: true, compress: false });
  };
  if (start.dialect === 'asterisk') {
    const command = (name: string) => say(start.commands === 'json' ? JSON.stringify({ command: name }) : name);
    return {
      get waitingBytes() {
        return socket.bufferedAmount;
      },
      send: sendBytes,
      clear: () => command('FLUSH_MEDIA'),
      pause: () => {},
      close() {
        command('HANGUP');
        close();
      },
    };
  }
  const { playback, format } = start;
  let stretch: Uint8Array[] = [];
  const flush = () => {
    if (stretch.length === 0) return;
    say(playMessage(playback, format.rateHz, Buffer.concat(stretch).toString('base64')));
    stretch = [];
  };
  return {
    get waitingBytes() {
      return socket.bufferedAmount;
    },
    send(sound) {
      if (playback === 'binary') return sendBytes(sound);
      stretch.push(sound);
      if (stretch.length >= stretchFrames) flush();
    },
    clear() {
      stretch = [];
      say('{"type":"killAudio"}');
    },
    pause: flush,
    close() {
      flush();
      // What happens to the call then is the dial plan's.
      say('{"type":"disconnect"}');
      close();
    },
  };
}

function playMessage(playback: MediaPlayback, sampleRate: number, sound: string): string {
  return playback === 'playAudio'
    ? JSON.stringify({ type: 'playAudio', data: { audioContentType: 'raw', sampleRate, audioContent: sound } })
    : JSON.stringify({ type: 'streamAudio', data: { audioDataType: 'raw', sampleRate, audioData: sound } });
}

type MediaPlayback = Extract<MediaStart, { dialect: 'freeswitch' }>['playback'];

const keySchema = z.union([
  z.object({ event: z.literal('DTMF_END'), digit: z.string() }),
  // What a dial plan of FreeSWITCH sends with `send_text`.
  z.object({ type: z.literal('dtmf'), digit: z.string() }),
  z.object({ event: z.literal('dtmf'), digit: z.string() }),
]);

/** A key, in the words of Asterisk (`DTMF_END digit:5`) or in JSON. */
function digitOf(text: string): Digit | undefined {
  const inWords = /^DTMF_END\s+.*?\bdigit:(\S)/.exec(text)?.[1];
  const inJson = inWords === undefined ? keySchema.safeParse(tryJson(text)) : undefined;
  const key = inWords ?? (inJson?.success === true ? inJson.data.digit : undefined);
  return digits.find((digit) => digit === key);
}
