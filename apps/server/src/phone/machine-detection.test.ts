import { FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import { describe, expect, it } from 'vitest';
import { createBeepDetector, createGreetingEnd, createMachineDetector } from './machine-detection.ts';

describe('who answered a call', () => {
  it('is a person who says hello and waits', () => {
    expect(verdict([silence(400), speech(600), silence(2000)])).toEqual({ by: 'person', afterMs: 1800 });
    expect(verdict([silence(200), speech(500), silence(250), speech(900), silence(2000)])?.by).toBe('person');
  });

  it('is a machine that speaks on and on, whatever pauses it makes between sentences', () => {
    const greeting = [speech(1200), silence(200), speech(900), silence(300), speech(1500), silence(200), speech(2000)];
    const answer = verdict([silence(500), ...greeting]);
    expect(answer?.by).toBe('machine');
    expect(answer?.afterMs).toBeLessThan(4000);
  });

  it('is a machine that beeps at once', () => {
    expect(verdict([silence(300), tone(1000, 400), silence(2000)])).toMatchObject({ by: 'machine' });
  });

  it('is not known when nobody says anything, or only the line is heard', () => {
    expect(verdict([silence(6000)])).toEqual({ by: 'unknown', afterMs: 3500 });
    expect(verdict([noise(6000, 0.003)])).toEqual({ by: 'unknown', afterMs: 3500 });
  });

  it('is known within six seconds of the answer in any case', () => {
    const halting = Array.from({ length: 20 }, () => [speech(60), silence(500)]).flat();
    expect(verdict(halting)?.afterMs).toBeLessThanOrEqual(6000);
  });
});

describe('the end of a greeting', () => {
  it('is a moment after the beep, so that nothing of the message is lost', () => {
    const end = greetingEnd([speech(4000), silence(600), tone(1400, 500), silence(2000)]);
    expect(end).toBeGreaterThanOrEqual(4000 + 600 + 500 + 300);
    expect(end).toBeLessThanOrEqual(4000 + 600 + 500 + 360);
  });

  it('is a long silence where there is no beep, and not a pause between two sentences', () => {
    expect(greetingEnd([speech(3000), silence(900), speech(2000), silence(4000)])).toBe(3000 + 900 + 2000 + 2500);
  });

  it('comes after 35 seconds at the latest', () => {
    expect(greetingEnd([speech(36_000)])).toBe(35_000);
  });
});

describe('a beep', () => {
  it.each([
    ['of 500 Hz', tone(500, 300), true],
    ['of 1000 Hz on a noisy line', mixed(tone(1000, 300), noise(300, 0.01)), true],
    ['of 2000 Hz', tone(2000, 300), true],
    ['too short to be one', tone(1000, 100), false],
    ['in fact the ringing tone', tone(425, 1000), false],
    ['in fact a voice', speech(3000), false],
    ['in fact a siren', glide(600, 1800, 600), false],
  ])('%s', (_, sound, isBeep) => {
    const detector = createBeepDetector();
    expect(frames(sound).some((frame) => detector.push(frame))).toBe(isBeep);
  });
});

function verdict(sounds: readonly Float64Array[]) {
  const detector = createMachineDetector();
  for (const [at, frame] of frames(joined(sounds)).entries()) {
    const by = detector.push(frame);
    if (by !== undefined) return { by, afterMs: (at + 1) * 20 };
  }
  return undefined;
}

function greetingEnd(sounds: readonly Float64Array[]): number | undefined {
  const end = createGreetingEnd();
  const at = frames(joined(sounds)).findIndex((frame) => end.push(frame));
  return at < 0 ? undefined : (at + 1) * 20;
}

/** A voice as far as levels and tones go: a buzz of many partials whose pitch moves, in syllables of 180 ms. */
function speech(ms: number): Float64Array {
  let phase = 0;
  return sound(ms, (s) => {
    phase += (2 * Math.PI * (140 + 25 * Math.sin(2 * Math.PI * 1.7 * s))) / SAMPLE_RATE_HZ;
    const syllable = 0.55 + 0.45 * Math.sin((2 * Math.PI * s) / 0.18);
    let sum = 0;
    for (let partial = 1; partial <= 12; partial += 1) sum += Math.sin(partial * phase) / partial;
    return 0.12 * syllable * sum;
  });
}

function silence(ms: number): Float64Array {
  return sound(ms, () => 0);
}

function tone(hz: number, ms: number): Float64Array {
  return sound(ms, (s) => 0.2 * Math.sin(2 * Math.PI * hz * s));
}

function glide(fromHz: number, toHz: number, ms: number): Float64Array {
  const slope = ((toHz - fromHz) * 1000) / ms;
  return sound(ms, (s) => 0.2 * Math.sin(2 * Math.PI * (fromHz * s + (slope * s * s) / 2)));
}

/** The same each time. */
function noise(ms: number, level: number): Float64Array {
  let state = 1;
  return sound(ms, () => {
    state = (state * 16_807) % 2_147_483_647;
    return level * ((2 * state) / 2_147_483_647 - 1);
  });
}

function sound(ms: number, sample: (seconds: number) => number): Float64Array {
  return Float64Array.from({ length: (ms * SAMPLE_RATE_HZ) / 1000 }, (_, at) => sample(at / SAMPLE_RATE_HZ));
}

function joined(sounds: readonly Float64Array[]): Float64Array {
  return Float64Array.from(sounds.flatMap((one) => [...one]));
}

function mixed(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((sample, at) => sample + (other[at] ?? 0));
}

function frames(samples: Float64Array): Pcm[] {
  return Array.from({ length: Math.floor(samples.length / FRAME_SAMPLES) }, (_, at) =>
    Int16Array.from(samples.subarray(at * FRAME_SAMPLES, (at + 1) * FRAME_SAMPLES), (sample) => sample * 32_767),
  );
}
