import { describe, expect } from 'vitest';
import { msUntilFree, until, untilInTime, withinMs } from './bench.ts';
import { asTests, type Register } from './register.ts';
import { expectLikeSound, expectSameSound } from './sound-match.ts';
import { beginSpeaking } from './spoken.ts';
import { turns } from './steerable-clock.ts';
import { plainWords, type SynthesizerCase, type SynthesizerSubject } from './subject.ts';
import { type Check, holdSpeaking, synthesizerChecks } from './synthesizer-call.ts';
import { checkSynthesizerFailures } from './synthesizer-failures.ts';

const minuteMs = 60_000;

/** What every voice must do, over its fake. To be called in a test file. */
export function describeSynthesizer(subject: SynthesizerSubject): void {
  describe(`${subject.name} as a voice`, () => registerSynthesizerCases(subject, asTests));
}

/** The cases themselves, for whoever wants them otherwise than as tests. */
export function registerSynthesizerCases(subject: SynthesizerSubject, register: Register<SynthesizerCase>): void {
  const check = synthesizerChecks(subject, register);
  checkSpeaking(check, subject);
  checkEnds(check, subject);
  checkSynthesizerFailures(check, subject);
}

function checkSpeaking(check: Check, subject: SynthesizerSubject) {
  const noFake = subject.fake === undefined ? 'it uses no network' : undefined;

  check('sentence', async ({ speak, sentence, long, expectRight }) => {
    for (const text of [sentence(0), long]) await expectRight(await speak(text).whole(), text);
    await turns(20);
  });

  check(
    'wordTimes',
    async ({ speak, long, truth, fake }) => {
      const { words, samples } = await speak(long).whole();
      expect(plainWords(words.map(({ text }) => text).join(' '))).toBe(plainWords(long));
      let before = 0;
      for (const { startMs, endMs } of words) {
        expect(startMs).toBeGreaterThanOrEqual(before);
        expect(endMs).toBeGreaterThanOrEqual(startMs);
        before = startMs;
      }
      expect(words.at(-1)?.endMs).toBeLessThanOrEqual(samples.length / 16 + 20);
      if (fake === undefined) return;
      for (const [index, { startMs }] of (await truth(long)).words.entries()) {
        expect(Math.abs((words[index]?.startMs ?? 0) - startMs)).toBeLessThanOrEqual(60);
      }
    },
    { unless: subject.abilities.wordTimes ? undefined : 'it knows no word times' },
  );

  check(
    'oddChunks',
    async ({ speak, long }) => {
      const { samples } = await speak(long).whole();
      await holdSpeaking(subject, 'oddChunks', 'odd-chunks', async (odd) => {
        expectSameSound((await odd.speak(long).whole()).samples, samples);
      });
    },
    { unless: noFake },
  );

  check('passage', async ({ speak, sentence, expectRight }) => {
    let previousText = '';
    const begun = [0, 1, 2].map((index) => {
      const spoken = speak(sentence(index), { passage: { id: 'conformance-1', index, previousText } });
      previousText = `${previousText} ${sentence(index)}`.trim();
      return spoken;
    });
    for (const [index, spoken] of begun.entries()) await expectRight(await spoken.whole(), sentence(index));
  });

  check('together', async ({ speak, sentence, expectRight }) => {
    const begun = [0, 1, 2, 0].map((index) => ({ text: sentence(index), spoken: speak(sentence(index)) }));
    for (const { text, spoken } of begun) await expectRight(await spoken.whole(), text);
  });

  check('ownTurn', async ({ speak, sentence, expectRight }) => {
    // The same twice: what is remembered must not be told from inside the call either.
    for (let round = 0; round < 2; round += 1) await expectRight(await speak(sentence(0)).whole(), sentence(0));
  });

  check('phone', async ({ speak, sentence, truth, fake }) => {
    for (const line of ['mulaw', 'alaw'] as const) {
      const { samples } = await speak(sentence(0), { line }).whole();
      if (fake !== undefined) expectLikeSound(samples, (await truth(sentence(0))).samples);
      else expect(samples.length).toBeGreaterThan(0);
    }
  });

  check('idle', async ({ speak, sentence, expectRight, clock }) => {
    for (const index of [0, 1]) {
      await expectRight(await speak(sentence(index)).whole(), sentence(index));
      await clock.pass(10 * minuteMs);
    }
  });
}

function checkEnds(check: Check, { fake: vendor, language = 'en-US' }: SynthesizerSubject) {
  // The vendor stops in the middle, so that there is a middle.
  const fault = vendor === undefined ? '' : 'freeze-after:1';

  check(
    'abort',
    async ({ speak, long, fake, clock }) => {
      await withinMs(50, async () => {
        const spoken = speak(long);
        if (fake !== undefined) await until(() => fake.openSockets > 0, 'the vendor to be asked');
        await turns(20);
        spoken.abort();
        const tookMs = fake === undefined ? 0 : await msUntilFree(fake);
        await clock.pass(minuteMs / 2);
        expect(spoken.faults).toEqual([]);
        return tookMs;
      });
    },
    { fault },
  );

  check('abortedBefore', async ({ part, sentence, fake, clock }) => {
    const scope = new AbortController();
    scope.abort();
    const spoken = beginSpeaking(part, { text: sentence(0), language }, scope);
    await clock.pass(minuteMs / 2);
    expect([spoken.end, spoken.faults, spoken.samples.length]).toEqual([undefined, [], 0]);
    expect(fake?.journal.requests ?? []).toEqual([]);
  });

  check(
    'close',
    async ({ part, speak, long, fake, clock }) => {
      const spoken = speak(long);
      if (fake !== undefined) await until(() => fake.openSockets > 0, 'the vendor to be asked');
      await part.close();
      await untilInTime(clock, () => spoken.end !== undefined, 'the open sentence to end');
      expect(spoken.end?.type).toBe('failed');
      if (fake !== undefined) await msUntilFree(fake);
    },
    { fault },
  );
}
