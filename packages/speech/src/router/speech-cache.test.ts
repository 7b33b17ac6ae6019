import { describe, expect, it } from 'vitest';
import { createMemorySpeechCache } from './speech-cache.ts';

const signal = new AbortController().signal;
const speech = (bytes: number) => ({ audio: new Uint8Array(bytes), words: [{ text: 'hi', startMs: 0, endMs: 100 }] });

describe('sentences kept in memory', () => {
  it('take no more than their room; what was not said for the longest goes first', () => {
    const cache = createMemorySpeechCache({ maxBytes: 35_000 });
    for (const key of ['a', 'b', 'c']) cache.set(key, speech(10_000));
    expect(cache.bytes).toBeGreaterThan(30_000);
    expect(cache.get('a', signal)).toEqual(speech(10_000));
    cache.set('d', speech(10_000));
    expect(cache.get('b', signal)).toBeUndefined();
    for (const key of ['a', 'c', 'd']) expect(cache.get(key, signal)).toBeDefined();
    expect(cache.bytes).toBeLessThanOrEqual(35_000);
  });

  it('are replaced, not counted twice, and none is kept that is larger than all', async () => {
    const cache = createMemorySpeechCache({ maxBytes: 35_000 });
    cache.set('a', speech(20_000));
    cache.set('a', speech(10_000));
    expect(cache.bytes).toBeLessThan(11_000);
    cache.set('b', speech(40_000));
    expect(cache.get('b', signal)).toBeUndefined();
    expect(cache.get('a', signal)).toBeDefined();
    await cache.close();
    expect(cache.bytes).toBe(0);
  });
});
