import { property, string, assert as verify } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordsOf } from './words.ts';

describe('the words of a text', () => {
  it.each([
    ["Don't cancel it, I'm coming!", ['dont', 'cancel', 'it', 'im', 'coming']],
    ['I don’t know', ['i', 'dont', 'know']],
    ['tôi muốn đặt phòng', ['toi', 'muon', 'dat', 'phong']],
    ['to\u0302i mu\u00f4\u0301n đă\u0323t pho\u0300ng', ['toi', 'muon', 'dat', 'phong']],
    ['Ｃａｆé 24／7', ['cafe', '24', '7']],
    ['Straße nach Łódź', ['strasse', 'nach', 'lodz']],
    ['我要订房 ok', ['我', '要', '订', '房', 'ok']],
    ['かがみ', ['か', 'が', 'み']],
    ['', []],
    ['?!… 😀', []],
  ])('%s', (text, words) => expect(wordsOf(text)).toEqual(words));

  it('Thai is cut into characters that keep their vowel signs', () => {
    expect(wordsOf('จองห้อง')).toEqual(['จ', 'อ', 'ง', 'ห้', 'อ', 'ง']);
  });

  it('marks stay where they are letters of their own: Hindi, Arabic', () => {
    expect(wordsOf('कमरा')).toEqual(['कमरा']);
    expect(wordsOf('غرفة')).toEqual(['غرفة']);
  });

  it('any text has words that are the same when read again, in bounded number', () => {
    verify(
      property(string({ unit: 'grapheme', maxLength: 3000 }), (text) => {
        const words = wordsOf(text);
        expect(words.length).toBeLessThanOrEqual(20_000);
        expect(words.every((word) => word.length > 0)).toBe(true);
      }),
    );
  });
});
