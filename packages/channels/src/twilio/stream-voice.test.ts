import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide } from '@parley/engine/audio/line-rate.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { expect, it } from 'vitest';
import type { MediaFrames } from './media-frames.ts';
import { createStreamVoice, streamVoiceDefaults } from './stream-voice.ts';

const tone = (at = 0): Pcm =>
  Int16Array.from({ length: FRAME_SAMPLES }, (_, n) =>
    Math.round(8000 * Math.sin((2 * Math.PI * 400 * (at * FRAME_SAMPLES + n)) / 16_000)),
  );

function speaking(leadFrames = 0) {
  const sent: string[] = [];
  let writes = 0;
  const socket = {
    bufferedAmount: 0,
    send: (text: string) => sent.push(text),
    sendFrames(messages: Buffer, { frameBytes, headerBytes }: MediaFrames) {
      writes += 1;
      for (let at = 0; at < messages.length; at += frameBytes) {
        sent.push(messages.toString('utf8', at + headerBytes, at + frameBytes));
      }
    },
  };
  const voice = createStreamVoice(socket, 'MZ1', () => {}, { ...streamVoiceDefaults, leadFrames });
  return { sent, socket, voice, writes: () => writes };
}

/** What the process was doing is done: what waited for that has left. */
const done = () => Promise.resolve();

const sounds = (sent: readonly string[]) =>
  sent
    .flatMap((text) => /"payload":"([^"]+)"/.exec(text)?.slice(1, 2) ?? [])
    .map((text) => Buffer.from(text, 'base64'));

it('each frame is one message of 20 ms, as Twilio takes it', async () => {
  const { sent, voice } = speaking();
  voice.write(tone(), 0);
  await done();
  expect(JSON.parse(sent[0] ?? '')).toEqual({
    event: 'media',
    streamSid: 'MZ1',
    media: { payload: expect.any(String) },
  });
  expect(sounds(sent)[0]).toHaveLength(160);
});

it('what was made for a telephone leaves byte for byte', async () => {
  const { sent, voice } = speaking();
  const bytes = Uint8Array.from({ length: 1600 }, (_, at) => (at * 31 + (at >> 3)) & 0x7f);
  const toWide = createLineToWide();
  const parts = [toWide.process(decodeG711(bytes, 'mulaw')), toWide.flush()];
  const wide = Int16Array.from(parts.flatMap((part) => [...part]));
  for (let at = 0; at + FRAME_SAMPLES <= wide.length; at += FRAME_SAMPLES) {
    voice.write(wide.slice(at, at + FRAME_SAMPLES), at);
  }
  await done();
  for (let tick = 0; tick < 4; tick += 1) voice.tick(10_000);
  const heard = Buffer.concat(sounds(sent));
  // The filter's own delay comes first, and µ-law's two zeros are one.
  const zero = (byte: number) => (byte === 0x7f ? 0xff : byte);
  // A voice comes from silence and goes back to it; here it is cut off, and what rings around the cuts is missing.
  const inner = (all: Uint8Array) => [...all.subarray(64, bytes.length - 64)].map(zero);
  expect(inner(heard.subarray(31))).toEqual(inner(bytes));
});

it('while the far side does not read, frames are dropped and not kept', async () => {
  const { sent, socket, voice } = speaking();
  voice.write(tone(), 0);
  await done();
  socket.bufferedAmount = 20_000;
  for (let at = 1; at <= 50; at += 1) voice.write(tone(at), at * 20);
  expect(sounds(sent)).toHaveLength(1);
  expect(voice.dropped).toBe(50);
  socket.bufferedAmount = 0;
  voice.write(tone(51), 1020);
  await done();
  expect(sounds(sent)).toHaveLength(2);
});

it('there is a mark each half second and at the end, and it is heard when the last one is back', async () => {
  const { sent, voice } = speaking();
  for (let at = 0; at < 60; at += 1) voice.write(tone(at), at * 20);
  expect(voice.isHeard).toBe(false);
  for (let tick = 0; tick < 3; tick += 1) voice.tick(1190);
  expect(sent.filter((text) => text.includes('"mark"'))).toHaveLength(2);
  voice.tick(1260);
  voice.tick(1280);
  const marks = sent.filter((text) => text.includes('"mark"'));
  expect(marks).toHaveLength(3);
  const last = /"name":"([^"]+)"/.exec(marks[2] ?? '')?.[1] ?? '';
  expect(voice.waitingSinceMs).toBe(480);
  voice.markReturned(last, 1500);
  expect(voice.isHeard).toBe(true);
});

