import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { expect, test } from 'vitest';
import { createOpusEncoder, OPUS_FRAME_TICKS } from '../rtp/opus.ts';
import { buildRtp } from '../rtp/rtp-packet.ts';
import { createAudioReceiver } from './audio-receiver.ts';

const payloadType = 111;

/** One sender of a tone, packet by packet. */
function createSource(ssrc: number): () => Uint8Array {
  const encoder = createOpusEncoder();
  let n = 0;
  return () => {
    const frame = Int16Array.from(
      { length: FRAME_SAMPLES },
      (_, i) => 8000 * Math.sin((2 * Math.PI * 440 * (n * FRAME_SAMPLES + i)) / 16_000),
    );
    const payload = encoder.encode(frame);
    n += 1;
    return buildRtp({ marker: false, payloadType, sequence: n, timestamp: n * OPUS_FRAME_TICKS, ssrc, payload });
  };
}

function loudFrames(frames: readonly Pcm[]): number {
  return frames.filter((frame) => rmsDbfs(frame) > -30).length;
}

test('a caller is heard through packets of made-up sources, which get no decoder', () => {
  const receiver = createAudioReceiver(payloadType);
  const caller = createSource(1);
  const frames: Pcm[] = [];
  for (let nowMs = 0; nowMs < 1000; nowMs += FRAME_MS) {
    receiver.receive(caller(), nowMs);
    for (let made = 0; made < 5; made += 1) receiver.receive(createFlood(nowMs + made), nowMs + made);
    const frame = receiver.nextFrame(nowMs + 10);
    if (frame !== undefined) frames.push(frame);
  }
  expect(loudFrames(frames)).toBeGreaterThan(40);
});

test('a caller whose page takes another source is heard again', () => {
  const receiver = createAudioReceiver(payloadType);
  const [first, second] = [createSource(1), createSource(2)];
  const frames: Pcm[] = [];
  for (let nowMs = 0; nowMs < 2000; nowMs += FRAME_MS) {
    receiver.receive(nowMs < 1000 ? first() : second(), nowMs);
    const frame = receiver.nextFrame(nowMs + 10);
    if (nowMs >= 1000 && frame !== undefined) frames.push(frame);
  }
  expect(loudFrames(frames)).toBeGreaterThan(35);
});

function createFlood(n: number): Uint8Array {
  const payload = Uint8Array.of(0x78, 1, 2, 3);
  return buildRtp({ marker: false, payloadType, sequence: n, timestamp: n, ssrc: 1000 + n, payload });
}
