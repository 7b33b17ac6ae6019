import { createScriptedEngine, hangs, works } from '@parley/engine/fallback/testing/scripted-engine.ts';
import { createScriptedVoice, speaksAll, wordMs } from '@parley/engine/fallback/testing/scripted-voice.ts';
import type { SynthesisRequest, Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { speechRouterDefaults } from './router-options.ts';
import { createMemorySpeechCache } from './speech-cache.ts';
import { createRouterBench, hear, listen, sentence, vocabulary } from './testing/router-bench.ts';
import { createScriptedEngines } from './testing/scripted-engines.ts';

const never = new AbortController().signal;
const whole = ({ text }: SynthesisRequest) => speaksAll(text.split(' ').length);
const both = { recognizers: ['first', 'second'], voices: ['first', 'second'] };

/** Two engines of each kind; the first ones do as told. */
function createTwo(
  first: {
    readonly ear?: Parameters<typeof createScriptedEngine>[2];
    readonly voice?: Parameters<typeof createScriptedVoice>[2];
  },
  more: Parameters<typeof createRouterBench>[2] = {},
  server: Parameters<typeof createRouterBench>[1] = both,
) {
  const time = createVirtualClock();
  const clock = time.share();
  const ears = {
    first: createScriptedEngine(clock, 'first', first.ear ?? (() => works)),
    second: createScriptedEngine(clock, 'second', () => works),
  };
  const voices = {
    first: createScriptedVoice(clock, 'first', first.voice ?? whole),
    second: createScriptedVoice(clock, 'second', whole),
  };
  const engines = createScriptedEngines({
    recognizers: { first: () => ears.first, second: () => ears.second },
    voices: { first: () => voices.first, second: () => voices.second },
  });
  const bench = createRouterBench(engines, server, more, time);
  return { ...bench, engines, ears, voices, enginesClock: clock };
}

async function prepared(bench: ReturnType<typeof createTwo>) {
  const { router, scope } = bench;
  const { plan } = scope();
  await router.prepare(vocabulary, [{ plan, use: { accounts: {} } }], never);
  return bench;
}

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

describe('a sentence that is said often', () => {
  it('is kept from its second time on, with its word times, and costs nothing then', async () => {
    const cache = createMemorySpeechCache();
    const { router, scope, time, clock, usage, voices } = createTwo(
      { voice: () => [{ do: 'tellTimes' }, { do: 'audio', words: 10 }, { do: 'done' }] },
      { cache },
    );
    const say = async (more: Partial<SynthesisRequest> = {}) => {
      const heard = hear(router.forConversation(scope()).synthesizer, clock.nowMs, { signal: never, ...more });
      await time.advance(5000);
      return heard;
    };
    const asSpoken = await say();
    await say();
    const kept = await say();
    expect(kept.words).toEqual(asSpoken.words);
    expect(kept.audioMs).toBe(asSpoken.audioMs);
    expect(kept.calls).toEqual(['audio', 'done']);
    expect(voices.first.requests).toHaveLength(2);
    expect(usage.at(-1)).toEqual({
      kind: 'cachedSynthesis',
      engine: 'first',
      provider: 'first',
      requests: 1,
      characters: sentence.length,
    });
    // Another tone, language or line sounds otherwise.
    await say({ tone: 'warm' });
    await say({ line: 'mulaw' });
    await say({ ssml: '<break/>' });
    expect(voices.first.requests).toHaveLength(5);
  });

  it('is never kept when it holds what is personal, nor where that is not wished', async () => {
    const cache = createMemorySpeechCache();
    const { router, scope, time, voices } = createTwo({}, { cache, isPersonal: (text) => text.includes('seven') });
    for (let n = 0; n < 3; n += 1) {
      hear(router.forConversation(scope()).synthesizer, time.nowMs, { signal: never });
      const unwished = scope({ wishes: { cache: false } });
      hear(router.forConversation(unwished).synthesizer, time.nowMs, { signal: never, text: 'hello' });
      await time.advance(5000);
    }
    expect(voices.first.requests).toHaveLength(6);
    expect(cache.bytes).toBe(0);
  });

  it('can be made at publish, behind the calls', async () => {
    const { router, scope, time, voices, clock } = createTwo({}, { cache: createMemorySpeechCache() });
    const warming = router.warm(
      { texts: ['hello there', 'good bye', 'hello there'] },
      scope({ conversationId: undefined }),
      never,
    );
    await time.advance(5000);
    expect(await warming).toEqual({ made: 2, failed: 0 });
    const heard = hear(router.forConversation(scope()).synthesizer, clock.nowMs, { signal: never, text: 'good bye' });
    await time.advance(10);
    expect(heard.calls).toEqual(['audio', 'done']);
    expect(voices.first.requests).toHaveLength(2);
  });

  it('is heard even when no vendor can be reached', async () => {
    let isDown = false;
    const bench = createTwo(
      { voice: (request) => (isDown ? [{ do: 'fail' }] : whole(request)) },
      { cache: createMemorySpeechCache() },
      { recognizers: ['first'], voices: ['first'] },
    );
    const { router, scope, time, clock } = bench;
    await Promise.all([router.warm({ texts: ['good bye'] }, scope(), never), time.advance(2000)]);
    isDown = true;
    const { synthesizer } = router.forConversation(scope());
    for (let n = 0; n < 3; n += 1) {
      hear(synthesizer, clock.nowMs, { signal: never });
      await time.advance(2000);
    }
    expect(router.snapshot()[0]?.breaker).toBe('open');
    const heard = hear(synthesizer, clock.nowMs, { signal: never, text: 'good bye' });
    await time.advance(10);
    expect(heard.calls).toEqual(['audio', 'done']);
  });

  it('is asked of the voice when the cache does not answer, fails or throws', async () => {
    const answers = [() => new Promise<never>(() => {}), () => Promise.reject(new Error('down')), () => raise()];
    for (const get of answers) {
      const cache = { get, set: async () => {}, close: async () => {} };
      const { router, scope, time, clock } = createTwo({}, { cache });
      const heard = hear(router.forConversation(scope()).synthesizer, clock.nowMs, { signal: never });
      await time.advance(5000);
      expect(heard.calls).toEqual(['audio', 'done']);
      expect(heard.firstAudioAtMs).toBeLessThanOrEqual(50 + speechRouterDefaults.cacheTimeoutMs);
      expect(clock.pending).toBe(0);
    }
  });
});

function raise(): never {
  throw new Error('The cache is broken.');
}

describe('engines', () => {
  const organization = { recognizers: ['own-ear'], voices: ['own-voice'] };
  function createOwn(max?: number) {
    const time = createVirtualClock();
    const closed: string[] = [];
    const accountsSeen: unknown[] = [];
    const engines = createScriptedEngines({
      recognizers: {
        house: () => createScriptedEngine(time, 'house', () => works),
        'own-ear': (_choice, account) => {
          accountsSeen.push(account);
          const engine = createScriptedEngine(time, 'own-ear', () => works);
          return { ...engine, close: async () => void closed.push('own-ear') };
        },
      },
      voices: {
        house: () => createScriptedVoice(time, 'house', whole),
        'own-voice': () => ({
          ...createScriptedVoice(time, 'own-voice', () => (max === undefined ? speaksAll(1) : [])),
          close: async () => void closed.push('own-voice'),
        }),
      },
      paid: ['own'],
    });
    const bench = createRouterBench(engines, { recognizers: ['house'], voices: ['house'] }, {}, time);
    return { ...bench, engines, closed, accountsSeen };
  }

  it('are of one account: two organizations share none, two conversations of one do', async () => {
    const { router, scope, engines, time } = createOwn();
    for (const key of ['a', 'a', 'b']) {
      const own = scope({ wishes: organization, accounts: { own: { key } } });
      hear(router.forConversation(own).synthesizer, time.nowMs, { signal: never });
    }
    expect(engines.made).toEqual(['own-voice', 'own-voice']);
    expect(router.snapshot().map(({ engine, isServers }) => ({ engine, isServers }))).toEqual([
      { engine: 'own-voice', isServers: false },
      { engine: 'own-voice', isServers: false },
    ]);
    expect(JSON.stringify(router.snapshot())).not.toContain('"a"');
  });

  it('are closed when nobody has used them for a while, not while a call is silent, and know the words when they are made again', async () => {
    const { router, scope, engines, closed, time, clock } = createOwn();
    const own = scope({ wishes: organization, accounts: { own: { key: 'a' } } });
    const { recognizer, synthesizer } = router.forConversation(own);
    await recognizer.prepare(vocabulary, never);
    const call = new AbortController();
    const ear = listen(recognizer, call.signal);
    hear(synthesizer, clock.nowMs, { signal: call.signal });
    await time.advance(3 * speechRouterDefaults.idleMs);
    // The line is open: the ear stays, the voice can be made again.
    expect(closed).toEqual(['own-voice']);
    ear.begin(7);
    ear.end();
    await time.advance(1000);
    expect(ear.finals).toEqual(['7']);
    call.abort();
    await time.advance(3 * speechRouterDefaults.idleMs);
    expect(closed).toEqual(['own-voice', 'own-voice', 'own-ear']);
    expect(clock.pending).toBe(0);
    const later = listen(router.forConversation(own).recognizer, never);
    await time.advance(10);
    later.begin(8);
    later.end();
    await time.advance(1000);
    expect(later.finals).toEqual(['8']);
    expect(engines.made.filter((name) => name === 'own-ear')).toHaveLength(2);
  });

  it('that cannot learn the words keep only the first call waiting, and are tried again behind', async () => {
    const time = createVirtualClock();
    const quick = createScriptedEngine(time, 'quick', () => works);
    const stuck = createScriptedEngine(
      time,
      'stuck',
      () => works,
      () => new Promise<void>(() => {}),
    );
    const engines = createScriptedEngines({
      recognizers: { stuck: () => stuck, quick: () => quick },
      voices: { house: () => createScriptedVoice(time, 'house', whole) },
    });
    const server = { recognizers: ['stuck', 'quick'], voices: ['house'] };
    const { router, scope } = createRouterBench(engines, server, {}, time);
    const { prepareGraceMs, prepareTimeoutMs, prepareRetryMs } = speechRouterDefaults.recognition;
    const startedAtMs = time.nowMs();
    const call = async () => {
      const { recognizer } = router.forConversation(scope());
      let isReady = false;
      const preparing = recognizer.prepare(vocabulary, never).then(() => {
        isReady = true;
      });
      await time.advance(0);
      if (!isReady) await time.advanceTo(time.nowMs() + prepareGraceMs, () => isReady);
      await preparing;
      return time.nowMs() - startedAtMs;
    };
    expect(await call()).toBe(prepareGraceMs);
    expect(await call()).toBe(prepareGraceMs);
    await time.advance(prepareTimeoutMs + prepareRetryMs);
    await call();
    await time.advance(1);
    expect(stuck.prepared).toBe(2);
  });

  it('take no more at once than the account’s limit; what is too much is told soon, and the place is given on', async () => {
    const { router, scope, time, clock } = createOwn(1);
    const own = scope({ wishes: organization, accounts: { own: { key: 'a' } }, limits: { own: 1 } });
    const { synthesizer, recognizer } = router.forConversation(own);
    await recognizer.prepare(vocabulary, never);
    const first = new AbortController();
    hear(synthesizer, clock.nowMs, { signal: first.signal });
    const second = hear(synthesizer, clock.nowMs, { signal: never });
    await time.advance(2000);
    expect(second.calls).toEqual(['failed account_busy']);
    expect(router.snapshot().every(({ breaker }) => breaker === 'closed')).toBe(true);
    first.abort();
    const line = new AbortController();
    listen(recognizer, line.signal);
    const refused = listen(recognizer, never);
    refused.begin(1);
    await time.advance(1000);
    expect(refused.failures).toEqual(['recognizers_exhausted']);
    line.abort();
    const taken = listen(recognizer, never);
    taken.begin(1);
    taken.end();
    await time.advance(1000);
    expect(taken.finals).toEqual(['1']);
  });

  it('fail what is open when the router is closed, and are closed once', async () => {
    const { router, scope, closed, time, clock } = createOwn();
    const own = scope({ wishes: organization, accounts: { own: { key: 'a' } } });
    const { recognizer, synthesizer } = router.forConversation(own);
    await recognizer.prepare(vocabulary, never);
    const ear = listen(recognizer, never);
    await router.close();
    await router.close();
    expect(ear.failures).toEqual(['recognizer_closed']);
    expect(closed.toSorted()).toEqual(['own-ear', 'own-voice']);
    const heard = hear(synthesizer, clock.nowMs, { signal: never });
    await time.advance(5000);
    expect(heard.calls).toEqual(['failed router_closed']);
    expect(clock.pending).toBe(0);
  });
});
