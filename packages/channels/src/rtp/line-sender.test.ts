import { FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import { expect, it } from 'vitest';
import { codecs } from './codecs.ts';
import { createLineSender } from './line-sender.ts';
import { parseRtp } from './rtp-packet.ts';

const voice = Int16Array.from({ length: FRAME_SAMPLES }, (_, n) => Math.round(8_000 * Math.sin(n / 3)));

/** A sender of G.711, and of each packet when it left, its time on the media clock, and whether anything is heard in it. */
function stage() {
  const sent: { readonly atMs: number; readonly mediaMs: number; readonly isVoice: boolean }[] = [];
  let nowMs = 1_000;
  let first: number | undefined;
  const sender = createLineSender((bytes) => {
    const packet = parseRtp(bytes);
    if (packet === undefined) throw new Error('That is no packet.');
    first ??= packet.timestamp;
    // The voice rises within a frame and dies away in another: both have something of it.
    const isVoice = packet.payload.some((value) => (value & 0x7f) < 0x40);
    sent.push({ atMs: nowMs - 1_000, mediaMs: ((packet.timestamp - first) >>> 0) / 8, isVoice });
  });
  sender.configure({
    codec: codecs.PCMU,
    payloadType: 0,
    events: undefined,
  });
  return {
    sent,
    /** The next frames, all at this time: a tick and, while there is speech, a frame by turns. */
    frames(count: number, atMs: number, isSpeaking: boolean) {
      nowMs = 1_000 + atMs;
      for (let n = 0; n < count; n += 1) {
        sender.tick(nowMs);
        if (isSpeaking) sender.write(voice, nowMs);
      }
    },
  };
}

it('speech has no hole where the process was held up, and the media clock does not run ahead of time', () => {
  const { sent, frames } = stage();
  frames(1, 0, false);
  let atMs = 20;
  // Half a minute of speech in which each fifth frame comes late, with the next.
  for (let second = 0; second < 30; second += 1) {
    for (let frame = 0; frame < 50; frame += 1, atMs += 20) {
      if (frame % 5 === 3) continue;
      frames(frame % 5 === 4 ? 2 : 1, atMs, true);
    }
  }
  const speech = sent.slice(sent.findIndex(({ isVoice }) => isVoice));
  expect(speech.filter(({ isVoice }) => !isVoice)).toEqual([]);
  expect(speech).toHaveLength(30 * 50);
  for (const { atMs: leftMs, mediaMs } of speech) expect(mediaMs - leftMs).toBeLessThanOrEqual(20);
});

it('a media clock that was put ahead by frames that were made up comes back in the next silence', () => {
  const { sent, frames } = stage();
  for (let n = 0; n < 10; n += 1) frames(1, n * 20, true);
  // Held up for 300 ms, of which three frames are made up.
  frames(3, 500, true);
  for (let n = 1; n < 20; n += 1) frames(1, 500 + n * 20, false);
  const last = sent.at(-1);
  expect(last?.isVoice).toBe(false);
  expect(Math.abs((last?.mediaMs ?? 0) - (last?.atMs ?? 0))).toBeLessThanOrEqual(20);
  for (const [index, { mediaMs }] of sent.entries()) {
    if (index > 0) expect(mediaMs).toBeGreaterThan(sent[index - 1]?.mediaMs ?? 0);
  }
});
