import { works } from '@parley/engine/fallback/testing/scripted-engine.ts';
import { wordMs } from '@parley/engine/fallback/testing/scripted-voice.ts';
import { describe, expect, it } from 'vitest';
import { hear, listen, sentence } from './testing/router-bench.ts';
import { both, createTwo, prepared } from './testing/two-engines.ts';

const never = new AbortController().signal;

describe('a slow first sound', () => {
  async function measured(hedge: boolean) {
    let delayMs = 100;
    const bench = createTwo({
      voice: ({ text }) => [
        { do: 'wait', ms: delayMs },
        { do: 'audio', words: text.split(' ').length },
        { do: 'done' },
      ],
    });
    const { router, scope, time, clock } = bench;
    for (let n = 0; n < 60; n += 1) {
      hear(router.forConversation(scope()).synthesizer, clock.nowMs, { signal: never });
      await time.advance(200);
    }
    const { synthesizer } = router.forConversation(scope({ wishes: { ...both, hedge } }));
    bench.usage.length = 0;
    delayMs = 450;
    return { ...bench, heard: hear(synthesizer, clock.nowMs, { signal: never }), beganAtMs: clock.nowMs() };
  }

  it('lets the next voice be asked too; the first to sound is heard, the other given up, both counted', async () => {
    const { heard, beganAtMs, time, usage, voices, clock } = await measured(true);
    await time.advance(5000);
    expect(heard.firstAudioAtMs).toBe(beganAtMs + 100 + 50);
    expect(heard).toMatchObject({ calls: ['audio', 'done'], audioMs: 10 * wordMs });
    expect(voices.first.requests.at(-1)?.signal.aborted).toBe(true);
    expect(usage.map(({ engine, kind }) => `${kind} ${engine}`)).toEqual(['synthesis first', 'synthesis second']);
    expect(clock.pending).toBe(0);
  });

  it('costs nothing more where that is not wished', async () => {
    const { heard, beganAtMs, time, usage } = await measured(false);
    await time.advance(5000);
    expect(heard.firstAudioAtMs).toBe(beganAtMs + 450);
    expect(usage).toHaveLength(1);
  });
});

describe('what is used', () => {
  it('is counted by engine, with its cost where the price is known, and none made up', async () => {
    const bench = await prepared(createTwo({ ear: () => ({ ...works, breaksAtWord: { word: 30, how: 'throws' } }) }));
    const { router, scope, time, usage } = bench;
    const prices = {
      currency: 'EUR',
      engines: { first: { per_minute: 0.6 }, 'second?x=1': { per_1000_characters: 9 } },
    };
    const { recognizer, synthesizer } = router.forConversation(scope({ prices }));
    const ear = listen(recognizer, never);
    ear.begin(...Array.from({ length: 10 }, (_, n) => n));
    ear.say(...Array.from({ length: 21 }, (_, n) => n + 10));
    await time.advance(20);
    ear.say(...Array.from({ length: 19 }, (_, n) => n + 31));
    ear.end();
    hear(synthesizer, time.nowMs, { signal: never });
    await time.advance(5000);
    expect(usage).toEqual(
      expect.arrayContaining([
        {
          kind: 'recognition',
          engine: 'first',
          provider: 'first',
          requests: 1,
          audioMs: 620,
          cost: { micros: 6200, currency: 'EUR' },
        },
        { kind: 'recognition', engine: 'second', provider: 'second', requests: 1, audioMs: 1000, cost: undefined },
        {
          kind: 'synthesis',
          engine: 'first',
          provider: 'first',
          requests: 1,
          characters: sentence.length,
          cost: undefined,
        },
      ]),
    );
    expect(usage).toHaveLength(3);
  });
});
