import type { LookupFunction } from 'node:net';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { expect, it } from 'vitest';
import { createRecognizer, createSynthesizer } from '../registry.ts';
import { accountOfSettings, addressOf, azureAccount } from './azure-account.ts';
import { defaultVoice, spokenLocale } from './azure-voices.ts';
import { heardLocale } from './heard-languages.ts';

it('is configured by key and region, or by the address of a server of one’s own', () => {
  expect(accountOfSettings({})).toBeUndefined();
  expect(accountOfSettings({ AZURE_SPEECH_KEY: 'k' })).toBeUndefined();
  expect(accountOfSettings({ AZURE_SPEECH_KEY: 'k', AZURE_SPEECH_REGION: 'eastus' })).toEqual({
    key: 'k',
    region: 'eastus',
  });
  expect(accountOfSettings({ AZURE_SPEECH_HOST: 'http://localhost:5000' })).toEqual({ host: 'http://localhost:5000' });
  expect(azureAccount.safeParse({ key: 'k', region: 'evil.example.com/' }).success).toBe(false);
});

it('says what is missing', () => {
  const context = { clock: createSystemClock(), onError: () => undefined };
  expect(() => createRecognizer({ name: 'azure-speech' }, {}, context)).toThrow(
    'Azure Speech: set what it needs of AZURE_SPEECH_KEY, AZURE_SPEECH_REGION, AZURE_SPEECH_HOST',
  );
});

it('dials the host with its own path and query, and never with the key in the address', () => {
  const sdkUri =
    'ws://127.0.0.1:4100/speech/x?language=vi-VN&Ocp-Apim-Subscription-Key=SECRET&connectionId=1&X-ConnectionId=1';
  expect(addressOf(sdkUri, { host: 'http://127.0.0.1:4100/fault=silent/?tenant=a' }).href).toBe(
    'ws://127.0.0.1:4100/fault=silent/speech/x?language=vi-VN&X-ConnectionId=1&tenant=a',
  );
  expect(
    addressOf('wss://eastus.stt.speech.microsoft.com/a?authorization=SECRET', { key: 'k', region: 'eastus' }).href,
  ).toBe('wss://eastus.stt.speech.microsoft.com/a');
});

it.each([
  ['southeastasia', 'southeastasia.stt.speech.microsoft.com', 'southeastasia.tts.speech.microsoft.com'],
  ['chinaeast2', 'chinaeast2.stt.speech.azure.cn', 'chinaeast2.tts.speech.azure.cn'],
])('reaches the hosts of %s by the look-up of names that it is held to', async (region, hearing, speaking) => {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname);
    callback(new Error('That address is not for tenants.'), '', 4);
  };
  const clock = createSystemClock();
  const context = { clock, lookup, onError: () => undefined };
  const accounts = { 'azure-speech': { key: 'k', region } };
  const scope = new AbortController();
  const recognizer = createRecognizer({ name: 'azure-speech' }, accounts, context);
  const failures: string[] = [];
  const failed = Promise.withResolvers<void>();
  const stream = recognizer.open({ language: 'vi', vocabularyId: '', signal: scope.signal }, (event) => {
    if (event.type === 'failed') failures.push(event.code);
    failed.resolve();
  });
  stream.utteranceStarted([]);
  await failed.promise;
  const synthesizer = createSynthesizer({ name: 'azure-speech' }, accounts, context);
  const request = { text: 'hi', language: 'en', voice: undefined, tone: 'neutral', ssml: undefined } as const;
  const refused = Promise.withResolvers<void>();
  synthesizer.synthesize(
    { ...request, passage: undefined, signal: scope.signal },
    {
      audio: () => undefined,
      words: () => undefined,
      done: refused.resolve,
      failed(code) {
        failures.push(code);
        refused.resolve();
      },
    },
  );
  await refused.promise;
  expect(failures).toEqual(['provider_unreachable', 'provider_unreachable']);
  expect(asked).toEqual([hearing, speaking]);
  scope.abort();
  await Promise.all([recognizer.close(), synthesizer.close()]);
});

it('takes languages as people write them', () => {
  expect(['vi', 'vi-VN', 'EN-us', 'en-ZW', 'es', 'la'].map(heardLocale)).toEqual([
    'vi-VN',
    'vi-VN',
    'en-US',
    'en-US',
    'es-ES',
    undefined,
  ]);
  expect(['vi', 'en-GB', 'la'].map(defaultVoice)).toEqual(['vi-VN-HoaiMyNeural', 'en-GB-SoniaNeural', undefined]);
  expect(['vi', 'en-gb', 'la'].map(spokenLocale)).toEqual(['vi-VN', 'en-GB', 'la']);
});
