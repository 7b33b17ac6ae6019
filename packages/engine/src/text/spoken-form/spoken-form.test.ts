import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenForm, spokenText } from './spoken-form.ts';

const scraps = fc.constantFrom(
  ...'$ £ € đ % 3 12 1.000 3.5 2026 : / - – . , ? ( ) " \' @ # + ~ < > ° a p.m. May No. St. TP. Q.1 v.v. km www. 😀 … VIII A12B 15h30'.split(
    ' ',
  ),
  ' ',
  '\n',
  'ngày ',
  'word',
  '好的',
);
const anyText = fc.oneof(
  fc.array(scraps, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const anyLanguage = fc.constantFrom('en-US', 'en-GB', 'vi-VN', 'vi-VN-x-south', 'de-DE', 'zh-CN', '');

describe('what is said', () => {
  it('goes with what is written: nothing is lost, nothing doubled, in whole words', () => {
    fc.assert(
      fc.property(anyText, anyLanguage, (text, language) => {
        const pieces = spokenForm(text, language);
        expect(pieces.map(({ source }) => source).join('')).toBe(text);
        for (const [index, { source, spoken }] of pieces.entries()) {
          expect(spoken).toBe(spoken.trim());
          if (index < pieces.length - 1) expect(source).toMatch(/\S\s+$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('has no digit in it in the languages it knows', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('en-US', 'en-GB', 'vi-VN'), (text, language) => {
        expect(spokenText(text, language)).not.toMatch(/[0-9]/);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '1,'.repeat(20_000),
    'a.'.repeat(20_000),
    '+1 '.repeat(13_000),
    `${'a@'.repeat(20_000)}`,
    '('.repeat(40_000),
    'IX'.repeat(20_000),
  ])('takes time in proportion to the text, whatever it is (%#)', (text) => {
    const time = (length: number) => {
      const startedMs = performance.now();
      spokenForm(text.slice(0, length), 'en-US');
      return performance.now() - startedMs;
    };
    time(2_000);
    // Tens of milliseconds when measured; quadratic would be a hundred times as long.
    expect(time(40_000)).toBeLessThan(3_000);
  });

  it('is the text itself in a language it does not know, without the pictures', () => {
    expect(spokenText('Das kostet 3,50 € 😀 heute.', 'de-DE')).toBe('Das kostet 3,50 € heute.');
  });

  it('is each time the word that is written, for the screen', () => {
    expect(spokenForm('Come at 3:05 p.m., Dr. Lee.', 'en-US')).toEqual([
      { source: 'Come ', spoken: 'Come' },
      { source: 'at ', spoken: 'at' },
      { source: '3:05 p.m., ', spoken: 'three oh five P M,' },
      { source: 'Dr. ', spoken: 'Doctor' },
      { source: 'Lee.', spoken: 'Lee.' },
    ]);
  });
});