it('speech begins with something in hand, and what follows while it is played does not', async () => {
  const { sent, voice } = speaking(2);
  voice.write(tone(), 0);
  await done();
  expect(sounds(sent)).toHaveLength(3);
  expect(sounds(sent)[0]?.every((byte) => byte === 0xff)).toBe(true);
  voice.write(tone(1), 20);
  await done();
  for (let tick = 0; tick < 4; tick += 1) voice.tick(100);
  // Two of lead, two of sound, one of the end.
  expect(sounds(sent)).toHaveLength(5);
  voice.write(tone(), 200);
  await done();
  expect(sounds(sent)).toHaveLength(6);
  voice.clear();
  voice.write(tone(), 300);
  await done();
  expect(sounds(sent)).toHaveLength(9);
});

it('a frame that is late by a tick or two has no silence put before it', async () => {
  const { sent, voice } = speaking();
  for (let at = 0; at < 10; at += 1) {
    voice.write(tone(at), at * 20);
    // The process was held up: the ticks come all at once.
    await done();
    voice.tick(at * 20 + 200);
    voice.tick(at * 20 + 200);
  }
  expect(sounds(sent)).toHaveLength(10);
});

it('clear is said when there is something to throw away, and sound after it is not what was before', async () => {
  const { sent, voice } = speaking();
  voice.clear();
  expect(sent).toEqual([]);
  for (let at = 0; at < 5; at += 1) voice.write(tone(at), at * 20);
  voice.clear();
  expect(JSON.parse(sent.at(-1) ?? '')).toEqual({ event: 'clear', streamSid: 'MZ1' });
  voice.write(new Int16Array(FRAME_SAMPLES), 200);
  await done();
  expect(
    sounds(sent)
      .at(-1)
      ?.every((byte) => byte === 0xff),
  ).toBe(true);
});

it('speech that comes ahead of its time leaves at once, in one write, with nothing before it', async () => {
  const { sent, voice, writes } = speaking(2);
  for (let at = 0; at < 10; at += 1) voice.write(tone(at), 0);
  await done();
  expect(sounds(sent)).toHaveLength(10);
  expect(sounds(sent)[0]?.every((byte) => byte === 0xff)).toBe(false);
  expect(writes()).toBe(1);
});

it('while the far side has enough in hand frames leave three at a time, and no sooner has it less than that they leave', async () => {
  const { sent, voice, writes } = speaking();
  for (let at = 0; at < 10; at += 1) voice.write(tone(at), 0);
  await done();
  for (let tick = 1; tick <= 30; tick += 1) {
    voice.write(tone(9 + tick), tick * 20);
    await done();
    voice.tick(tick * 20);
  }
  expect(sounds(sent)).toHaveLength(40);
  // Eleven, but for what left with the mark of each half second.
  expect(writes()).toBeLessThanOrEqual(13);
  voice.write(tone(), 620);
  for (let tick = 32; tick <= 36; tick += 1) voice.tick(tick * 20);
  expect(sounds(sent)).toHaveLength(41);
});

it('speech is over when what came ahead of its time has sounded, not when the last of it came', async () => {
  const { sent, voice } = speaking();
  for (let at = 0; at < 10; at += 1) voice.write(tone(at), 0);
  await done();
  for (let tick = 0; tick < 12; tick += 1) voice.tick(tick * 20);
  expect(sent.some((text) => text.includes('"mark"'))).toBe(false);
  for (let at = 0; at < 10; at += 1) voice.write(tone(at), 200);
  await done();
  for (let tick = 10; tick < 26; tick += 1) voice.tick(tick * 20);
  // Each as it was, and one for the end.
  expect(sounds(sent)).toHaveLength(21);
  expect(voice.waitingSinceMs).toBe(440);
});

it('what was cleared before it left never leaves', async () => {
  const { sent, voice } = speaking();
  for (let at = 0; at < 5; at += 1) voice.write(tone(at), 0);
  voice.clear();
  await done();
  expect(sounds(sent)).toHaveLength(0);
});
