import { expect, test } from 'vitest';
import { turnOf } from './fake-wire.ts';
import { levelOf } from './use-level.ts';
import { durationText, segmentsOf, totalOf } from './waterfall.ts';

const { waterfall } = turnOf({ turnNumber: 1 });

test('a spoken turn shows its stages in the order they passed and what the caller waited', () => {
  expect(segmentsOf(waterfall).map(({ stage, durationMs }) => `${stage} ${durationMs}`)).toEqual([
    'end_of_turn 300',
    'transcript 40',
    'agent 5',
    'sentence 1',
    'synthesis 120',
    'playout 14',
  ]);
  expect(totalOf(waterfall)).toEqual({ totalMs: 480, isVoiceToVoice: true });
});

test('a typed turn adds up what happened, and a turn without figures has no bar', () => {
  const typed = {
    ...waterfall,
    end_of_turn_ms: null,
    transcript_ms: null,
    synthesis_ms: null,
    playout_ms: null,
    voice_to_voice_ms: null,
  };
  expect(totalOf(typed)).toEqual({ totalMs: 6, isVoiceToVoice: false });
  expect(totalOf({ ...typed, agent_ms: null, sentence_ms: null })).toBeUndefined();
});

test('durations read well at every size', () => {
  expect([0, 0.42, 12.6, 999.4, 1840].map(durationText)).toEqual(['0 ms', '0.4 ms', '13 ms', '999 ms', '1.84 s']);
});

test('the meter is empty in silence, full at loud speech and halfway between', () => {
  const tone = (amplitude: number): Float32Array =>
    Float32Array.from({ length: 512 }, (_, index) => amplitude * Math.sin((2 * Math.PI * index) / 32));
  expect(levelOf(tone(0))).toBe(0);
  expect(levelOf(tone(0.9))).toBe(1);
  // -33.5 dBFS RMS is the middle between -55 and -12.
  expect(levelOf(tone(Math.SQRT2 * 10 ** (-33.5 / 20)))).toBeCloseTo(0.5, 3);
});
