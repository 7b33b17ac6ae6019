import { createScriptedEngine, works } from '@parley/engine/fallback/testing/scripted-engine.ts';
import { createScriptedVoice, speaksAll } from '@parley/engine/fallback/testing/scripted-voice.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { speechRouterDefaults } from './router-options.ts';
import { createRouterBench, hear, listen, vocabulary } from './testing/router-bench.ts';
import { createScriptedEngines } from './testing/scripted-engines.ts';
import { whole } from './testing/two-engines.ts';

const never = new AbortController().signal;

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

  it('that stand in and have no place are done without; they are looked for again when somebody has hung up', async () => {
    const time = createVirtualClock();
    const ear = (name: string) => () => createScriptedEngine(time, name, () => works);
    // The first sentence of all never ends.
    const first = createScriptedVoice(time, 'first', (request) => (first.requests.length <= 1 ? [] : whole(request)));
    const engines = createScriptedEngines({
      recognizers: { house: ear('house'), first: ear('first'), second: ear('second') },
      voices: {
        house: () => createScriptedVoice(time, 'house', whole),
        first: () => first,
        second: () => createScriptedVoice(time, 'second', whole),
      },
    });
    const options = { ...speechRouterDefaults, maxEngines: 2 };
    const server = { recognizers: ['house'], voices: ['house'] };
    const { router, scope, clock } = createRouterBench(engines, server, { options }, time);
    const engineNames = () => router.snapshot().map(({ kind, engine }) => `${kind} ${engine}`);
    const alone = { recognizers: ['first'], voices: ['first'] };
    const other = router.forConversation(scope({ wishes: alone }));
    const others = new AbortController();
    await other.recognizer.prepare(vocabulary, never);
    listen(other.recognizer, others.signal);
    hear(other.synthesizer, clock.nowMs, { signal: others.signal });
    expect(engineNames()).toEqual(['recognizer first', 'synthesizer first']);

    const wishes = { recognizers: ['first', 'second'], voices: ['first', 'second'] };
    const { recognizer, synthesizer } = router.forConversation(scope({ wishes }));
    await recognizer.prepare(vocabulary, never);
    const caller = new AbortController();
    const line = listen(recognizer, caller.signal);
    await time.advance(10);
    line.begin(7);
    line.end();
    await time.advance(1000);
    expect([line.finals, line.failures]).toEqual([['7'], []]);
    const heard = hear(synthesizer, clock.nowMs, { signal: caller.signal });
    await time.advance(5000);
    expect(heard.calls.at(-1)).toBe('done');

    others.abort();
    caller.abort();
    const later = hear(synthesizer, clock.nowMs, { signal: never });
    await time.advance(5000);
    expect(later.calls.at(-1)).toBe('done');
    expect(engineNames()).toContain('synthesizer second');
  });

  it('have no place at all: it is said, to whoever speaks and to whoever listens', async () => {
    const time = createVirtualClock();
    const full = createRouterBench(
      createScriptedEngines({
        recognizers: { house: () => createScriptedEngine(time, 'house', () => works) },
        voices: { house: () => createScriptedVoice(time, 'house', whole) },
      }),
      { recognizers: ['house'], voices: ['house'] },
      { options: { ...speechRouterDefaults, maxEngines: 0 } },
      time,
    );
    const { recognizer, synthesizer } = full.router.forConversation(full.scope());
    await expect(recognizer.prepare(vocabulary, never)).rejects.toMatchObject({ code: 'too_many_engines' });
    const line = listen(recognizer, never);
    const heard = hear(synthesizer, full.clock.nowMs, { signal: never });
    await time.advance(1000);
    expect(line.failures).toEqual(['too_many_engines']);
    expect(heard.calls).toEqual(['failed too_many_engines']);
  });
});
