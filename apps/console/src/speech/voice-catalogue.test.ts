import { expect, test } from 'vitest';
import {
  languagesOf,
  languageTitle,
  offeredRecognizers,
  offeredSynthesizers,
  type ProviderView,
  sentenceIn,
  titleOf,
  voicesFor,
} from './voice-catalogue.ts';

const voices = [
  { engine: 'fine', voice: 'a', title: 'Ann', language: 'en-US' },
  { engine: 'fine', voice: 'm', title: 'Mai', language: 'vi-VN' },
  { engine: 'fine?speed=2', voice: 'a', title: 'Ann', language: 'en-US' },
  { engine: 'other', voice: 'x', title: 'Xa', language: 'multi lingual' },
];

test('only those can be chosen with whom there is an account, or who need none; with options, those that are named', () => {
  const providers = [provider('fine', 'organization'), provider('near', 'not_needed'), provider('far', 'none')];
  expect(offeredRecognizers(providers).map(({ value }) => value)).toEqual(['fine', 'near']);
  expect(offeredSynthesizers(providers, voices)).toEqual([
    { value: 'fine', title: 'The fine' },
    { value: 'near', title: 'The near' },
    { value: 'fine?speed=2', title: 'The fine (speed=2)' },
  ]);
  expect(titleOf('gone?a=1&b=2', [])).toBe('gone (a=1, b=2)');
});

test("a language's own voices come before those that speak it as foreigners", () => {
  expect(voicesFor(voices, 'fine', 'vi')).toEqual({ native: [voices[1]], other: [voices[0]] });
  expect(voicesFor(voices, 'fine', undefined)).toEqual({ native: [voices[0], voices[1]], other: [] });
});

test('languages are called by their names, and what is no language is not offered as one', () => {
  expect(languagesOf(voices)).toEqual([
    { value: 'en-US', title: 'American English' },
    { value: 'vi-VN', title: 'Vietnamese (Vietnam)' },
  ]);
  expect(languageTitle('multi lingual')).toBe('multi lingual');
});

test('a voice is tried with a sentence of its language where there is one', () => {
  expect(sentenceIn('vi-VN')).toMatch(/^Xin chào/);
  expect(sentenceIn('sw')).toMatch(/^Hello/);
});

function provider(name: string, source: ProviderView['account']['source']): ProviderView {
  const engine = { name, title: `The ${name}`, options_schema: {}, languages: 'any' } as const;
  const abilities = { phone_audio: false, word_times: false };
  return {
    ...{ provider: name, title: name, account_schema: {}, takes_account: true, language_models: [] },
    account: { source, label: null, hint: null, values: {}, updated_at: null },
    recognizers: [
      { ...engine, abilities: { ...abilities, partials: true, turn_events: false, vocabulary: 'none' as const } },
    ],
    synthesizers: [{ ...engine, abilities: { ...abilities, ssml: false, stitching: false } }],
  };
}
