import { describe, expect, it } from 'vitest';
import { FRAME_MS, FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '../ports/audio.ts';
import type { Track } from '../ports/call-recorder.ts';
import { createRandom } from '../simulation/random.ts';
import { createTwoTracks } from './two-tracks.ts';

const samplesPerMs = SAMPLE_RATE_HZ / 1000;

/** Collects what is given away, and puts it together again. */
function createTape(startedAtMs = 0) {
  const pieces: Pcm[] = [];
  const tracks = createTwoTracks(startedAtMs, (samples) => pieces.push(samples));
  return {
    ...tracks,
    pieces,
    track(name: Track): Int16Array {
      const offset = name === 'caller' ? 0 : 1;
      const track = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length / 2, 0));
      let at = 0;
      for (const piece of pieces) for (let n = offset; n < piece.length; n += 2) track[at++] = piece[n] ?? 0;
      return track;
    },
  };
}

/** Noise that is like itself at one place only. */
function noise(samples: number, seed: number): Int16Array {
  const random = createRandom(seed);
  return Int16Array.from({ length: samples }, () => Math.round((random.next() - 0.5) * 12_000));
}

function frames(sound: Int16Array): Pcm[] {
  return Array.from({ length: sound.length / FRAME_SAMPLES }, (_, n) =>
    sound.subarray(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES),
  );
}

/** By how many milliseconds the second sound comes after the first, within a quarter of a second: where they are most alike. */
function lagMs(first: Int16Array, second: Int16Array, from: number, length: number): number {
  const most = 250 * samplesPerMs;
  let best = { lag: 0, likeness: Number.NEGATIVE_INFINITY };
  for (let lag = -most; lag <= most; lag += 1) {
    let likeness = 0;
    for (let n = from; n < from + length; n += 1) likeness += (first[n] ?? 0) * (second[n + lag] ?? 0);
    if (likeness > best.likeness) best = { lag, likeness };
  }
  return best.lag / samplesPerMs;
}

describe('two tracks', () => {
  it('keep the same sound at the same place over five minutes of unpunctual frames, pauses and a stalled machine', () => {
    const random = createRandom(7);
    const tape = createTape(1000);
    const minutes = 5;
    const sound = frames(noise(minutes * 60 * SAMPLE_RATE_HZ, 3));
    // Both hear the same noise at the same time; the agent is silent every other four seconds, the caller never is.
    const events: { atMs: number; track: Track; frame: Pcm }[] = [];
    let lastMs: Record<Track, number> = { caller: 0, agent: 0 };
    sound.forEach((frame, index) => {
      const dueMs = 1000 + (index + 1) * FRAME_MS;
      // Two stalls of 300 ms, of which the timer makes up 60 ms.
      const stalled = [60_000, 180_000].find((atMs) => dueMs - 1000 > atMs && dueMs - 1000 <= atMs + 300);
      if (stalled !== undefined && dueMs - 1000 <= stalled + 240) return;
      for (const track of ['caller', 'agent'] as const) {
        if (track === 'agent' && Math.floor(index / 200) % 2 === 1) continue;
        const lateMs = stalled === undefined ? random.next() ** 4 * 55 : 300 - (dueMs - 1000 - stalled);
        const atMs = Math.max(lastMs[track], dueMs + lateMs);
        lastMs = { ...lastMs, [track]: atMs };
        events.push({ atMs, track, frame });
      }
    });
    events.sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, track, frame } of events) tape.push(track, frame, atMs);
    tape.end(1000 + minutes * 60_000);

    const [caller, agent] = [tape.track('caller'), tape.track('agent')];
    expect(caller.length / SAMPLE_RATE_HZ).toBeCloseTo(minutes * 60, 1);
    for (let atS = 2; atS < minutes * 60; atS += 8) {
      expect(Math.abs(lagMs(caller, agent, atS * SAMPLE_RATE_HZ, 400)), `at ${atS} s`).toBeLessThanOrEqual(20);
    }
  });

  it('follow a telephone whose clock is 300 ppm fast', () => {
    const tape = createTape();
    const sound = frames(noise(240 * SAMPLE_RATE_HZ, 5));
    sound.forEach((frame, index) => {
      tape.push('caller', frame, ((index + 1) * FRAME_MS) / 1.0003);
    });
    const lastMs = (sound.length * FRAME_MS) / 1.0003;
    tape.end(lastMs);
    // Without being put right it would be 72 ms ahead by now.
    expect(Math.abs(tape.track('caller').length / samplesPerMs - lastMs)).toBeLessThanOrEqual(20);
  });

  it('are silent where nothing came, for as long as nothing came', () => {
    const tape = createTape();
    const frame = new Int16Array(FRAME_SAMPLES).fill(1000);
    tape.push('agent', frame, 20);
    tape.push('agent', frame, 10_020);
    tape.end(12_000);
    const agent = tape.track('agent');
    expect(agent.length).toBe(12 * SAMPLE_RATE_HZ);
    expect(agent.findLastIndex((sample) => sample !== 0)).toBe(10_020 * samplesPerMs - 1);
    expect(agent.reduce((sum, sample) => sum + sample, 0)).toBe(2 * FRAME_SAMPLES * 1000);
    expect(tape.pieces).toHaveLength(12);
  });

  it('begin where their first sound was, however soon that came', () => {
    const tape = createTape();
    const sound = noise(2 * SAMPLE_RATE_HZ, 5);
    const firstMs = 60;
    for (const [n, frame] of frames(sound).entries()) tape.push('agent', frame, firstMs + (n + 1) * FRAME_MS);
    tape.end(3000);
    const agent = tape.track('agent');
    expect(agent.subarray(firstMs * samplesPerMs, firstMs * samplesPerMs + sound.length)).toEqual(sound);
    expect(agent.subarray(0, firstMs * samplesPerMs).every((sample) => sample === 0)).toBe(true);
  });

  it('hold nothing of what is said while muted, and stay in time', () => {
    const tape = createTape();
    const frame = new Int16Array(FRAME_SAMPLES).fill(1000);
    for (let index = 0; index < 150; index += 1) {
      if (index === 50) tape.setMuted(true);
      if (index === 100) tape.setMuted(false);
      tape.push('caller', frame, (index + 1) * FRAME_MS);
    }
    tape.end(3000);
    const caller = tape.track('caller');
    const second = (n: number) => caller.subarray(n * SAMPLE_RATE_HZ, (n + 1) * SAMPLE_RATE_HZ);
    expect(second(0).every((sample) => sample === 1000)).toBe(true);
    expect(second(1).every((sample) => sample === 0)).toBe(true);
    expect(second(2).every((sample) => sample === 1000)).toBe(true);
  });

  it('cannot be made to fill memory by a channel that sends faster than time passes', () => {
    const tape = createTape();
    for (let index = 0; index < 5000; index += 1) tape.push('caller', new Int16Array(FRAME_SAMPLES).fill(1), 100);
    tape.end(100);
    expect(tape.track('caller').length).toBeLessThanOrEqual(1.1 * SAMPLE_RATE_HZ);
  });
});
