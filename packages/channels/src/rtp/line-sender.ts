import { randomInt } from 'node:crypto';
import { encodeG711Into, g711Silence } from '@parley/engine/audio/g711.ts';
import { createG722Encoder } from '@parley/engine/audio/g722.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { createSampleScratch } from '@parley/engine/audio/sample-scratch.ts';
import { type Digit, FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Codec } from './codecs.ts';
import { createKeySender } from './keys/key-sender.ts';
import { MediaError } from './media-session.ts';
import { createOpusEncoder } from './opus.ts';
import { rtpHeaderBytes, writeRtpHeader } from './rtp-packet.ts';

/** What is sent, and how it is numbered. */
export interface LineFormOut {
  readonly codec: Codec;
  readonly payloadType: number;
  readonly events: { readonly payloadType: number; readonly clockHz: number } | undefined;
}

/**
 * From frames to RTP packets. Between speech it goes on sending silence: the far side's jitter buffer keeps its delay and its clock,
 * the way through NATs stays open, and no exchange takes the call for dead.
 */
export interface LineSender {
  readonly ssrc: number;
  /** Undefined: the far side does not want to hear us; nothing is sent. */
  configure(form: LineFormOut | undefined): void;
  /** A frame of speech, now. False when it is not sent: keys are pressed, or nobody wants to hear. */
  write(frame: Pcm, nowMs: number): boolean;
  /** Call each 20 ms, whether a frame was written or not: fills the time between speech, and presses keys. */
  tick(nowMs: number): void;
  /** Call for 20 ms in which nothing was written, by who knows that speech has paused. */
  rest(nowMs: number): void;
  /** @throws MediaError `not_supported`, `ended`; the signal's reason */
  press(digits: readonly Digit[], signal: AbortSignal): Promise<void>;
  readonly packets: number;
  /** Of payload. */
  readonly octets: number;
  /** The timestamp of this moment, for reports. */
  timestampAt(nowMs: number): number;
  close(): void;
}

/**
 * Silence is put in when no frame came between so many ticks. Ticks and not milliseconds: a process that was held up makes up for frames
 * and ticks alike, and silence that got between would be a hole in a word, and time that never passed.
 */
const speechPauseTicks = 2;
/** Frames by which the media clock may run ahead of the wall, after frames that were made up; then silence is left out, not speech. */
const mostFramesAhead = 1;
/** Frames by which the media clock may run behind the wall before it is set right; below it is timer unevenness. */
const clockSlackFrames = 2;
/** Packets in the making at once: the system copies one when it takes it, and takes it at once but for a full buffer. */
const packetRing = 4;

/** @param send takes the packet before it returns, or within three packets */
export function createLineSender(send: (packet: Uint8Array) => void): LineSender {
  return new PacketSender(send);
}

class PacketSender implements LineSender {
  readonly ssrc = randomInt(0x1_00_00_00_00);
  packets = 0;
  octets = 0;
  readonly #send: (packet: Uint8Array) => void;
  readonly #keys = createKeySender();
  #form: LineFormOut | undefined;
  #encoder: FrameEncoder | undefined;
  #frameTicks = (8000 * FRAME_MS) / 1000;
  // Random starts, as RFC 3550 asks.
  #sequence = randomInt(0x1_00_00);
  readonly #firstTimestamp = randomInt(0x1_00_00_00_00);
  /** Not a number before the first packet. */
  #startedMs = Number.NaN;
  #frameNumber = -1;
  #keyTimestamp = 0;
  #isSpeaking = false;
  #ticksWithoutFrame = 0;

  constructor(send: (packet: Uint8Array) => void) {
    this.#send = send;
  }

  configure(next: LineFormOut | undefined): void {
    // By name: what comes from another thread is a copy.
    if (next?.codec.name !== this.#form?.codec.name) {
      this.#encoder = next === undefined ? undefined : createEncoder(next.codec);
    }
    this.#form = next;
    this.#frameTicks = (this.#clockHz * FRAME_MS) / 1000;
    this.#isSpeaking = false;
  }

