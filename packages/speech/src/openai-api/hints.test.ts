import { describe, expect, it } from 'vitest';
import { hintsOf, isEchoOfPrompt } from './hints.ts';

const vocabulary = {
  id: 'shop',
  phrases: ['balayage', 'i would like to have it cut', 'Anna\n<Nguyễn>', 'balayage', 'x'.repeat(61)],
  contexts: { 'yes-no': ['yes', 'no'], empty: [] },
};

describe('what the agent expects is told to the model', () => {
  it('as a prompt or as key words: names, not sentences, and nothing that could be read as more', () => {
    expect(hintsOf(vocabulary, undefined, 'prompt')).toEqual({ prompt: 'balayage, Anna Nguyễn.' });
    expect(hintsOf(vocabulary, undefined, 'keywords')).toEqual({ keywords: ['balayage', 'Anna Nguyễn'] });
    expect(hintsOf(vocabulary, undefined, 'none')).toEqual({});
    expect(hintsOf(undefined, undefined, 'prompt')).toEqual({});
  });

  it('of the question that was asked, if the vocabulary has its answers', () => {
    expect(hintsOf(vocabulary, 'yes-no', 'prompt')).toEqual({ prompt: 'yes, no.' });
    expect(hintsOf(vocabulary, 'empty', 'prompt')).toEqual({});
    expect(hintsOf(vocabulary, 'toString', 'prompt').prompt).toContain('balayage');
  });

  it('and no more of it than a prompt may hold', () => {
    const many = { id: 'many', phrases: Array.from({ length: 12_000 }, (_, n) => `phrase ${n}`), contexts: {} };
    expect(hintsOf(many, undefined, 'prompt').prompt?.length).toBeLessThanOrEqual(600);
    expect(hintsOf(many, undefined, 'keywords').keywords?.length).toBeLessThanOrEqual(60);
  });
});

it('a model that hears nothing and writes down its prompt is found out', () => {
  const hints = { prompt: 'yes, no.' };
  expect(isEchoOfPrompt('Yes, no', hints)).toBe(true);
  expect(isEchoOfPrompt('Yes.', hints)).toBe(false);
  // Then it may well have been said.
  expect(isEchoOfPrompt('balayage', { prompt: 'balayage.' })).toBe(false);
});
