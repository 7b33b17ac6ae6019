import { expect, test } from 'vitest';
import { type AudioOutlet, FRAME_MS, FRAME_SAMPLES, type Pcm } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import { createRandom } from '../simulation/random.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';
import type { ReplyId } from '../turn/event.ts';
import { createPlayout, type PlayoutEvent } from './playout.ts';

const reply = 1 as ReplyId;

/** A mouth whose channel keeps sound, an ear at its far end that hears one frame each 20 ms, and a process that can be held up. */
function createMouth(aheadMs: number) {
  const clock = createVirtualClock();
  let heldUpUntilMs = 0;
  const late: (() => void)[] = [];
  const ours: Clock = {
    ...clock,
    everyFrame: (callback) => {
      let isLate = false;
      return clock.everyFrame((nowMs) => {
        if (nowMs >= heldUpUntilMs) return callback(nowMs);
        if (!isLate) {
          late.push(() => {
            isLate = false;
            callback(clock.nowMs());
          });
        }
        isLate = true;
      });
    },
  };
  const far = createFarEnd(clock, aheadMs);
  const events: (PlayoutEvent & { readonly atMs: number })[] = [];
  const told: { readonly atMs: number; readonly frame: Pcm }[] = [];
  let sentences = Number.POSITIVE_INFINITY;
  const playout = createPlayout(ours, {
    onEvent: (event) => {
      events.push({ ...event, atMs: clock.nowMs() });
      if (event.type === 'sentencePlayed' && event.sentence + 1 < sentences) playout.play(reply, event.sentence + 1);
    },
    onSent: (frame) => told.push({ atMs: clock.nowMs(), frame }),
    goesOn: (_reply, sentence) => sentence + 1 < sentences,
  });
  playout.setOutlet(far.outlet);
  return {
    clock,
    playout,
    far,
    events,
    told,
    /** The agent says no more than this; what is there of more is not for anybody. */
    only(count: number) {
      sentences = count;
    },
    async holdUp(ms: number) {
      heldUpUntilMs = clock.nowMs() + ms;
      await clock.advance(ms);
      for (const callback of late.splice(0)) callback();
    },
  };
}

function createFarEnd(clock: Clock, aheadMs: number) {
  const waiting: { readonly frame: Pcm; readonly dueMs: number }[] = [];
  const heard: { readonly atMs: number; readonly frame: Pcm }[] = [];
  let freeAtMs = Number.NEGATIVE_INFINITY;
  let mostMs = 0;
  const hear = (untilMs: number) => {
    for (let next = waiting[0]; next !== undefined && next.dueMs <= untilMs; next = waiting[0]) {
      waiting.shift();
      heard.push({ atMs: next.dueMs, frame: next.frame });
    }
  };
  const outlet: AudioOutlet = {
    kind: 'test',
    playoutDelayMs: 0,
    echo: 'cancelled',
    aheadMs,
    write(frame) {
      const nowMs = Math.floor(clock.nowMs());
      hear(nowMs);
      const dueMs = Math.max(nowMs, freeAtMs);
      freeAtMs = dueMs + FRAME_MS;
      mostMs = Math.max(mostMs, freeAtMs - nowMs);
      waiting.push({ frame, dueMs });
    },
    clear() {
      hear(clock.nowMs());
      waiting.length = 0;
      freeAtMs = (heard.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) + FRAME_MS;
    },
    close() {},
  };
  return {
    outlet,
    heard() {
      hear(clock.nowMs());
      return heard;
    },
    samples: () => {
      hear(clock.nowMs());
      return heard.flatMap(({ frame }) => [...frame]);
    },
    mostMs: () => mostMs,
  };
}

/** Samples that say where in all that is said they are. */
function counting(from: number, samples: number): Pcm {
  return Int16Array.from({ length: samples }, (_, index) => ((from + index) % 30_000) + 1);
}

