import { type Digit, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { createInboundPace } from '../phone/inbound-pace.ts';
import { createKeyPresses } from '../phone/key-presses.ts';
import { type HangUpReason, type LegEnd, LegError, type LegListener, type PhoneLeg } from '../phone/phone-leg.ts';
import { createSoundDecoder, createSoundEncoder, lineOf, type SoundFormat } from './line-sound.ts';

/** What of a media server's connection a leg needs. Calls never throw. */
export interface SoundWire {
  /** Bytes that wait in this process. */
  readonly waitingBytes: number;
  send(sound: Uint8Array): void;
  /** The far side throws away what it has not played. */
  clear(): void;
  /** Nothing more is said for now. */
  pause(): void;
  /** Hangs the call up, where the far side lets us, and closes. Idempotent. */
  close(): void;
}

export interface SoundLegCall {
  readonly kind: PhoneLeg['kind'];
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly format: SoundFormat;
  /** The far side needs a frame each 20 ms: silence is sent where nothing is said. */
  readonly needsSilence: boolean;
}

export interface SoundLegOptions {
  /** What the far side keeps before it plays, and the network to it: media servers stand in the same house. */
  readonly playoutDelayMs: number;
  /** A media server sends sound without a pause; one on hold may send none for as long as a person waits. */
  readonly audioTimeoutMs: number;
  /** Bytes that may wait in this process: half a second of the widest sound. A frame that comes after that is dropped. */
  readonly maxWaitingBytes: number;
}

export const soundLegDefaults: SoundLegOptions = {
  playoutDelayMs: 60,
  audioTimeoutMs: 60_000,
  maxWaitingBytes: 65_536,
};

/** The leg, and what its connection tells it. */
export interface SoundLeg {
  readonly leg: PhoneLeg;
  sound(bytes: Uint8Array): void;
  digit(digit: Digit): void;
  /** The connection is gone. */
  gone(how: LegEnd): void;
}

/** Silence is put in when no frame came for this long: a frame and the unevenness of timers. */
const speechPauseMs = 30;

/** A call whose sound comes as plain samples over a connection, whatever frames them there. */
export function createSoundLeg(
  call: SoundLegCall,
  wire: SoundWire,
  clock: Clock,
  overrides: Partial<SoundLegOptions> = {},
): SoundLeg {
  const options = { ...soundLegDefaults, ...overrides };
  const ended = Promise.withResolvers<LegEnd>();
  const silence = new Int16Array(FRAME_SAMPLES);
  const keys = createKeyPresses();
  let listener: LegListener | undefined;
  let hasEnded = false;
  let lastWrittenMs = Number.NEGATIVE_INFINITY;
  let isSpeaking = false;
  let lastSoundMs = clock.nowMs();
  let received = 0;
  let sent = 0;
  const pace = createInboundPace((frame) => {
    if (!hasEnded) listener?.frame(frame);
  });
  const decoder = createSoundDecoder(call.format, (frame) => pace.put(frame));
  const encoder = createSoundEncoder(call.format);

  const end = (how: LegEnd) => {
    if (hasEnded) return;
    hasEnded = true;
    stopFrames();
    wire.close();
    keys.end();
    ended.resolve(how);
  };

  const send = (frame: Pcm) => {
    const bytes = encoder.encode(frame);
    if (bytes === undefined || wire.waitingBytes > options.maxWaitingBytes) return;
    sent += 1;
    wire.send(bytes);
  };
  const speak = (frame: Pcm, nowMs: number) => {
    isSpeaking = true;
    lastWrittenMs = nowMs;
    send(frame);
  };

  const tick = (nowMs: number) => {
    pace.tick();
    if (hasEnded) return;
    const key = keys.next();
    if (key !== undefined) speak(key, nowMs);
    else if (nowMs - lastWrittenMs >= speechPauseMs) {
      if (isSpeaking) {
        isSpeaking = false;
        // The last milliseconds of speech are still in the filter.
        send(silence);
        wire.pause();
      } else if (call.needsSilence) send(silence);
    }
    if (nowMs - lastSoundMs > options.audioTimeoutMs) end({ by: 'network', reason: 'no sound came' });
  };
  const stopFrames = clock.everyFrame(() => tick(clock.nowMs()));

  const leg: PhoneLeg = {
    callId: call.callId,
    kind: call.kind,
    direction: 'inbound',
    from: call.from,
    to: call.to,
    line: lineOf(call.format),
    playoutDelayMs: options.playoutDelayMs,
    ended: ended.promise,
    listen(next) {
      listener = next;
    },
    write(frame) {
      // Keys are sent as sound: what is said over them would spoil them.
      if (!hasEnded && !keys.isPressing) speak(frame, clock.nowMs());
    },
    clear() {
      if (!hasEnded && !keys.isPressing) wire.clear();
    },
    async sendDigits(digits, signal) {
      if (hasEnded) throw new LegError('ended', 'The call is over: nothing can be pressed on it.');
      await keys.press(digits, signal);
    },
    // Its dial plan goes on when the leg is hung up: who is called next is said there, and nobody would tell what came of it.
    refer: () => Promise.resolve({ type: 'failed', reason: 'not_supported' }),
    hangUp: (reason: HangUpReason) => end({ by: 'here', reason }),
    figures: () => ({
      codec: call.format.encoding === 'linear' ? `L16/${call.format.rateHz}` : call.format.encoding,
      packetsReceived: received,
      // They come over TCP.
      packetsLost: 0,
      packetsLate: pace.leftOut,
      packetsSent: sent,
      jitterMs: undefined,
      far: undefined,
    }),
  };
  return {
    leg,
    sound(bytes) {
      if (hasEnded) return;
      lastSoundMs = clock.nowMs();
      received += 1;
      decoder.decode(bytes);
    },
    digit(digit) {
      if (!hasEnded) listener?.digit(digit);
    },
    gone: end,
  };
}
