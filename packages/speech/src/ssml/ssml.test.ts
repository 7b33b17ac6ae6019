import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createEmbeddedSynthesizer } from '../embedded/embedded-synthesizer.ts';
import { speak } from '../testing/voice-loop.ts';
import { parseSsml } from './parse-ssml.ts';
import { ssmlToSegments, ssmlToSsml } from './ssml-speech.ts';
import { escapeSsml, ssmlToText } from './ssml-text.ts';

const plain = (text: string) => [{ source: text, spoken: text.trim() }];
const segments = (ssml: string) => ssmlToSegments(parseSsml(ssml) ?? [], 'en-US', plain);
const said = (ssml: string) =>
  segments(ssml)
    .flatMap(({ pieces }) => pieces.map(({ spoken }) => spoken))
    .join(' ');

describe('SSML is read', () => {
  it.each([
    ['One<break time="500ms"/>two', 'One two'],
    ['<speak>Hello <emphasis level="strong">there</emphasis>!</speak>', 'Hello there!'],
    ['Tom &amp; Jerry &lt;3 &#65;&#x42;', 'Tom & Jerry <3 AB'],
    ["<sub alias='World Wide Web'>WWW</sub>", 'WWW'],
    ['<p><s>One.</s><s>Two.</s></p>', 'One. Two.'],
    ['<amazon:effect name="x">soft</amazon:effect> words', 'soft words'],
  ])('%s', (ssml, text) => {
    expect(parseSsml(ssml)).toBeDefined();
    expect(ssmlToText(ssml)).toBe(text);
  });

  it.each([
    ['a < b and c', 'a < b and c'],
    ['Tom & Jerry', 'Tom & Jerry'],
    ['<break time="1s">never closed', 'never closed'],
    ['<b>crossed <i>over</b></i>', 'crossed over'],
    ['<prosody rate=fast>bare</prosody>', 'bare'],
    ['<!-- hidden -->text', 'text'],
    ['&unknown; text', '&unknown; text'],
    ['<s rate="a" rate="b">twice</s>', 'twice'],
    [`${'<s>'.repeat(20)}${'</s>'.repeat(20)}deep`, 'deep'],
  ])('and what is malformed is its text: %s', (ssml, text) => {
    expect(parseSsml(ssml)).toBeUndefined();
    expect(ssmlToText(ssml)).toBe(text);
  });

  it('and any text that was escaped comes out the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/[\p{Cc}]/u.test(text));
        const expected = text.replace(/\s+/g, ' ').trim();
        expect(ssmlToText(escapeSsml(text))).toBe(expected);
        expect(parseSsml(`<sub alias="${escapeSsml(text)}">x</sub>`)).toEqual([
          { kind: 'sub', alias: text, children: [{ kind: 'text', text: 'x' }] },
        ]);
      }),
    );
  });

  it('and nothing makes it fail or take long', () => {
    const scrap = fc.constantFrom(
      '<',
      '>',
      '&',
      ';',
      '<s>',
      '</s>',
      '<break/>',
      '"',
      '=',
      ' rate="',
      'x',
      '<!--',
      '&amp;',
      '/',
    );
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 40 }), (parts) => {
        const ssml = parts.join('');
        expect(typeof ssmlToText(ssml)).toBe('string');
        const nodes = parseSsml(ssml);
        if (nodes !== undefined) expect(parseSsml(ssmlToSsml(nodes, 'en-US'))).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
    for (const part of ['<', '<a ', '&', '<a b="', '<s>']) {
      const startedMs = performance.now();
      ssmlToText(part.repeat(9_000));
      expect(performance.now() - startedMs).toBeLessThan(5000);
    }
  });
});

describe('a voice that cannot read SSML', () => {
  it('says what is meant', () => {
    expect(said('<say-as interpret-as="characters">AB1</say-as>')).toBe('A B one');
    expect(said('<say-as interpret-as="digits">405</say-as>')).toBe('four zero five');
    expect(said('<say-as interpret-as="ordinal">3</say-as>')).toBe('third');
    expect(said('<say-as interpret-as="cardinal">2026</say-as>')).toBe('two thousand twenty-six');
    expect(said('<say-as interpret-as="date" format="mdy">12/05/2026</say-as>')).toBe(
      'December fifth, twenty twenty-six',
    );
    expect(said('<sub alias="World Wide Web">WWW</sub>')).toBe('World Wide Web');
  });

  it('pauses and changes its pace where it is told to', () => {
    const found = segments('One<break time="1.5s"/>two <prosody rate="fast">three</prosody><break strength="strong"/>');
    expect(found.map(({ rate, pauseAfterMs }) => [rate, pauseAfterMs])).toEqual([
      [1, 1500],
      [1, 0],
      [1.25, 0],
      [1, 700],
    ]);
  });

  it('puts no silence behind a last sentence: whoever waits for its end need not', () => {
    expect(segments('<s>One.</s><s>Two.</s>').map(({ pauseAfterMs }) => pauseAfterMs)).toEqual([250, 0]);
  });

  it('is never made to pause for minutes', () => {
    expect(segments('a<break time="500s"/>b')[0]?.pauseAfterMs).toBe(10_000);
  });
});

it('a voice that can read it is given clean SSML with the numbers in words', () => {
  const nodes = parseSsml('It is <prosody rate="80%" pitch="+2st">$5 &amp; more</prosody><break time="1s"/><x>now</x>');
  expect(ssmlToSsml(nodes ?? [], 'en-US')).toBe(
    '<speak>It is <prosody rate="80%" pitch="+12%">five dollars and more</prosody><break time="1000ms"/>now</speak>',
  );
});

describe('the embedded voice', () => {
  const synthesizer = createEmbeddedSynthesizer();
  afterAll(() => synthesizer.close());

  it('is silent for as long as a break says, and tells its words in the right places', async () => {
    const text = 'Your code is 4 7. Thank you.';
    const without = await speak(synthesizer, text, { ssml: 'Your code is 4 7. Thank you.' });
    const { samples, words } = await speak(synthesizer, text, {
      ssml: 'Your code is 4 7.<break time="1s"/> Thank you.',
    });
    expect((samples.length - without.samples.length) / 16).toBeGreaterThan(700);
    expect(words.map((word) => word.text)).toEqual(text.split(' '));
    const gapMs = (words[5]?.startMs ?? 0) - (words[4]?.endMs ?? 0);
    expect(gapMs).toBeGreaterThan(950);
    expect(gapMs).toBeLessThan(1_250);
    const inGap = samples.subarray(((words[4]?.endMs ?? 0) + 150) * 16, ((words[5]?.startMs ?? 0) - 100) * 16);
    expect(inGap.every((sample) => Math.abs(sample) < 200)).toBe(true);
  });

  it('is slower where it should be, and speaks the text when the SSML is malformed', async () => {
    const slow = await speak(synthesizer, 'See you on Friday.', {
      ssml: '<prosody rate="50%">See you on Friday.</prosody>',
    });
    const even = await speak(synthesizer, 'See you on Friday.');
    expect(slow.samples.length / even.samples.length).toBeGreaterThan(1.7);
    const broken = await speak(synthesizer, 'See you on Friday.', { ssml: '<prosody rate="50%">See you on Friday.' });
    expect(broken.samples).toEqual(even.samples);
  });
});
