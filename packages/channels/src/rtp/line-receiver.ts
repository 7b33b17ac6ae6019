import { createComfortNoise } from '@parley/engine/audio/comfort-noise.ts';
import { createConcealment } from '@parley/engine/audio/concealment.ts';
import { decodeG711Into } from '@parley/engine/audio/g711.ts';
import { createG722Decoder } from '@parley/engine/audio/g722.ts';
import { createJitterBuffer, type JitterBuffer, type TakeResult } from '@parley/engine/audio/jitter-buffer.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { createLineToWide, type SampleRoom } from '@parley/engine/audio/line-rate.ts';
import { type Digit, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import type { Codec, Payload, PayloadMap } from './codecs.ts';
import { createKeyReceiver, type KeyReceiver } from './keys/key-receiver.ts';
import { createOpusDecoder, opusDurationTicks } from './opus.ts';
import { createReception, type Reception } from './rtcp/reception.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** From RTP packets of a telephone to frames of 320 samples: order, timing, decoding, what is missing. */
export interface LineReceiver {
  /** What their payload types stand for from now on. */
  configure(receive: PayloadMap): void;
  /** A packet of this call; true when it was one that we asked for. */
  receive(packet: RtpPacket, nowMs: number): boolean;
  /** The next 20 ms, with what is missing made up; silence before the first packet. Call each 20 ms. */
  nextFrame(nowMs: number): Pcm;
  /** Nobody listens until the next frame is asked for: what is in store is thrown away, what comes is only counted. */
  skip(): void;
  /** The far side said that it is silent, and sends nothing until it speaks. */
  readonly isPaused: boolean;
  /** Of the source that is heard now. */
  readonly reception: Reception | undefined;
  readonly packets: { readonly received: number; readonly lost: number; readonly late: number };
}

/**
 * Another source is taken when the present one has been silent for this long: senders that change it (a transfer behind an exchange)
 * stop the old one, and sources that somebody makes up cannot each have a buffer.
 */
const sourceChangeMs = 200;
/** The longest packet that is taken, 120 ms: twice what we say that we take. */
const longestMs = 120;
/** Silence for a frame is asked for piece by piece; the shortest piece is 2.5 ms, keys take none of the time. */
const mostPieces = 24;
/** More in store than is wanted, at each of so many frames (200 ms), is a surplus and not unevenness. */
const surplusFrames = 10;
/** Of a surplus frames are left out in which nothing is heard (dBFS): a line's noise lies at −60 to −50. */
const quietDbfs = -45;

/** @param room for frames: memory of their own, unless whoever asks for a frame has used it up before asking for the next */
export function createLineReceiver(onDigit: (digit: Digit) => void, room?: SampleRoom): LineReceiver {
  return new PacketReceiver(onDigit, room);
}

class PacketReceiver implements LineReceiver {
  isPaused = false;
  reception: Reception | undefined;
  #payloads: PayloadMap = new Map();
  #stream: Stream | undefined;
  #lastOfSourceMs = Number.NEGATIVE_INFINITY;
  #isHeard = true;
  /** Of the sources before this one. */
  #earlier = { received: 0, lost: 0, late: 0 };
  readonly #keys: KeyReceiver;
  readonly #room: SampleRoom | undefined;

  constructor(onDigit: (digit: Digit) => void, room: SampleRoom | undefined) {
    this.#keys = createKeyReceiver(onDigit);
    this.#room = room;
  }

  configure(receive: PayloadMap): void {
    this.#payloads = receive;
    // With something new agreed another source may come at once.
    this.#lastOfSourceMs = Number.NEGATIVE_INFINITY;
  }

  receive(packet: RtpPacket, nowMs: number): boolean {
    const payload = this.#payloads.get(packet.payloadType);
    if (payload === undefined) return false;
    const clockHz = clockOf(payload, this.#stream?.clockHz);
    const durationTicks = durationOf(payload, packet.payload);
    if (durationTicks === undefined) return false;
    let reception = this.reception;
    if (reception === undefined || packet.ssrc !== reception.ssrc) {
      if (reception !== undefined && nowMs - this.#lastOfSourceMs < sourceChangeMs) return true;
      this.#earlier = this.packets;
      this.#stream = undefined;
      reception = createReception(packet);
      this.reception = reception;
    }
    this.#lastOfSourceMs = nowMs;
    this.isPaused = payload.kind === 'comfort-noise';
    reception.received(packet, nowMs, clockHz);
    if (payload.kind === 'events') this.#keys.receive(packet, nowMs);
    if (!this.#isHeard) return true;
    const form = formOf(payload) ?? this.#stream?.form ?? 'g711';
    let stream = this.#stream;
    if (stream === undefined || stream.form !== form) {
      this.#leave();
      stream = new Stream(form, this.#room);
      this.#stream = stream;
    }
    stream.put(payload, packet, durationTicks, nowMs);
    return true;
  }

  nextFrame(nowMs: number): Pcm {
    this.#isHeard = true;
    return this.#stream?.nextFrame(nowMs) ?? new Int16Array(FRAME_SAMPLES);
  }

  skip(): void {
    this.#isHeard = false;
    this.#leave();
  }

  get packets(): { readonly received: number; readonly lost: number; readonly late: number } {
    const { received, lost, late } = this.#earlier;
    return {
      received: received + (this.reception?.packets ?? 0),
      lost: Math.max(0, lost + (this.reception?.lost ?? 0)),
      late: late + (this.#stream?.late ?? 0),
    };
  }

  #leave(): void {
    if (this.#stream === undefined) return;
    this.#earlier = { ...this.#earlier, late: this.#earlier.late + this.#stream.late };
    this.#stream = undefined;
  }
}

/** Keys and noise run by the clock of the speech that they interrupt. */
function clockOf(payload: Payload, current: number | undefined): number {
  if (payload.kind === 'audio') return payload.codec.clockHz;
  return current ?? (payload.kind === 'events' ? payload.clockHz : 8000);
}

function durationOf(payload: Payload, bytes: Uint8Array): number | undefined {
  if (payload.kind === 'events') return 0;
  if (payload.kind === 'comfort-noise') return bytes.length > 0 ? 160 : undefined;
  if (payload.codec.name === 'opus') return opusDurationTicks(bytes);
  return bytes.length > 0 && bytes.length <= longestMs * 8 ? bytes.length : undefined;
}

interface Stored {
  readonly payload: Payload;
  readonly bytes: Uint8Array;
}

/** What is decoded by the same decoder; the two laws of G.711 may take turns. */
type Form = 'g711' | 'g722' | 'opus';

const decoders: Readonly<Record<Form, (room: SampleRoom | undefined) => (taken: TakeResult<Stored>) => Pcm>> = {
  g711: createLineDecoder,
  g722: createG722PacketDecoder,
  opus: createOpusPacketDecoder,
};

/** Keys and noise go with whatever speech they interrupt. */
function formOf(payload: Payload): Form | undefined {
  if (payload.kind !== 'audio') return undefined;
  if (payload.codec.name === 'opus') return 'opus';
  return payload.codec.name === 'G722' ? 'g722' : 'g711';
}

class Stream {
  readonly form: Form;
  readonly clockHz: number;
  readonly #jitterBuffer: JitterBuffer<Stored>;
  readonly #decode: (taken: TakeResult<Stored>) => Pcm;
  /** What a longer packet gave beyond its frame. */
  #rest: Pcm = nothing;
  #surplus = 0;

  constructor(form: Form, room: SampleRoom | undefined) {
    this.form = form;
    this.clockHz = form === 'opus' ? 48_000 : 8000;
    this.#jitterBuffer = createJitterBuffer<Stored>({ ticksPerMs: this.clockHz / 1000 });
    this.#decode = decoders[form](room);
  }

  get late(): number {
    return this.#jitterBuffer.lateCount;
  }

  put(payload: Payload, packet: RtpPacket, durationTicks: number, nowMs: number): void {
    // A key's packets all bear the time at which it went down; its place among the others is where it has got to.
    const bytes = packet.payload;
    const past = payload.kind === 'events' ? ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0) : 0;
    this.#jitterBuffer.put(
      {
        sequence: packet.sequence,
        timestamp: (packet.timestamp + past) >>> 0,
        durationTicks,
        payload: { payload, bytes },
        isPause: payload.kind !== 'audio',
      },
      nowMs,
    );
  }

  nextFrame(nowMs: number): Pcm {
    if (this.#rest.length === 0) {
      const piece = this.#decode(this.#jitterBuffer.take(nowMs));
      if (piece.length === FRAME_SAMPLES) return this.#catchUp(piece, nowMs);
      // Copied: the room that it is in may be used for the next.
      this.#rest = piece.slice();
    }
    const frame = new Int16Array(FRAME_SAMPLES);
    let filled = 0;
    for (let n = 0; n < mostPieces; n += 1) {
      const taken = Math.min(this.#rest.length, FRAME_SAMPLES - filled);
      frame.set(this.#rest.subarray(0, taken), filled);
      filled += taken;
      this.#rest = this.#rest.subarray(taken);
      if (filled === FRAME_SAMPLES) break;
      this.#rest = this.#decode(this.#jitterBuffer.take(nowMs)).slice();
    }
    return frame;
  }

  /** What a stall left would otherwise delay the talk, and shift the caller in the recording, until the buffer loses it bit by bit. */
  #catchUp(piece: Pcm, nowMs: number): Pcm {
    this.#surplus = this.#jitterBuffer.depthMs > this.#jitterBuffer.targetMs ? this.#surplus + 1 : 0;
    if (this.#surplus < surplusFrames || rmsDbfs(piece) > quietDbfs) return piece;
    const kept = piece.slice();
    const next = this.#decode(this.#jitterBuffer.take(nowMs));
    if (next.length === FRAME_SAMPLES) return next;
    this.#rest = next.slice();
    return kept;
  }
}

const nothing: Pcm = new Int16Array(0);

/** One 20 ms of the line; each use is over before the next begins. */
const lineFrame = new Int16Array(FRAME_SAMPLES / 2);

function createLineDecoder(room: SampleRoom | undefined): (taken: TakeResult<Stored>) => Pcm {
  const wide = createLineToWide(room);
  // The first 2 ms of silence, so that from now on each 20 ms in are 20 ms out.
  wide.process(new Int16Array(16));
  const concealment = createConcealment();
  const noise = createComfortNoise();
  let isNoisy = false;
  return (taken) => {
    if (taken.durationTicks === 0) return lineFrame.subarray(0, 0);
    const samples = taken.durationTicks === lineFrame.length ? lineFrame : new Int16Array(taken.durationTicks);
    if (taken.type === 'packet') {
      const { payload, bytes } = taken.payload;
      isNoisy = payload.kind === 'comfort-noise';
      if (isNoisy) noise.setLevel((bytes[0] ?? 0) & 0x7f);
      else if (payload.kind === 'audio') decodeG711Into(samples, bytes, lawOf(payload.codec));
    }
    if (isNoisy) noise.fill(samples);
    else if (taken.type === 'lost') concealment.conceal(samples);
    else if (taken.type === 'silence') samples.fill(0);
    if (taken.type !== 'lost' || isNoisy) concealment.heard(samples);
    return wide.process(samples);
  };
}

function lawOf(codec: Codec): 'mulaw' | 'alaw' {
  return codec.name === 'PCMA' ? 'alaw' : 'mulaw';
}

function createG722PacketDecoder(): (taken: TakeResult<Stored>) => Pcm {
  const decoder = createG722Decoder();
  const concealment = createConcealment(16_000);
  return (taken) => {
    const isSpeech = taken.type === 'packet' && taken.payload.payload.kind === 'audio';
    const samples = isSpeech ? decoder.decode(taken.payload.bytes) : new Int16Array(taken.durationTicks * 2);
    if (taken.type === 'lost') concealment.conceal(samples);
    else concealment.heard(samples);
    return samples;
  };
}

function createOpusPacketDecoder(): (taken: TakeResult<Stored>) => Pcm {
  const decoder = createOpusDecoder();
  return (taken) => {
    if (taken.type === 'lost') return decoder.conceal();
    if (taken.type === 'silence' || taken.payload.payload.kind !== 'audio') {
      return new Int16Array(taken.durationTicks / 3);
    }
    return decoder.decode(taken.payload.bytes) ?? decoder.conceal();
  };
}