  write(frame: Pcm, nowMs: number): boolean {
    const encoder = this.#encoder;
    const form = this.#form;
    if (encoder === undefined || form === undefined || this.#keys.isBusy) return false;
    this.#nextFrame(nowMs);
    this.#sendPacket(encoder.encode(frame), form.payloadType, !this.#isSpeaking, this.#timestamp());
    this.#isSpeaking = true;
    this.#ticksWithoutFrame = 0;
    return true;
  }

  tick(nowMs: number): void {
    this.#ticksWithoutFrame += 1;
    const mayGoOn = this.#isSpeaking && this.#ticksWithoutFrame < speechPauseTicks;
    if (!mayGoOn || this.#keys.isBusy) this.rest(nowMs);
  }

  rest(nowMs: number): void {
    if (this.#encoder === undefined) return;
    this.#isSpeaking = false;
    if (this.#keys.isBusy) return this.#sendKey(nowMs);
    if (this.#frameNumber - this.#dueFrame(nowMs) >= mostFramesAhead) return;
    this.#nextFrame(nowMs);
    this.#sendSilence();
  }

  press(digits: readonly Digit[], signal: AbortSignal): Promise<void> {
    if (this.#form?.events === undefined) {
      const why = 'The far side takes no keys on this call (no telephone-event was agreed).';
      return Promise.reject(new MediaError('not_supported', why));
    }
    return this.#keys.press(digits, signal);
  }

  timestampAt(nowMs: number): number {
    const passedMs = Number.isNaN(this.#startedMs) ? 0 : nowMs - this.#startedMs;
    const ticks = Math.round((passedMs * this.#clockHz) / 1000);
    return (this.#firstTimestamp + ticks) % 0x1_00_00_00_00;
  }

  close(): void {
    this.#form = undefined;
    this.#encoder = undefined;
    this.#keys.close();
  }

  get #clockHz(): number {
    return this.#form?.codec.clockHz ?? 8000;
  }

  #timestamp(): number {
    return (this.#firstTimestamp + this.#frameNumber * this.#frameTicks) % 0x1_00_00_00_00;
  }

  #dueFrame(nowMs: number): number {
    return Number.isNaN(this.#startedMs) ? 0 : Math.floor((nowMs - this.#startedMs) / FRAME_MS);
  }

  #nextFrame(nowMs: number): void {
    if (Number.isNaN(this.#startedMs)) this.#startedMs = nowMs;
    const due = this.#dueFrame(nowMs);
    this.#frameNumber = due - this.#frameNumber > clockSlackFrames ? due : this.#frameNumber + 1;
  }

  #sendPacket(packet: Uint8Array, payloadType: number, marker: boolean, at: number): void {
    writeRtpHeader(packet, marker, payloadType, this.#sequence, at, this.ssrc);
    this.#sequence = (this.#sequence + 1) & 0xff_ff;
    this.packets += 1;
    this.octets += packet.length - rtpHeaderBytes;
    this.#send(packet);
  }

  #sendSilence(): void {
    const form = this.#form;
    const encoder = this.#encoder;
    if (encoder !== undefined && form !== undefined) {
      this.#sendPacket(encoder.silence(), form.payloadType, false, this.#timestamp());
    }
  }

  #sendKey(nowMs: number): void {
    this.#nextFrame(nowMs);
    const events = this.#form?.events;
    const key = this.#keys.next(((events?.clockHz ?? 8000) * FRAME_MS) / 1000);
    if (key === undefined || events === undefined) return this.#sendSilence();
    if (key.isFirst) this.#keyTimestamp = this.#timestamp();
    for (let n = 0; n < key.times; n += 1) {
      const packet = new Uint8Array(rtpHeaderBytes + key.payload.length);
      packet.set(key.payload, rtpHeaderBytes);
      this.#sendPacket(packet, events.payloadType, key.isFirst, this.#keyTimestamp);
    }
  }
}

/** Gives packets with the payload in place and room for the header. */
interface FrameEncoder {
  encode(frame: Pcm): Uint8Array;
  /** The next frame of silence; what was encoded before dies away first. */
  silence(): Uint8Array;
}

function createEncoder(codec: Codec): FrameEncoder {
  if (codec.name === 'PCMU' || codec.name === 'PCMA') return createG711Frames(codec.name === 'PCMU' ? 'mulaw' : 'alaw');
  if (codec.name === 'opus') return createWideFrames(createOpusEncoder(), opusFadingFrames);
  // Its predictor goes on adapting, and the far side's with it: a frame that is repeated would be noise.
  return createWideFrames(createG722Encoder(), Number.POSITIVE_INFINITY);
}

/** Each frame is in its packet before there is another. */
const room = createSampleScratch();

function createG711Frames(law: 'mulaw' | 'alaw'): FrameEncoder {
  const line = createWideToLine(room);
  // The first 31 samples of silence, so that from now on each 20 ms in are 20 ms out.
  line.process(new Int16Array(62));
  const ring = Array.from({ length: packetRing }, () => new Uint8Array(rtpHeaderBytes + FRAME_SAMPLES / 2));
  const silent = new Uint8Array(rtpHeaderBytes + FRAME_SAMPLES / 2).fill(g711Silence[law]);
  const silentFrame = new Int16Array(FRAME_SAMPLES);
  /** Of the 4 ms that the change of rate holds back, one frame is enough. */
  let toFade = 0;
  let place = 0;
  const encode = (frame: Pcm): Uint8Array => {
    place = (place + 1) % packetRing;
    const packet = ring[place] ?? silent.slice();
    encodeG711Into(packet, rtpHeaderBytes, line.process(frame), law);
    return packet;
  };
  return {
    encode(frame) {
      toFade = 1;
      return encode(frame);
    },
    silence() {
      if (toFade === 0) return silent;
      toFade -= 1;
      return encode(silentFrame);
    },
  };
}

/** 200 ms, in which the encoder's memory of the speech has died away; then the last of them is repeated. */
const opusFadingFrames = 10;

/** @param fadingFrames of silence that are encoded after speech; then the last of them is repeated */
function createWideFrames(encoder: { encode(frame: Pcm): Uint8Array }, fadingFrames: number): FrameEncoder {
  const silentFrame = new Int16Array(FRAME_SAMPLES);
  let silent: Uint8Array | undefined;
  let toFade = fadingFrames;
  const encode = (frame: Pcm): Uint8Array => {
    const payload = encoder.encode(frame);
    const packet = new Uint8Array(rtpHeaderBytes + payload.length);
    packet.set(payload, rtpHeaderBytes);
    return packet;
  };
  return {
    encode(frame) {
      toFade = fadingFrames;
      return encode(frame);
    },
    silence() {
      if (toFade > 0 || silent === undefined) {
        toFade -= 1;
        silent = encode(silentFrame);
      }
      return silent;
    },
  };
}
