import { createScriptedEngine, hangs, works } from '@parley/engine/fallback/testing/scripted-engine.ts';
import { createScriptedVoice, wordMs } from '@parley/engine/fallback/testing/scripted-voice.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { speechRouterDefaults } from './router-options.ts';
import { createRouterBench, hear, listen, sentence, vocabulary } from './testing/router-bench.ts';
import { createScriptedEngines } from './testing/scripted-engines.ts';
import { both, createTwo, prepared, whole } from './testing/two-engines.ts';

const never = new AbortController().signal;

describe('a conversation', () => {
  it('is understood and answered by the engine of choice, the same one for all, made once', async () => {
    const bench = await prepared(createTwo({}));
    const { router, scope, time, engines, clock } = bench;
    const calls = Array.from({ length: 3 }, () => router.forConversation(scope()));
    const ears = calls.map(({ recognizer }) => listen(recognizer, never));
    for (const ear of ears) {
      ear.begin(1, 2);
      ear.say(3);
      ear.end();
    }
    const heard = calls.map(({ synthesizer }) => hear(synthesizer, clock.nowMs, { signal: never }));
    await time.advance(5000);
    for (const ear of ears) expect(ear.finals).toEqual(['1 2 3']);
    for (const one of heard) expect(one).toMatchObject({ calls: ['audio', 'done'], audioMs: 10 * wordMs });
    // Those that stand in are there before they are needed.
    expect(engines.made.toSorted()).toEqual(['first', 'first', 'second', 'second']);
    expect(bench.ears.second.opened).toBe(0);
  });

  it('goes on when ear and voice of the first vendor die in mid-turn: no word lost or said twice, less than a second more', async () => {
    let isDead = false;
    const bench = await prepared(
      createTwo({
        ear: () => (isDead ? { ...works, breaksAtWord: { word: 3, how: 'fails' } } : works),
        voice: (request) =>
          isDead ? [{ do: 'tellTimes' }, { do: 'audio', words: 3.5 }, { do: 'fail' }] : whole(request),
      }),
    );
    const { router, scope, time, clock } = bench;
    const { recognizer, synthesizer } = router.forConversation(scope());
    const ear = listen(recognizer, never);
    ear.begin(1, 2);
    ear.end();
    await time.advance(1000);
    isDead = true;
    ear.begin(1, 2);
    ear.say(3, 4, 5);
    ear.end();
    await time.advance(500);
    expect(ear.finals).toEqual(['1 2', '1 2 3 4 5']);
    const heard = hear(synthesizer, clock.nowMs, { signal: never });
    await time.advance(5000);
    expect(bench.voices.second.requests[0]?.text).toBe('four five six seven eight nine ten');
    expect(heard.words.map(({ text }) => text).join(' ')).toBe(sentence);
    expect(heard.calls.at(-1)).toBe('done');
  });

  it('costs one time-out with a vendor that accepts and never answers; then the breaker spares it for all', async () => {
    const { router, scope, time, clock, voices } = createTwo({ voice: () => [] });
    const firstCall = router.forConversation(scope()).synthesizer;
    const slow = hear(firstCall, clock.nowMs, { signal: never });
    await time.advance(5000);
    expect(slow.firstAudioAtMs).toBe(speechRouterDefaults.firstAudio.defaultMs + 50);
    expect(slow.firstAudioAtMs).toBeLessThanOrEqual(1000);
    const beganAtMs = clock.nowMs();
    const quick = Array.from({ length: 20 }, () =>
      hear(router.forConversation(scope()).synthesizer, clock.nowMs, { signal: never }),
    );
    await time.advance(3000);
    for (const { firstAudioAtMs } of quick) expect(firstAudioAtMs).toBe(beganAtMs + 50);
    expect(voices.first.requests).toHaveLength(1);
    expect(router.snapshot().find(({ kind, engine }) => kind === 'synthesizer' && engine === 'first')).toMatchObject({
      breaker: 'open',
      isServers: true,
      open: 0,
    });
    // It is asked again when the time has come, by one caller.
    await time.advance(10_000);
    const trial = hear(firstCall, clock.nowMs, { signal: never });
    hear(firstCall, clock.nowMs, { signal: never });
    await time.advance(3000);
    expect(trial.calls.at(-1)).toBe('done');
    expect(voices.first.requests).toHaveLength(2);
  });

  it('costs one time-out with a recogniser that hangs, and the next conversations none', async () => {
    const bench = await prepared(createTwo({ ear: () => hangs }));
    const { router, scope, time, ears } = bench;
    const say = async () => {
      const ear = listen(router.forConversation(scope()).recognizer, never);
      ear.begin(1);
      ear.end();
      await time.advance(100);
      return ear;
    };
    const first = await say();
    expect(first.finals).toEqual([]);
    await time.advance(speechRouterDefaults.final.defaultMs);
    expect(first.finals).toEqual(['1']);
    expect((await say()).finals).toEqual(['1']);
    expect(ears.first.opened).toBe(1);
  });

  it('costs none to the other callers whose streams are open already, once one has found out', async () => {
    let isHanging = false;
    const bench = await prepared(createTwo({ ear: () => (isHanging ? hangs : works) }));
    const { router, scope, time } = bench;
    const ears = Array.from({ length: 10 }, () => listen(router.forConversation(scope()).recognizer, never));
    const [unlucky, ...others] = ears;
    isHanging = true;
    unlucky?.begin(1);
    unlucky?.end();
    await time.advance(speechRouterDefaults.final.defaultMs + 100);
    expect(unlucky?.finals).toEqual(['1']);
    for (const ear of others) {
      ear.begin(1, 2);
      ear.end();
    }
    await time.advance(100);
    for (const ear of others) expect(ear.finals).toEqual(['1 2']);
  });

  it('warms the voice’s connection while the caller speaks, not more often than it cools', async () => {
    const bench = createTwo({});
    const { time, voices, ears } = bench;
    const warmed: number[] = [];
    const engines = createScriptedEngines({
      recognizers: { first: () => ears.first },
      voices: { first: () => ({ ...voices.first, warm: () => void warmed.push(time.nowMs()) }) },
    });
    const { router, scope } = createRouterBench(engines, { recognizers: ['first'], voices: ['first'] }, {}, time);
    const { recognizer } = router.forConversation(scope());
    await recognizer.prepare(vocabulary, never);
    const ear = listen(recognizer, never);
    for (let n = 0; n < 5; n += 1) {
      await time.advance(2500);
      ear.begin(1);
      ear.end();
    }
    expect(warmed).toEqual([0, 5000, 10_000]);
  });

  it('leaves a vendor alone for as long as it asks', async () => {
    let isBusy = true;
    const { router, scope, time, clock, voices } = createTwo({});
    const limited: Synthesizer = {
      ...voices.first,
      synthesize(request, sink) {
        if (!isBusy) return voices.first.synthesize(request, sink);
        isBusy = false;
        queueMicrotask(() => sink.failed('provider_rate_limited', '429', 30_000));
      },
    };
    const engines = createScriptedEngines({
      voices: { first: () => limited, second: () => voices.second },
      recognizers: {},
    });
    const other = createRouterBench(engines, { recognizers: [], voices: both.voices }, {}, time);
    const plan = { ...scope().plan, recognizers: [] };
    const { synthesizer } = other.router.forConversation({ ...scope(), plan });
    const heard = hear(synthesizer, clock.nowMs, { signal: never });
    await time.advance(29_000);
    expect(heard.calls).toEqual(['audio', 'done']);
    hear(synthesizer, clock.nowMs, { signal: never });
    expect(voices.first.requests).toHaveLength(0);
    await time.advance(1500);
    hear(synthesizer, clock.nowMs, { signal: never });
    await time.advance(1500);
    expect(voices.first.requests).toHaveLength(1);
    await router.close();
  });

  it('tells once that a key is refused, and asks again after minutes only', async () => {
    const bench = await prepared(createTwo({ ear: () => works }));
    const { router, scope, time, voices } = bench;
    const refusing: Synthesizer = {
      ...voices.first,
      synthesize: (_request, sink) => queueMicrotask(() => sink.failed('provider_unauthorized', '401 no such key')),
    };
    let asked = 0;
    const engines = createScriptedEngines({
      voices: {
        first: () => ({
          ...refusing,
          synthesize(request, sink) {
            asked += 1;
            refusing.synthesize(request, sink);
          },
        }),
        second: () => voices.second,
      },
    });
    const other = createRouterBench(engines, { recognizers: [], voices: both.voices }, {}, time);
    const { synthesizer } = other.router.forConversation({ ...scope(), plan: { ...scope().plan, recognizers: [] } });
    for (let n = 0; n < 3; n += 1) {
      hear(synthesizer, time.nowMs, { signal: never });
      await time.advance(60_000);
    }
    expect(asked).toBe(1);
    expect(other.errors.filter((error) => error.includes('no such key') && !error.includes('takes over'))).toHaveLength(
      1,
    );
    await router.close();
  });

  it('is tried once more after a moment when nobody stands in and nothing was heard', async () => {
    let n = 0;
    const { router, scope, time, clock, voices } = createTwo(
      {
        voice: (request) => {
          n += 1;
          return n === 1 ? [{ do: 'throw' }] : whole(request);
        },
      },
      {},
      { recognizers: ['first'], voices: ['first'] },
    );
    const heard = hear(router.forConversation(scope()).synthesizer, clock.nowMs, { signal: never });
    await time.advance(5000);
    expect(heard).toMatchObject({ calls: ['audio', 'done'], firstAudioAtMs: 250 });
    expect(voices.first.requests).toHaveLength(2);
  });

  it('loses no word when its only recogniser breaks off and is back in a moment', async () => {
    let n = 0;
    const bench = createTwo(
      {
        ear: () => {
          n += 1;
          return n === 1 ? { ...works, breaksAtWord: { word: 2, how: 'fails' } } : works;
        },
      },
      {},
      { recognizers: ['first'], voices: ['first'] },
    );
    const { router, scope, time } = await prepared(bench);
    const ear = listen(router.forConversation(scope()).recognizer, never);
    ear.begin(1, 2);
    await time.advance(40);
    ear.say(3);
    ear.end();
    await time.advance(1000);
    expect(ear.finals).toEqual(['1 2 3']);
    expect(ear.failures).toEqual([]);
  });

  it('is spoken by a voice of another language whose model speaks this one too', async () => {
    const time = createVirtualClock();
    const english = createScriptedVoice(time, 'north-voice', whole, ['en-US']);
    const engines = createScriptedEngines({
      recognizers: { ear: () => createScriptedEngine(time, 'ear', () => works) },
      voices: { 'north-voice': () => english },
      languages: { ear: ['vi', 'en'], 'north-voice': ['vi', 'en'] },
    });
    const { router, scope } = createRouterBench(engines, { recognizers: ['ear'], voices: ['north-voice'] }, {}, time);
    const plan = router.plan({}, 'vi-VN', {});
    const { synthesizer } = router.forConversation({ ...scope({ plan }) });
    const heard = hear(synthesizer, time.nowMs, { signal: never, language: 'vi-VN', text: 'xin chào' });
    await time.advance(5000);
    expect(heard.calls).toEqual(['audio', 'done']);
  });

  it('is asked in the voice of the plan, or in the agent’s where the engine has it', async () => {
    const clock = createVirtualClock();
    const named = createScriptedVoice(clock, 'named', whole, ['en-US', 'en-GB']);
    const open = createScriptedVoice(clock, 'open', whole);
    const engines = createScriptedEngines({
      recognizers: { ear: () => createScriptedEngine(clock, 'ear', () => works) },
      voices: { named: () => named, open: () => open },
    });
    const { router, scope, time } = createRouterBench(engines, { recognizers: ['ear'], voices: ['open'] }, {}, clock);
    const ask = async (voices: readonly (string | { engine: string; voice: string })[], voice: string | undefined) => {
      hear(router.forConversation(scope({ wishes: { voices } })).synthesizer, time.nowMs, { signal: never, voice });
      await time.advance(5000);
      return [...named.requests.splice(0), ...open.requests.splice(0)].map((request) => request.voice);
    };
    expect(await ask([{ engine: 'named', voice: 'x' }], undefined)).toEqual(['x']);
    expect(await ask([{ engine: 'named', voice: 'x' }], 'named-en-GB')).toEqual(['named-en-GB']);
    expect(await ask(['named'], 'of-another')).toEqual([undefined]);
    expect(await ask(['open'], 'anna')).toEqual(['anna']);
    expect(await ask([{ engine: 'open', voice: 'x' }], 'anna')).toEqual(['x']);
  });
});
