import type { RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import { until, untilInTime } from '@parley/fakes/conformance/bench.ts';
import { openEar } from '@parley/fakes/conformance/ear.ts';
import { describe, expect, test } from 'vitest';
import { queryOf, soundOf, withRecognizer } from './testing/deepgram-bench.ts';

/** Types of events in a row told once. */
function order(events: readonly RecognizerEvent[]): readonly string[] {
  return events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
}

/** On a machine that is busy the model's decision must not come too late. */
const patient = 'deepgram-flux?turnWaitMs=5000';

describe('what Deepgram Flux is asked for', () => {
  test('English: the English model, with an early guess at the end of turns', () =>
    withRecognizer('deepgram-flux', async (bench) => {
      await bench.part.prepare({ id: 'conformance', phrases: ['Siobhan'], contexts: {} }, new AbortController().signal);
      const ear = openEar(bench.part, 'en-US');
      ear.say(await soundOf(bench, 'good morning', 600));
      await ear.final(1);
      expect(bench.fake?.journal.requests[0]).toMatchObject({ path: '/v2/listen' });
      expect(queryOf(bench)).toEqual({
        model: ['flux-general-en'],
        encoding: ['linear16'],
        sample_rate: ['16000'],
        eot_threshold: ['0.7'],
        eager_eot_threshold: ['0.5'],
        eot_timeout_ms: ['5000'],
        keyterm: ['Siobhan'],
      });
    }));

  test('another language on a telephone: the other model, told which language, and the telephone’s bytes', () =>
    withRecognizer('deepgram-flux?eagerEotThreshold=false&eotThreshold=0.8', async (bench) => {
      const ear = openEar(bench.part, 'de-AT', 'mulaw');
      ear.say(await soundOf(bench, 'guten Morgen', 800));
      await ear.final(1);
      expect(queryOf(bench)).toEqual({
        model: ['flux-general-multi'],
        language_hint: ['de'],
        encoding: ['mulaw'],
        sample_rate: ['8000'],
        eot_threshold: ['0.8'],
        eot_timeout_ms: ['5000'],
      });
    }));

  test('no Vietnamese', () =>
    withRecognizer('deepgram-flux', async (bench) => {
      const ear = openEar(bench.part, 'vi-VN');
      await until(() => ear.failure !== undefined, 'the failure');
      expect(ear.failure?.code).toBe('language_not_supported');
      expect(bench.fake?.journal.requests).toEqual([]);
    }));
});

describe('turns with Deepgram Flux', () => {
  test('are guessed to be over early, and end with the final', () =>
    withRecognizer(patient, async (bench) => {
      const ear = openEar(bench.part, 'en');
      ear.say(await soundOf(bench, 200, 'a haircut please', 200));
      const { text, endsTurn, words } = await ear.final(1);
      expect({ text, endsTurn }).toEqual({ text: 'a haircut please', endsTurn: true });
      expect(order(ear.events)).toEqual(['partial', 'eagerEndOfTurn', 'final']);
      expect(ear.events.find(({ type }) => type === 'eagerEndOfTurn')).toMatchObject({ text });
      expect(Math.abs((words[0]?.startMs ?? 0) - 200)).toBeLessThan(30);
      // The silence behind it was sent in pace, and no more than was needed.
      expect(bench.fake?.journal.audioBytes).toBeLessThan(32 * (400 + 720 + 800));
    }));

  test('that were guessed to be over and are not, are taken back', () =>
    withRecognizer(patient, async (bench) => {
      const ear = openEar(bench.part, 'en');
      // 500 ms are enough for a guess and too few for an end.
      ear.say(await soundOf(bench, 'my name is', 500, 'ada', 700));
      const { text } = await ear.final(1);
      expect(text).toBe('my name is ada');
      expect(order(ear.events)).toEqual([
        'partial',
        'eagerEndOfTurn',
        'turnResumed',
        'partial',
        'eagerEndOfTurn',
        'final',
      ]);
    }));

  test('may be said in two stretches of voice: each has its words, and the last ends the turn', () =>
    withRecognizer(patient, async (bench) => {
      const ear = openEar(bench.part, 'en');
      ear.say(await soundOf(bench, 200, 'i would like', 200));
      ear.say(await soundOf(bench, 200, 'a haircut', 200));
      await ear.final(2);
      expect(ear.finals.map(({ text, endsTurn }) => ({ text, endsTurn }))).toEqual([
        { text: 'i would like', endsTurn: false },
        { text: 'a haircut', endsTurn: true },
      ]);
      expect(Math.abs((ear.finals[1]?.words[0]?.startMs ?? 0) - 200)).toBeLessThan(30);
    }));

  test('end although a noise goes on; the noise has an empty final of its own', () =>
    withRecognizer(patient, async (bench) => {
      const ear = openEar(bench.part, 'en');
      const utterance = ear.begin(await soundOf(bench, 'that is all', 2000));
      utterance.writeTo(0.8);
      expect(await ear.final(1)).toMatchObject({ text: 'that is all', endsTurn: true });
      utterance.end();
      expect(await ear.final(2)).toMatchObject({ text: '', endsTurn: false });
      expect(ear.finals).toHaveLength(2);
    }));

  test('that the model cannot decide on are left to others, and nothing of them comes twice', () =>
    withRecognizer(
      'deepgram-flux?turnWaitMs=200',
      async (bench) => {
        const ear = openEar(bench.part, 'en');
        ear.say(await soundOf(bench, 'i would like'));
        await untilInTime(bench.clock, () => ear.finals.length === 1, 'the final');
        expect(ear.finals[0]).toMatchObject({ text: 'i would like', endsTurn: false });
        expect(bench.fake?.journal.messages).toEqual([{ type: 'ForceEndTurn' }]);
        ear.say(await soundOf(bench, 200, 'a haircut'));
        await untilInTime(bench.clock, () => ear.finals.length === 2, 'the next final');
        expect(ear.finals[1]).toMatchObject({ text: 'a haircut' });
      },
      { fluxEndOfTurnMs: 100_000 },
    ));

  test('stay on one connection over a pause of a minute, kept alive with a little silence', () =>
    withRecognizer(patient, async (bench) => {
      const ear = openEar(bench.part, 'en');
      ear.say(await soundOf(bench, 'good morning', 700));
      await ear.final(1);
      const before = bench.fake?.journal.audioBytes ?? 0;
      await bench.clock.pass(60_000);
      const silenceMs = ((bench.fake?.journal.audioBytes ?? 0) - before) / 32;
      // 80 ms each 20 s.
      expect(silenceMs).toBeGreaterThanOrEqual(2 * 80);
      expect(silenceMs).toBeLessThanOrEqual(3 * 80);
      ear.say(await soundOf(bench, 200, 'goodbye', 700));
      const { text, words } = await ear.final(2);
      expect(text).toBe('goodbye');
      expect(Math.abs((words[0]?.startMs ?? 0) - 200)).toBeLessThan(30);
      expect(bench.fake?.journal.requests).toHaveLength(1);
    }));

  test('are heard whole on a connection that was dead, unseen, when the caller began to speak', () =>
    withRecognizer(patient, async (bench) => {
      const ear = openEar(bench.part, 'en', 'mulaw');
      ear.say(await soundOf(bench, 'good morning', 700));
      await ear.final(1);
      const samples = await soundOf(bench, 200, 'a haircut please', 700);
      bench.fake?.strike('break');
      ear.say(samples);
      const { text, words } = await ear.final(2);
      expect(text).toBe('a haircut please');
      expect(Math.abs((words[0]?.startMs ?? 0) - 200)).toBeLessThan(30);
      expect(ear.failure).toBeUndefined();
      expect(bench.fake?.journal.requests).toHaveLength(2);
      ear.say(await soundOf(bench, 'goodbye', 700));
      expect((await ear.final(3)).text).toBe('goodbye');
    }));

  test('go on after the connection broke while nobody spoke', () =>
    withRecognizer(patient, async (bench) => {
      const ear = openEar(bench.part, 'en');
      ear.say(await soundOf(bench, 'good morning', 700));
      await ear.final(1);
      bench.fake?.strike('break');
      await untilInTime(bench.clock, () => bench.fake?.journal.requests.length === 2, 'the next connection');
      ear.say(await soundOf(bench, 'goodbye', 700));
      expect((await ear.final(2)).text).toBe('goodbye');
      expect(ear.failure).toBeUndefined();
    }));
});
