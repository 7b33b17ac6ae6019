import { expect, test } from 'vitest';
import { FRAME_SAMPLES, type Pcm } from '../ports/audio.ts';
import { createRandom } from '../simulation/random.ts';
import { createEchoGate } from './echo-gate.ts';
import { rmsDbfs } from './level.ts';

const random = createRandom(7);

/** Noise at this level, in dBFS. */
function sound(levelDb: number): Pcm {
  const peak = 10 ** (levelDb / 20) * 32_768 * Math.sqrt(3);
  return Int16Array.from({ length: FRAME_SAMPLES }, () => Math.round(peak * (2 * random.next() - 1)));
}

/** Syllables: loud and soft by turns, never twice the same. */
function* syllables() {
  for (;;) {
    const loud = -18 - 8 * random.next();
    for (let frame = 0; frame < 4 + 10 * random.next(); frame += 1) yield sound(loud);
    for (let frame = 0; frame < 2 + 5 * random.next(); frame += 1) yield sound(-50);
  }
}

function attenuated(frame: Pcm, byDb: number): Pcm {
  return frame.map((sample) => Math.round(sample * 10 ** (byDb / 20)));
}

/** The agent speaks for so many frames and is heard 200 ms later, 15 dB softer, over noise at −65 dBFS. */
function learn(gate: ReturnType<typeof createEchoGate>, frames: number, comesBack = true) {
  const voice = syllables();
  const line: Pcm[] = Array.from({ length: 10 }, () => sound(-65));
  let passed = 0;
  const next = (caller?: Pcm): boolean => {
    const sent: Pcm = voice.next().value ?? sound(-65);
    gate.sent(sent);
    line.push(comesBack ? attenuated(sent, -15) : sound(-65));
    const echo = line.shift() ?? sound(-65);
    const heard = caller === undefined ? echo : echo.map((sample, index) => sample + (caller[index] ?? 0));
    return gate.filter(heard) === heard && rmsDbfs(heard) > -50;
  };
  for (let frame = 0; frame < frames; frame += 1) if (next()) passed += 1;
  return { passed, next };
}

test('the agent heard back is as soft as the room, from the first frame on', () => {
  expect(learn(createEchoGate('possible'), 500).passed).toBe(0);
});

test('a caller who is louder than the echo comes through within 100 ms, and is whole from then on', () => {
  const { next } = learn(createEchoGate('possible'), 500);
  const passes = Array.from({ length: 25 }, () => next(sound(-20)));
  expect(passes.indexOf(true)).toBeLessThan(5);
  expect(passes.slice(5).every(Boolean)).toBe(true);
});

test('when the agent is silent the caller is heard as ever, however soft', () => {
  const gate = createEchoGate('possible');
  learn(gate, 500);
  // The last sound of the agent has come back and died away.
  for (let frame = 0; frame < 60; frame += 1) gate.filter(sound(-65));
  const soft = sound(-45);
  expect(gate.filter(soft)).toBe(soft);
});

test('a line that cancels echo is not gated any more once the agent has spoken for three seconds without one', () => {
  const { next } = learn(createEchoGate('cancelled'), 160, false);
  expect(next(sound(-48))).toBe(true);
});

test('a caller who answers at once, again and again, is not taken for an echo', () => {
  const gate = createEchoGate('possible');
  const agent = syllables();
  const caller = syllables();
  let held = 0;
  for (let turn = 0; turn < 40; turn += 1) {
    for (let frame = 0; frame < 35; frame += 1) {
      gate.sent(agent.next().value ?? sound(-18));
      gate.filter(sound(-65));
    }
    for (let frame = 0; frame < 10; frame += 1) gate.filter(sound(-65));
    for (let frame = 0; frame < 35; frame += 1) {
      const said: Pcm = caller.next().value ?? sound(-18);
      if (gate.filter(said) !== said && turn >= 5) held += 1;
    }
  }
  expect(held).toBe(0);
});

test('what was sent and never came back is not held against a caller as loud as an echo would be', () => {
  const { next } = learn(createEchoGate('possible'), 500, false);
  expect(next(sound(-30))).toBe(true);
});

test('a loudspeaker switched on after minutes without an echo is found when the agent talks over itself', () => {
  const gate = createEchoGate('possible');
  const { next } = learn(gate, 1500, false);
  expect(next(sound(-30))).toBe(true);
  const before = learn(gate, 300).passed;
  expect(before).toBeGreaterThan(0);
  expect(learn(gate, 300).passed).toBe(0);
});