/** Without the silence that fills up the last frames of sentences. */
function said(samples: readonly number[]): readonly number[] {
  return samples.filter((sample) => sample !== 0);
}

test('gives the channel at once what it keeps, and then a frame each 20 ms', async () => {
  const { clock, playout, far } = createMouth(200);
  playout.add(reply, 0, counting(0, 50 * FRAME_SAMPLES));
  playout.finish(reply, 0);
  playout.play(reply, 0);
  expect(far.mostMs()).toBe(200);
  await clock.advance(2000);
  expect(far.mostMs()).toBe(200);
  expect(far.heard().map(({ atMs }) => atMs)).toEqual(Array.from({ length: 50 }, (_, frame) => 20 * frame));
});

test('tells of each frame, of beginnings and of ends, when they sound, not when they were given', async () => {
  const { clock, playout, events, told, only } = createMouth(200);
  only(2);
  for (const sentence of [0, 1]) {
    playout.add(reply, sentence, counting(0, 10 * FRAME_SAMPLES));
    playout.finish(reply, sentence);
  }
  playout.play(reply, 0);
  await clock.advance(105);
  expect(playout.position()).toEqual({ replyId: reply, sentence: 0, playedMs: 120 });
  expect(told).toHaveLength(6);
  await clock.advance(1000);
  expect(told.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 20 }, (_, frame) => 20 * frame));
  expect(events.map(({ type, sentence, atMs }) => `${atMs} ${type} ${sentence}`)).toEqual([
    '0 sentenceStarted 0',
    '200 sentencePlayed 0',
    '200 sentenceStarted 1',
    '400 sentencePlayed 1',
  ]);
});

test('is not heard to falter while the process is held up for no longer than the channel keeps, between sentences too', async () => {
  const { clock, playout, far, holdUp, only } = createMouth(200);
  only(5);
  for (let sentence = 0; sentence < 5; sentence += 1) {
    playout.add(reply, sentence, counting(sentence * 20 * FRAME_SAMPLES, 20 * FRAME_SAMPLES));
    playout.finish(reply, sentence);
  }
  playout.play(reply, 0);
  for (let stall = 0; stall < 8; stall += 1) {
    await clock.advance(47);
    await holdUp(170);
  }
  await clock.advance(2000);
  expect(far.heard().map(({ atMs }) => atMs)).toEqual(Array.from({ length: 100 }, (_, frame) => 20 * frame));
  expect(far.samples()).toEqual([...counting(0, 100 * FRAME_SAMPLES)]);
});

test('knows after a longer stall what was heard, and has as much in hand again as before it', async () => {
  const { clock, playout, far, holdUp } = createMouth(200);
  playout.add(reply, 0, counting(0, 100 * FRAME_SAMPLES));
  playout.finish(reply, 0);
  playout.play(reply, 0);
  await clock.advance(100);
  await holdUp(500);
  // Six had sounded, nine more were in the channel, and the first one after the stall sounds now.
  expect(playout.position()?.playedMs).toBe((far.heard().length * FRAME_SAMPLES) / 16);
  expect(far.heard()).toHaveLength(16);
  await holdUp(170);
  await clock.advance(3000);
  expect(far.samples()).toEqual([...counting(0, 100 * FRAME_SAMPLES)]);
  const gaps = far.heard().map(({ atMs }, index, all) => atMs - (all[index - 1]?.atMs ?? -20));
  expect(gaps.filter((gap) => gap !== 20)).toHaveLength(1);
});

test('what the channel still has of an abandoned reply is not heard', async () => {
  const { clock, playout, far } = createMouth(200);
  playout.add(reply, 0, counting(0, 50 * FRAME_SAMPLES));
  playout.play(reply, 0);
  await clock.advance(110);
  playout.clear();
  await clock.advance(1000);
  expect(far.heard()).toHaveLength(6);
});

