import { randomInt } from 'node:crypto';
import { FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { createOpusEncoder, OPUS_FRAME_TICKS } from '../rtp/opus.ts';
import { buildRtp } from '../rtp/rtp-packet.ts';

/**
 * Real frames of silence encoded after speech before the last of them is repeated: 200 ms, in which the encoder's memory
 * of the speech has died away, so that both ends are in the state "silence" when speech goes on.
 */
const FADING_FRAMES = 10;
/** Silence is put in when no frame came for this long: a frame and the unevenness of timers. */
const SPEECH_PAUSE_MS = 30;
/** Frames by which the media clock may run behind the wall before it is set right; below it is timer unevenness. */
const CLOCK_SLACK_FRAMES = 2;

export interface AudioSender {
  /** A frame of speech, now. */
  write(frame: Pcm, nowMs: number): void;
  /** Call each 20 ms: fills the time between speech. */
  tick(nowMs: number): void;
}

/**
 * From frames to RTP packets. Between speech it goes on sending silence (a few bytes a frame, no encoding) rather than
 * nothing: the far side's jitter buffer then keeps its delay and its clock, so the first sound after a pause is neither
 * late nor clipped, and the way through NATs stays open.
 */
export function createAudioSender(
  stream: { readonly payloadType: number; readonly ssrc: number },
  send: (bytes: Uint8Array) => void,
): AudioSender {
  const encoder = createOpusEncoder();
  const silentFrame = new Int16Array(FRAME_SAMPLES);
  let silentPacket: Uint8Array | undefined;
  let silentFrames = 0;
  // Random starts, as RFC 3550 asks.
  let sequence = randomInt(0x1_00_00);
  const firstTimestamp = randomInt(0x1_00_00_00_00);
  let startedMs: number | undefined;
  let lastSentMs = Number.NEGATIVE_INFINITY;
  let frameNumber = -1;
  let speaking = false;

  const packetize = (payload: Uint8Array, marker: boolean, nowMs: number) => {
    startedMs ??= nowMs;
    const due = Math.floor((nowMs - startedMs) / FRAME_MS);
    frameNumber = due - frameNumber > CLOCK_SLACK_FRAMES ? due : frameNumber + 1;
    lastSentMs = nowMs;
    const timestamp = (firstTimestamp + frameNumber * OPUS_FRAME_TICKS) % 0x1_00_00_00_00;
    send(buildRtp({ marker, payloadType: stream.payloadType, sequence, timestamp, ssrc: stream.ssrc, payload }));
    sequence = (sequence + 1) & 0xff_ff;
  };

  return {
    write(frame, nowMs) {
      packetize(encoder.encode(frame), !speaking, nowMs);
      speaking = true;
      silentFrames = 0;
    },
    tick(nowMs) {
      if (speaking && nowMs - lastSentMs < SPEECH_PAUSE_MS) return;
      speaking = false;
      if (silentFrames < FADING_FRAMES) {
        silentFrames += 1;
        silentPacket = encoder.encode(silentFrame);
      }
      if (silentPacket !== undefined) packetize(silentPacket, false, nowMs);
    },
  };
}
