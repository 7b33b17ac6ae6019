import { describe, expect, it } from 'vitest';
import { costOf } from './usage.ts';

const prices = {
  currency: 'USD',
  engines: {
    ear: { per_minute: 0.0043 },
    'ear?model=large': { per_minute: 0.01 },
    voice: { per_1000_characters: 0.03 },
    model: { per_1m_input_tokens: 0.15, per_1m_output_tokens: 0.6 },
    half: { per_1m_input_tokens: 1 },
  },
};
const micros = (engine: string, quantity: Parameters<typeof costOf>[2]) => costOf(prices, engine, quantity)?.micros;

describe('what something costs', () => {
  it('is reckoned from the price of the engine with its options, or of its name', () => {
    expect(micros('ear', { audioMs: 60_000 })).toBeCloseTo(4300);
    expect(micros('ear?model=small', { audioMs: 30_000 })).toBeCloseTo(2150);
    expect(micros('ear?model=large', { audioMs: 60_000 })).toBeCloseTo(10_000);
    expect(micros('voice', { characters: 50 })).toBeCloseTo(1500);
    expect(micros('model', { inputTokens: 1000, outputTokens: 100 })).toBeCloseTo(210);
    expect(costOf(prices, 'ear', { audioMs: 1 })?.currency).toBe('USD');
  });

  it('is not known where a price is not given', () => {
    expect(micros('voice', { audioMs: 60_000 })).toBeUndefined();
    expect(micros('half', { inputTokens: 1000, outputTokens: 0 })).toBeUndefined();
    expect(micros('constructor', { characters: 1 })).toBeUndefined();
    expect(costOf(undefined, 'ear', { audioMs: 1 })).toBeUndefined();
  });
});
