import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { describe, expect, test } from 'vitest';
import { accountsOf, createRecognizer, createSynthesizer, parseEngineChoice, requireLanguage } from '../registry.ts';
import { deepgramTarget } from './deepgram-account.ts';
import { novaLanguage } from './nova-languages.ts';

const context = { clock: createSystemClock(), onError: () => {} };
const accounts = accountsOf({ DEEPGRAM_API_KEY: 'key', DEEPGRAM_BASE_URL: 'https://api.deepgram.com' });

describe('Deepgram as a provider', () => {
  test('is there once its key is set, at its own address or another', () => {
    expect(accountsOf({ DEEPGRAM_BASE_URL: 'https://api.deepgram.com' }).deepgram).toBeUndefined();
    expect(accounts.deepgram).toEqual({ apiKey: 'key', baseUrl: 'https://api.deepgram.com' });
    const own = { apiKey: 'key', baseUrl: 'http://localhost:8080/deepgram/' };
    expect(deepgramTarget(own, '/v1/speak', [['model', 'a b']])).toEqual({
      url: 'http://localhost:8080/deepgram/v1/speak?model=a+b',
      headers: { authorization: 'Token key' },
    });
  });

  test('names who knows a language that it does not', () => {
    expect(() => requireLanguage('recognizer', parseEngineChoice('deepgram'), 'vi-VN')).not.toThrow();
    expect(() => requireLanguage('recognizer', parseEngineChoice('deepgram-flux'), 'vi-VN')).toThrow(
      /Deepgram Flux does not know vi-VN. These do: deepgram,?/,
    );
    expect(() => requireLanguage('synthesizer', parseEngineChoice('deepgram'), 'vi')).toThrow(/Deepgram Aura/);
  });

  test.each([
    ['deepgram?endpointing=5', /endpointing/],
    ['deepgram?utteranceEndMs=200', /utteranceEndMs/],
    ['deepgram?modle=nova-3', /modle/],
    ['deepgram-flux?eotThreshold=1', /eotThreshold/],
    ['deepgram-flux?eotThreshold=0.6&eagerEotThreshold=0.7', /eagerEotThreshold must not be above/],
  ])('says what is wrong with %s', (choice, message) =>
    expect(() => createRecognizer(parseEngineChoice(choice), accounts, context)).toThrow(message),
  );

  test('says what is wrong with a voice that is none of its own', () =>
    expect(() => createSynthesizer(parseEngineChoice('deepgram?voice=alloy'), accounts, context)).toThrow(/voice/));

  test.each([
    ['nova-3', 'en-gb', 'en-GB'],
    ['nova-3', 'en-IE', 'en'],
    ['nova-3', 'vi-VN', 'vi'],
    ['nova-3', 'nb-NO', 'no'],
    ['nova-3', 'zh-TW', 'zh-TW'],
    ['nova-2-phonecall', 'en-US', 'en'],
  ])('asks %s for %s as %s', (model, wanted, tag) => expect(novaLanguage(model, wanted)).toBe(tag));
});
