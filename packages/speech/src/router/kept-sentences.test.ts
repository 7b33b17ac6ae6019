import type { SynthesisRequest } from '@parley/engine/ports/synthesizer.ts';
import { describe, expect, it } from 'vitest';
import { speechRouterDefaults } from './router-options.ts';
import { createMemorySpeechCache } from './speech-cache.ts';
import { hear, sentence } from './testing/router-bench.ts';
import { createTwo, whole } from './testing/two-engines.ts';

const never = new AbortController().signal;

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
      const ssml = '<sub alias="at seven">later</sub>';
      hear(router.forConversation(scope()).synthesizer, time.nowMs, { signal: never, text: 'later', ssml });
      await time.advance(5000);
    }
    expect(voices.first.requests).toHaveLength(9);
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
