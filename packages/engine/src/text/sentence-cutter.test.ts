import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CutOptions, cutSentences } from './sentence-cutter.ts';

function cutWhole(text: string, options?: CutOptions): string[] {
  const { sentences, rest } = cutSentences(text, options);
  return [...sentences, rest.trim()].filter((part) => part !== '');
}

function cutStreamed(text: string, sizes: readonly number[], firstClauseWords?: number): string[] {
  const streamed: string[] = [];
  let rest = '';
  for (let at = 0, i = 0; at < text.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    const cut = cutSentences(rest + text.slice(at, at + size), {
      firstClauseWords: streamed.length === 0 ? firstClauseWords : undefined,
    });
    streamed.push(...cut.sentences);
    rest = cut.rest;
    at += size;
  }
  return [...streamed, rest.trim()].filter((part) => part !== '');
}

describe('sentences', () => {
  it.each([
    ['Sure. Which day?', ['Sure.', 'Which day?']],
    ['It costs 3.50 dollars. Is that fine?', ['It costs 3.50 dollars.', 'Is that fine?']],
    ['Dr. Lee is in. Mr. Kim is not.', ['Dr. Lee is in.', 'Mr. Kim is not.']],
    ['Come at 3 p.m. We close at 6.', ['Come at 3 p.m.', 'We close at 6.']],
    ['Come at 3 p.m. on Friday.', ['Come at 3 p.m. on Friday.']],
    ['Open 10:30. Closed 18:00.', ['Open 10:30.', 'Closed 18:00.']],
    ['See example.com or mail a.b@example.org. Thanks!', ['See example.com or mail a.b@example.org.', 'Thanks!']],
    ['Go to https://x.org/a?b=1!c. Then wait.', ['Go to https://x.org/a?b=1!c.', 'Then wait.']],
    ['Version 1.2.3 is out. Update.', ['Version 1.2.3 is out.', 'Update.']],
    ['1. Wash the hair. 2. Cut it.', ['1. Wash the hair.', '2. Cut it.']],
    ['10. Ten comes late. a) First this.', ['10. Ten comes late.', 'a) First this.']],
    ['Wait... what? "Yes." He left.', ['Wait... what?', '"Yes."', 'He left.']],
    ['Well… Maybe. Or… maybe not.', ['Well…', 'Maybe.', 'Or… maybe not.']],
    ['"Stop!" he said. (Really.) Fine.', ['"Stop!" he said.', '(Really.)', 'Fine.']],
    ['I said no. Then he left.', ['I said no.', 'Then he left.']],
    ['Take No. 5. It is near.', ['Take No. 5.', 'It is near.']],
    ['Bread, milk etc. We have all. Soap etc. too.', ['Bread, milk etc.', 'We have all.', 'Soap etc. too.']],
    ['J. R. Smith called. It was I. Really.', ['J. R. Smith called.', 'It was I.', 'Really.']],
    ['The U.S. office is open.', ['The U.S. office is open.']],
    ['Great! 🎉 See you 👋 soon. Bye!', ['Great!', '🎉 See you 👋 soon.', 'Bye!']],
    ['First line\nSecond line', ['First line', 'Second line']],
  ])('in English: %j', (text, expected) => {
    expect(cutWhole(text)).toEqual(expected);
  });

  it.each([
    ['Vâng ạ. Anh muốn đặt lịch lúc mấy giờ?', ['Vâng ạ.', 'Anh muốn đặt lịch lúc mấy giờ?']],
    ['Ở TP. HCM có ThS. Lan. Chị ấy giỏi.', ['Ở TP. HCM có ThS. Lan.', 'Chị ấy giỏi.']],
    ['Giá 1.250.000đ. Có trà, bánh, v.v. Anh lấy không?', ['Giá 1.250.000đ.', 'Có trà, bánh, v.v.', 'Anh lấy không?']],
    ['PGS. TS. Hùng ở Q. 3. Dạ.', ['PGS. TS. Hùng ở Q. 3.', 'Dạ.']],
    ['Das ist z.B. am 3. Mai um 10 Uhr. Gut?', ['Das ist z.B. am 3. Mai um 10 Uhr.', 'Gut?']],
    ['Hr. Dr. Weber kommt ca. um zwei. Ja.', ['Hr. Dr. Weber kommt ca. um zwei.', 'Ja.']],
    ['M. Dupont et Mme. Petit arrivent. Bien !', ['M. Dupont et Mme. Petit arrivent.', 'Bien !']],
    ['El Sr. García vive en la Avda. Sol. ¿Viene?', ['El Sr. García vive en la Avda. Sol.', '¿Viene?']],
    ['好的。您想什么时候来？下午三点！', ['好的。', '您想什么时候来？', '下午三点！']],
    ['他说：「好的。」然后走了。', ['他说：「好的。」', '然后走了。']],
    ['真的?当然!走吧。', ['真的?', '当然!', '走吧。']],
    ['はい。三時半ですね。', ['はい。', '三時半ですね。']],
    [
      'สวัสดีค่ะ ยินดีต้อนรับสู่ร้านของเรา วันนี้มีอะไรให้เราช่วยไหมคะ คุณลูกค้าต้องการจองคิวตัดผมหรือเปล่าคะ',
      ['สวัสดีค่ะ ยินดีต้อนรับสู่ร้านของเรา วันนี้มีอะไรให้เราช่วยไหมคะ', 'คุณลูกค้าต้องการจองคิวตัดผมหรือเปล่าคะ'],
    ],
  ])('in other languages: %j', (text, expected) => {
    expect(cutWhole(text)).toEqual(expected);
  });

  it.each([
    ['## Prices\n- **Cut**: $30\n- Wash\n', ['Prices', 'Cut: $30', 'Wash']],
    ['Use *this* one. See [our page](https://x.org/a.b).\n', ['Use this one.', 'See our page.']],
    ['> Quoted `code` here.\n---\nDone.\n', ['Quoted code here.', 'Done.']],
    ['```sh\nls\n```\n', ['ls']],
    ['snake_case and 2 * 3 stay.\n', ['snake_case and 2 * 3 stay.']],
    ['| Day | Price |\n|---|---|\n| Mon | $5 |\n', ['Day, Price', 'Mon, $5']],
  ])('are said without the marks of Markdown: %j', (text, expected) => {
    expect(cutSentences(text).sentences).toEqual(expected);
  });

  it('wait with a stop that may be the middle of a number', () => {
    expect(cutSentences('It is 3.')).toEqual({ sentences: [], rest: 'It is 3.' });
  });

  it.each([
    [
      'Thank you very much for calling us today, how can I help you with that?',
      'Thank you very much for calling us today,',
    ],
    ['Let me look that up for you now — it will take just a moment.', 'Let me look that up for you now —'],
    [
      'Your appointment has been moved to Monday, March 12, 2026 at nine.',
      'Your appointment has been moved to Monday, March 12, 2026 at nine.',
    ],
    [
      'We have bread and butter with cheese, ham, eggs, and tea for you.',
      'We have bread and butter with cheese, ham, eggs, and tea for you.',
    ],
    ['Sure, that is no problem at all for us.', 'Sure, that is no problem at all for us.'],
    [
      'We can offer you the room (with a view, which is nice to have) today.',
      'We can offer you the room (with a view, which is nice to have) today.',
    ],
  ])('begin with a clause, if that is asked for, where it does no harm: %j', (text, first) => {
    expect(cutWhole(`${text} And more, of course, to be said about it.`, { firstClauseWords: 6 })[0]).toBe(first);
  });
});

