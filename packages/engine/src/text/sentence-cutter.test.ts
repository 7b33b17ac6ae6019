import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutSentences } from './sentence-cutter.ts';

function cutWhole(text: string): string[] {
  const { sentences, rest } = cutSentences(text);
  return [...sentences, rest.trim()].filter((part) => part !== '');
}

describe('sentences', () => {
  it.each([
    ['Sure. Which day?', ['Sure.', 'Which day?']],
    ['It costs 3.50 dollars. Is that fine?', ['It costs 3.50 dollars.', 'Is that fine?']],
    ['Dr. Lee is in. Mr. Kim is not.', ['Dr. Lee is in.', 'Mr. Kim is not.']],
    ['Come at 3 p.m. We close at 6.', ['Come at 3 p.m.', 'We close at 6.']],
    ['Come at 3 p.m. on Friday.', ['Come at 3 p.m. on Friday.']],
    ['See example.com or mail a.b@example.org. Thanks!', ['See example.com or mail a.b@example.org.', 'Thanks!']],
    ['1. Wash the hair. 2. Cut it.', ['1. Wash the hair.', '2. Cut it.']],
    ['Wait... what? "Yes." He left.', ['Wait... what?', '"Yes."', 'He left.']],
    ['Vâng ạ. Anh muốn đặt lịch lúc mấy giờ?', ['Vâng ạ.', 'Anh muốn đặt lịch lúc mấy giờ?']],
    ['好的。您想什么时候来？', ['好的。', '您想什么时候来？']],
    ['First line\nSecond line', ['First line', 'Second line']],
    ['The U.S. office is open.', ['The U.S. office is open.']],
  ])('%j', (text, expected) => {
    expect(cutWhole(text)).toEqual(expected);
  });

  it('waits with a stop that may be the middle of a number', () => {
    expect(cutSentences('It is 3.')).toEqual({ sentences: [], rest: 'It is 3.' });
  });

  it('come out the same however the text is streamed, and lose nothing', () => {
    const text = fc.array(
      fc.constantFrom(
        'Sure. ',
        'Dr. Who ',
        '3.5 ',
        'a.m. ',
        'What? ',
        'ok ',
        '。',
        '\n',
        '... ',
        'See x.com. ',
        'Long '.repeat(30),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (pieces, size) => {
        const whole = pieces.join('');
        const streamed: string[] = [];
        let rest = '';
        for (let i = 0; i < whole.length; i += size) {
          const cut = cutSentences(rest + whole.slice(i, i + size));
          streamed.push(...cut.sentences);
          rest = cut.rest;
        }
        const squash = (parts: readonly string[]) => parts.join('').replaceAll(/\s/g, '');
        expect(squash([...streamed, rest])).toBe(squash([whole]));
        for (const sentence of streamed) expect(sentence.length).toBeLessThanOrEqual(310);
      }),
    );
  });
});
