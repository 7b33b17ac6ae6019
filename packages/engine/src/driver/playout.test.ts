import { expect, test } from 'vitest';
import { type AudioOutlet, FRAME_SAMPLES, type Pcm } from '../ports/audio.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';
import type { ReplyId } from '../turn/event.ts';
import { createPlayout, type PlayoutEvent } from './playout.ts';

const reply = 1 as ReplyId;

function createMouth() {
  const clock = createVirtualClock();
  const frames: { readonly atMs: number; readonly frame: Pcm }[] = [];
  const events: PlayoutEvent[] = [];
  const outlet: AudioOutlet = {
    kind: 'test',
    playoutDelayMs: 0,
    echo: 'cancelled',
    write: (frame) => frames.push({ atMs: clock.nowMs(), frame }),
    clear() {},
    close() {},
  };
  const playout = createPlayout(clock, {
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'sentencePlayed') playout.play(reply, event.sentence + 1);
    },
  });
  playout.setOutlet(outlet);
  return { clock, playout, frames, events, heard: () => frames.flatMap(({ frame }) => [...frame]) };
}

/** Samples that say where in the sentence they are. */
function counting(from: number, samples: number): Pcm {
  return Int16Array.from({ length: samples }, (_, index) => (from + index) % 30_000);
}

test('sends every sample once and in order, whatever the sizes of the pieces that the voice gives', async () => {
  const { clock, playout, heard } = createMouth();
  playout.play(reply, 0);
  let given = 0;
  for (const size of [1, 319, 320, 321, 0, 640, 100, 100, 100, 1000, 7]) {
    playout.add(reply, 0, counting(given, size));
    given += size;
  }
  playout.finish(reply, 0);
  await clock.advance(1000);
  const rest = FRAME_SAMPLES - (given % FRAME_SAMPLES);
  expect(heard()).toEqual([...counting(0, given), ...new Int16Array(rest)]);
});

test('begins with the sound itself, goes on each 20 ms, and puts no gap between two sentences', async () => {
  const { clock, playout, frames, events } = createMouth();
  playout.play(reply, 0);
  await clock.advance(133);
  for (const sentence of [0, 1]) {
    playout.add(reply, sentence, counting(0, 10 * FRAME_SAMPLES));
    playout.finish(reply, sentence);
  }
  await clock.advance(1000);
  expect(frames.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 20 }, (_, frame) => 133 + 20 * frame));
  expect(events.map(({ type, sentence }) => `${type} ${sentence}`)).toEqual([
    'sentenceStarted 0',
    'sentencePlayed 0',
    'sentenceStarted 1',
    'sentencePlayed 1',
  ]);
});

test('never has more in the channel than what the time since has played', async () => {
  const { clock, playout, frames } = createMouth();
  // Ten minutes of speech, all there at once.
  for (let sentence = 0; sentence < 6; sentence += 1) {
    playout.add(reply, sentence, new Int16Array(100 * 50 * FRAME_SAMPLES));
    playout.finish(reply, sentence);
  }
  playout.play(reply, 0);
  await clock.advance(600_000);
  expect(frames).toHaveLength(30_000);
  for (const [frame, { atMs }] of frames.entries()) expect(atMs).toBe(frame * 20);
});

test('is silent from the moment of a pause, and goes on with the next sample', async () => {
  const { clock, playout, frames, heard } = createMouth();
  playout.add(reply, 0, counting(0, 50 * FRAME_SAMPLES));
  playout.finish(reply, 0);
  playout.play(reply, 0);
  await clock.advance(405);
  playout.pause();
  const before = frames.length;
  expect(playout.position()).toEqual({ replyId: reply, sentence: 0, playedMs: before * 20 });
  await clock.advance(700);
  expect(frames).toHaveLength(before);
  playout.resume();
  await clock.advance(2000);
  expect(heard()).toEqual([...counting(0, 50 * FRAME_SAMPLES)]);
});

test('waits for a voice that is slower than speech, and says it all', async () => {
  const { clock, playout, heard } = createMouth();
  playout.play(reply, 0);
  for (let piece = 0; piece < 10; piece += 1) {
    playout.add(reply, 0, counting(piece * 500, 500));
    await clock.advance(100);
  }
  playout.finish(reply, 0);
  await clock.advance(100);
  expect(heard().slice(0, 5000)).toEqual([...counting(0, 5000)]);
});