test('gives to a new channel what the one before had not played', async () => {
  const { clock, playout, far } = createMouth(200);
  playout.add(reply, 0, counting(0, 50 * FRAME_SAMPLES));
  playout.finish(reply, 0);
  playout.play(reply, 0);
  await clock.advance(110);
  playout.setOutlet(undefined);
  await clock.advance(500);
  const next = createFarEnd(clock, 60);
  playout.setOutlet(next.outlet);
  await clock.advance(2000);
  expect([...far.samples(), ...next.samples()]).toEqual([...counting(0, 50 * FRAME_SAMPLES)]);
});

test('a sentence that is skipped though it was given is not heard, and the one before it is heard to its end', async () => {
  const { clock, playout, far, only } = createMouth(200);
  only(3);
  for (const sentence of [0, 1]) {
    playout.add(reply, sentence, counting(sentence * 10_000, 12 * FRAME_SAMPLES));
    playout.finish(reply, sentence);
  }
  playout.play(reply, 0);
  await clock.advance(150);
  playout.skip(reply, 1);
  await clock.advance(1000);
  expect(far.samples()).toEqual([...counting(0, 12 * FRAME_SAMPLES)]);
});

test('what was given of a next sentence that is not played after all does not sound', async () => {
  const { clock, playout, far, only } = createMouth(200);
  only(2);
  for (const sentence of [0, 1]) {
    playout.add(reply, sentence, counting(sentence * 10_000, 12 * FRAME_SAMPLES));
    playout.finish(reply, sentence);
  }
  playout.play(reply, 0);
  await clock.advance(150);
  only(1);
  await clock.advance(1000);
  // The frame that was due in the very moment may be on its way already.
  expect(far.heard().length - 12).toBeLessThanOrEqual(1);
});

test.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'whatever happens, no sample is lost or heard twice, and what is told is what is heard (seed %i)',
  async (seed) => {
    const random = createRandom(`playout ahead ${seed}`);
    const aheadMs = random.pick([20, 40, 60, 100, 200, 330]);
    const { clock, playout, far, told, events, holdUp, only } = createMouth(aheadMs);
    const sentences = random.int(1, 5);
    only(sentences);
    let samples = 0;
    const pieces: { readonly sentence: number; readonly piece: Pcm | undefined }[] = [];
    for (let sentence = 0; sentence < sentences; sentence += 1) {
      for (let count = random.int(0, 6); count > 0; count -= 1) {
        const piece = counting(samples, random.pick([1, 100, 319, 320, 321, 1600, 5000, 16_000]));
        samples += piece.length;
        pieces.push({ sentence, piece });
      }
      pieces.push({ sentence, piece: undefined });
    }
    playout.play(reply, 0);
    while (
      pieces.length > 0 ||
      !events.some((event) => event.type === 'sentencePlayed' && event.sentence === sentences - 1)
    ) {
      const next = random.chance(0.5) ? pieces.shift() : undefined;
      if (next?.piece !== undefined) playout.add(reply, next.sentence, next.piece);
      else if (next !== undefined) playout.finish(reply, next.sentence);
      const deed = random.weighted({ wait: 6, holdUp: 2, pause: 2, moment: 2 });
      if (deed === 'wait') await clock.advance(random.int(0, 400));
      else if (deed === 'moment') await clock.advance(random.next() * 20);
      else if (deed === 'holdUp') await holdUp(random.int(1, 500));
      else {
        playout.pause();
        const heardMs = far.heard().length;
        await clock.advance(random.int(0, 300) + random.next());
        expect(far.heard().length - heardMs).toBeLessThanOrEqual(1);
        playout.resume();
      }
      expect(far.mostMs()).toBeLessThanOrEqual(aheadMs + 0.001);
    }
    await clock.advance(1000);
    expect(said(far.samples())).toEqual([...counting(0, samples)]);
    expect(told.map(({ frame }) => frame)).toEqual(far.heard().map(({ frame }) => frame));
  },
);
