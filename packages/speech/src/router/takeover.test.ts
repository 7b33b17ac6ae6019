import { getEventListeners } from 'node:events';
import {
  createScriptedEngine,
  type EngineDeed,
  hangs,
  works,
} from '@parley/engine/fallback/testing/scripted-engine.ts';
import {
  createScriptedVoice,
  speaksAll,
  type VoiceDeed,
  wordMs,
} from '@parley/engine/fallback/testing/scripted-voice.ts';
import type { SynthesisRequest } from '@parley/engine/ports/synthesizer.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRouterBench, hear, listen, sentence, vocabulary } from './testing/router-bench.ts';
import { createScriptedEngines } from './testing/scripted-engines.ts';

const names = ['first', 'second', 'third'];
const never = new AbortController().signal;
const whole = ({ text }: SynthesisRequest): readonly VoiceDeed[] => [
  { do: 'tellTimes' },
  ...speaksAll(text.split(' ').length),
];

/** Three engines of each kind; those listed in `isDead` do as `ear` and `voice` say. */
async function createThree(
  ear: (name: string) => EngineDeed,
  voice: (name: string, request: SynthesisRequest) => readonly VoiceDeed[],
) {
  const time = createVirtualClock();
  const engines = createScriptedEngines({
    recognizers: Object.fromEntries(
      names.map((name) => [name, () => createScriptedEngine(time, name, () => ear(name))]),
    ),
    voices: Object.fromEntries(
      names.map((name) => [name, () => createScriptedVoice(time, name, (request) => voice(name, request))]),
    ),
  });
  const bench = createRouterBench(engines, { recognizers: names, voices: names }, {}, time);
  await bench.router.prepare(vocabulary, [{ plan: bench.scope().plan, use: { accounts: {} } }], never);
  return bench;
}

describe('an engine dies at any moment', () => {
  const brokenEar: fc.Arbitrary<EngineDeed> = fc.oneof(
    fc.record({
      breaksAtWord: fc.record({ word: fc.integer({ min: 1, max: 12 }), how: fc.constantFrom('fails', 'throws') }),
      afterEnd: fc.constant('final'),
      finalDelayMs: fc.constant(50),
    }),
    fc.constant(hangs),
    fc.record({ afterEnd: fc.constantFrom('failure', 'throw'), finalDelayMs: fc.integer({ min: 1, max: 400 }) }),
  );

  it('and every word the caller said is understood, once, in order, less than a second later', async () => {
    await fc.assert(
      fc.asyncProperty(
        brokenEar,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom<readonly string[]>(['first'], ['first', 'second']),
        async (deed, utterances, broken) => {
          let isDead = false;
          const bench = await createThree(
            (name) => (isDead && broken.includes(name) ? deed : works),
            (_, request) => whole(request),
          );
          const { router, scope, time, clock } = bench;
          const call = new AbortController();
          const ear = listen(router.forConversation(scope()).recognizer, call.signal);
          // What they take is known by now.
          for (let n = 0; n < 60; n += 1) {
            ear.begin(1);
            ear.end();
            await time.advance(60);
          }
          isDead = true;
          const said: string[] = [];
          for (const length of utterances) {
            const words = Array.from({ length }, (_, n) => n + 1);
            said.push(words.join(' '));
            ear.begin(...words.slice(0, 2));
            for (const word of words.slice(2)) {
              await time.advance(20);
              ear.say(word);
            }
            ear.end();
            const endedAtMs = clock.nowMs();
            await time.advanceTo(endedAtMs + 3000, () => ear.finals.length === 60 + said.length);
            const waitedMs = clock.nowMs() - endedAtMs;
            // One that hangs costs one time-out; when two of three are broken, each its own.
            expect(waitedMs).toBeLessThan(50 + (deed === hangs && broken.length === 2 ? 2000 : 1000));
          }
          await time.advance(3000);
          expect(ear.finals.slice(60)).toEqual(said);
          expect(ear.failures).toEqual([]);
          call.abort();
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 60, seed: 6 },
    );
  });

  /** Speaks so many words, or as many as there are, and then fails or hangs. */
  const brokenVoice = fc.record({
    waitMs: fc.integer({ min: 0, max: 100 }),
    words: fc.integer({ min: 0, max: 10 }),
    hangs: fc.boolean(),
  });

  it('and every word of the sentence is said, once, in order; the caller hears no gap of a second', async () => {
    await fc.assert(
      fc.asyncProperty(
        brokenVoice,
        fc.constantFrom<readonly string[]>(['first'], ['first', 'second']),
        async ({ waitMs, words, hangs: isHanging }, broken) => {
          const breaks = ({ text }: SynthesisRequest): readonly VoiceDeed[] => [
            { do: 'wait', ms: waitMs },
            { do: 'tellTimes' },
            { do: 'audio', words: Math.min(words, text.split(' ').length) },
            isHanging ? { do: 'wait', ms: 600_000 } : { do: 'fail' },
          ];
          const { router, scope, time, clock } = await createThree(
            () => works,
            (name, request) => (broken.includes(name) ? breaks(request) : whole(request)),
          );
          const call = new AbortController();
          const heard = hear(router.forConversation(scope()).synthesizer, clock.nowMs, { signal: call.signal });
          await time.advanceTo(60_000, () => heard.calls.includes('done'));
          expect(heard.words.map(({ text }) => text).join(' ')).toBe(sentence);
          expect(heard.audioMs).toBe(10 * wordMs);
          expect(heard.calls.filter((name) => name !== 'audio')).toEqual(['done']);
          // Until the sound that was given has been heard, nobody waits.
          const hangsAtOnce = isHanging && words === 0;
          expect(heard.firstAudioAtMs).toBeLessThan(hangsAtOnce ? 1000 * broken.length + 100 : 400);
          call.abort();
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 60, seed: 6 },
    );
  });
});

describe('ten thousand streams', () => {
  it('leave no timer, no listener and no place taken', async () => {
    let n = 0;
    const turns = <Deed>(deeds: readonly Deed[]): Deed | undefined => {
      n += 1;
      return deeds[n % deeds.length];
    };
    const { router, scope, time, clock } = await createThree(
      (name) => (name === 'first' ? (turns([works, hangs, { ...works, afterEnd: 'failure' }]) ?? works) : works),
      (name, request) => (name === 'first' ? (turns([whole(request), [{ do: 'fail' }], []]) ?? []) : whole(request)),
    );
    const process = new AbortController();
    for (let round = 0; round < 100; round += 1) {
      const calls = Array.from({ length: 50 }, () => {
        const { recognizer, synthesizer } = router.forConversation(scope());
        const call = new AbortController();
        const ear = listen(recognizer, call.signal);
        ear.begin(1, 2);
        ear.end();
        hear(synthesizer, clock.nowMs, { signal: call.signal, text: 'yes' });
        hear(synthesizer, clock.nowMs, { signal: process.signal, text: 'no' });
        return call;
      });
      // Some hang up while they are answered.
      await time.advance(round % 2 === 0 ? 30 : 2500);
      for (const call of calls) call.abort();
      await time.advance(2500);
    }
    await time.advance(600_000);
    expect(getEventListeners(process.signal, 'abort')).toHaveLength(0);
    expect(clock.pending).toBe(0);
    expect(router.snapshot().map(({ open, waiting }) => open + waiting)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
