import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type VoiceWord, wordEnds } from './word-ends.ts';

const known = (audioMs: number) => ({ kind: 'known', audioMs }) as const;

function told(words: readonly string[], eachMs = 300): VoiceWord[] {
  return words.map((text, index) => ({ text, startMs: index * eachMs, endMs: (index + 1) * eachMs }));
}

function ends(text: string, words: readonly VoiceWord[], audioMs: number): number[] {
  return wordEnds(text, words, known(audioMs), 'en-US').map(({ endMs }) => Math.round(endMs));
}

describe('the end of each written word', () => {
  it('is what the voice tells, whatever the punctuation and the capitals', () => {
    expect(ends('Hello, Dr. Lee!', told(['hello', 'dr', 'lee']), 980)).toEqual([300, 600, 900]);
  });

  it('is that of the last part of a word which the voice tells in parts', () => {
    expect(ends('Room twenty-one please', told(['Room', 'twenty', 'one', 'please']), 1280)).toEqual([300, 900, 1200]);
  });

  it('is found again behind words that are told as they are said, not as they are written', () => {
    const [it_, costs, money, today] = ends(
      'It costs $25 today',
      told(['It', 'costs', 'twenty', 'five', 'dollars', 'today']),
      1880,
    );
    expect([it_, costs, today]).toEqual([300, 600, 1800]);
    expect(money).toBe(1500);
  });

  it('is reckoned from the length for words told as one, and for those behind the last that was told', () => {
    const [ten, thirty] = ends('ten thirty', [{ text: 'ten thirty', startMs: 0, endMs: 1000 }], 1080);
    expect(ten).toBeGreaterThan(250);
    expect(ten).toBeLessThan(750);
    expect(thirty).toBe(1000);
    const behind = ends('one two three four', told(['one', 'two']), 1380);
    expect(behind.slice(0, 2)).toEqual([300, 600]);
    expect(behind.at(-1)).toBe(1300);
  });

  it('gives a number the time that its spoken words take', () => {
    const [you, owe, money] = ends('You owe $1,284.20 now', [], 4100);
    expect((money ?? 0) - (owe ?? 0)).toBeGreaterThan(2_000);
    expect(you).toBeLessThan(500);
  });

  it('does not run backwards by a hair of rounding', () => {
    const voice = [
      { text: '', startMs: 0, endMs: 466 },
      { text: 'a', startMs: 466, endMs: 729 },
      { text: 'ten thirty', startMs: 729, endMs: 729 },
    ];
    const times = wordEnds('# 4& 0 ten thirty', voice, { kind: 'open', pace: 1 }, 'en-US').map(({ endMs }) => endMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('never runs backwards nor past the sound, whatever the voice tells', () => {
    const word = fc.record({
      text: fc.oneof(fc.constantFrom('a', 'one', 'two', 'three', '$5', '…', 'ten thirty'), fc.string({ maxLength: 6 })),
      durationMs: fc.integer({ min: 0, max: 900 }),
    });
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 12 }),
        fc.array(word, { maxLength: 12 }),
        fc.boolean(),
        (said, voice, isKnown) => {
          let atMs = 0;
          const words = voice.map(({ text, durationMs }) => {
            const startMs = atMs;
            atMs += durationMs;
            return { text, startMs, endMs: atMs };
          });
          const text = said.map((one) => one.text).join(' ');
          const found = wordEnds(text, words, isKnown ? known(atMs + 80) : { kind: 'open', pace: 1 }, 'en-US');
          expect(found.map(({ end }) => text.slice(0, end).trim().split(/\s+/).at(-1))).toEqual(
            text.trim() === '' ? [] : text.trim().split(/\s+/),
          );
          let last = -1;
          for (const { endMs } of found) {
            expect(endMs).toBeGreaterThanOrEqual(last);
            last = endMs;
          }
          if (isKnown) expect(last).toBeLessThanOrEqual(atMs + 80);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