const scraps = fc.array(
  fc.constantFrom(
    ...[
      'Sure. ',
      'Dr. Who ',
      '3.5 ',
      'a.m. ',
      'What? ',
      'ok ',
      '。',
      '！',
      '」',
      '\n',
      '... ',
      '… ',
      'See x.com. ',
      'No. ',
      'etc. ',
    ],
    ...[
      '5 ',
      '"',
      '" ',
      ')',
      ' (',
      '!',
      ', and then we go ',
      '; ',
      ' — ',
      'v.v. ',
      'TP. ',
      '好的',
      'สวัสดีค่ะ ',
      '🎉',
      '10. ',
      'I. ',
      'A. ',
    ],
    'Long word '.repeat(5),
  ),
  { maxLength: 20 },
);

describe('however the text is streamed', () => {
  it('the sentences are the same, early clauses too', () => {
    fc.assert(
      fc.property(
        scraps,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
        fc.option(fc.integer({ min: 3, max: 8 }), { nil: undefined }),
        (pieces, sizes, firstClauseWords) => {
          const text = pieces.join('');
          fc.pre(longestStretch(text) < 250);
          expect(cutStreamed(text, sizes, firstClauseWords)).toEqual(cutWhole(text, { firstClauseWords }));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('nothing is lost, nothing doubled, and none is endless', () => {
    const letters = (parts: readonly string[]) => parts.join('').replaceAll(/[^\p{L}\p{N}]/gu, '');
    fc.assert(
      fc.property(
        fc.oneof(
          scraps.map((pieces) => pieces.join('')),
          fc.string({ maxLength: 1_200 }),
        ),
        fc.integer({ min: 1, max: 400 }),
        (text, size) => {
          const streamed = cutStreamed(text, [size]);
          expect(letters(streamed)).toBe(letters([text]));
          for (const sentence of streamed) expect(sentence.length).toBeLessThanOrEqual(310);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each(['a. ', '... ', 'x', '" ', ', and so we go ', '\n', '。', '— '])(
    'long texts take time in proportion: %j',
    (piece) => {
      const time = (count: number) => {
        const text = piece.repeat(Math.ceil(count / piece.length));
        const startedMs = performance.now();
        cutSentences(text, { firstClauseWords: 5 });
        return performance.now() - startedMs;
      };
      time(5_000);
      expect(time(200_000)).toBeLessThan(5_000);
    },
  );
});

/** A bound on the longest sentence that could come of it. */
function longestStretch(text: string): number {
  return Math.max(0, ...text.split('\n').map((line) => line.length));
}
