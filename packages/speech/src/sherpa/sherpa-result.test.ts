import { describe, expect, it } from 'vitest';
import { readResult } from './sherpa-result.ts';

describe('what the library heard', () => {
  it('is in words that its tokens make up, each until the next begins', () => {
    const heard = readResult(
      {
        text: ' two haircuts',
        tokens: [' two', ' hair', 'cut', 's'],
        timestamps: [0.2, 0.6, 0.8, 0.96],
        ys_probs: [Math.log(0.9), Math.log(0.8), Math.log(0.9), Math.log(0.8)],
      },
      'small',
      1000,
    );
    expect(heard.text).toBe('two haircuts');
    expect(heard.words).toEqual([
      { text: 'two', startMs: 200, endMs: 440 },
      // No word lasts longer than the sound.
      { text: 'haircuts', startMs: 600, endMs: 1000 },
    ]);
    expect(heard.confidence).toBeCloseTo(Math.sqrt(0.72), 6);
  });

  it('is not in capitals, though some models know nothing else', () => {
    const heard = readResult({ text: 'XIN CHÀO', tokens: [' XIN', ' CHÀO'], timestamps: [0, 0.3] }, 'capitals', 900);
    expect(heard.text).toBe('xin chào');
    expect(heard.words.map(({ text }) => text)).toEqual(['xin', 'chào']);
    expect(heard.confidence).toBeUndefined();
  });

  it('has a word for each character where there are no blanks', () => {
    const heard = readResult(
      { text: '你好 ok', tokens: ['你', '好', ' o', 'k'], timestamps: [0, 0.2, 0.4, 0.5] },
      'small',
      900,
    );
    expect(heard.words.map(({ text }) => text)).toEqual(['你', '好', 'ok']);
  });

  it('has no words when its tokens are not those of the text, or have no times', () => {
    const bytes = { text: 'chào', tokens: [' ch', '<0xC3>', '<0xA0>', 'o'], timestamps: [0, 0.1, 0.2, 0.3] };
    expect(readResult(bytes, 'small', 900)).toMatchObject({ text: 'chào', words: [] });
    expect(readResult({ text: 'hi', tokens: [' hi'] }, 'small', 900)).toMatchObject({ text: 'hi', words: [] });
  });

  it('is nothing when nothing was heard', () => {
    expect(readResult({ text: '', tokens: [], timestamps: [] }, 'small', 900)).toEqual({
      text: '',
      confidence: undefined,
      words: [],
    });
  });
});
