import { expect, it } from 'vitest';
import { createHeardPhrases } from './heard-phrases.ts';

const phrase = (display: string, confidence: number, offsetMs: number, durationMs: number) =>
  JSON.stringify({
    RecognitionStatus: 'Success',
    Offset: offsetMs * 10_000,
    Duration: durationMs * 10_000,
    NBest: [
      {
        Confidence: confidence,
        Display: display,
        Words: [{ Word: display.toLowerCase(), Offset: offsetMs * 10_000, Duration: durationMs * 10_000 }],
      },
      { Confidence: 0.1, Display: 'Never this.' },
    ],
  });

it('joins what the service settles around a pause into one utterance', () => {
  const heard = createHeardPhrases();
  expect(heard.partial('my name')).toBe('my name');
  heard.add(phrase('Yes.', 0.9, 100, 300));
  expect(heard.partial('my name')).toBe('Yes. my name');
  heard.add(phrase('Ann.', 0.5, 6000, 100));
  expect(heard.text).toBe('Yes. Ann.');
  expect(heard.words).toEqual([
    { text: 'yes.', startMs: 100, endMs: 400 },
    { text: 'ann.', startMs: 6000, endMs: 6100 },
  ]);
  // By how long each is.
  expect(heard.confidence).toBeCloseTo(0.8);
});

it('takes silence and babble for nothing said', () => {
  const heard = createHeardPhrases();
  for (const RecognitionStatus of ['NoMatch', 'InitialSilenceTimeout', 'BabbleTimeout']) {
    expect(heard.add(JSON.stringify({ RecognitionStatus, Offset: 0, Duration: 0 }))).toBe(true);
  }
  expect([heard.text, heard.confidence, heard.words]).toEqual(['', 0, []]);
});

it('says so when a phrase is none', () => {
  expect(createHeardPhrases().add('{"RecognitionStatus":')).toBe(false);
  expect(createHeardPhrases().add('{"NBest": "x"}')).toBe(false);
});
