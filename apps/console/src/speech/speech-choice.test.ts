import { ApiError } from '@parley/client/api-error.ts';
import { speechSettingsSchema } from '@parley/contract/speech-settings.ts';
import { expect, test } from 'vitest';
import { added, choiceOf, maxEngines, moved, refusalOf, type SpeechSettings, settingsOf } from './speech-choice.ts';

const choices = ['one', 'two', 'three'].map((engine) => ({ engine, voice: undefined }));
const names = (list: readonly { readonly engine: string }[]) => list.map(({ engine }) => engine).join(' ');

test('settings that are shown and saved without a change stay as they were, also what the form does not show', () => {
  const before: SpeechSettings = {
    recognizers: ['deepgram?model=nova-2', 'embedded'],
    voices: ['embedded', { engine: 'elevenlabs', voice: 'v1' }],
    by_locale: { 'vi-VN': { voices: [{ engine: 'elevenlabs', voice: 'v2' }] } },
    fallbacks: 'server',
    cache: false,
    limits: { elevenlabs: 5 },
    prices: { currency: 'USD', engines: { embedded: { per_minute: 0 } } },
  };
  expect(speechSettingsSchema.parse(before)).toEqual(before);
  expect(settingsOf(choiceOf(before), before)).toEqual(before);
  const explicit = { ...before, fallbacks: 'none' as const };
  expect(settingsOf(choiceOf(explicit), explicit)).toEqual(explicit);
  expect(settingsOf(choiceOf({}), {})).toBeNull();
});

test('an order that is emptied gives way to the next: of the language to all languages, of all to the server', () => {
  const before = { recognizers: ['embedded'], by_locale: { vi: { recognizers: ['deepgram'] } }, cache: true };
  const choice = choiceOf(before);
  const nobody = { recognizers: [], voices: [] };
  expect(settingsOf({ ...choice, byLanguage: { vi: nobody } }, before)).toEqual({
    recognizers: ['embedded'],
    cache: true,
  });
  expect(settingsOf({ ...choice, all: nobody, byLanguage: {} }, before)).toEqual({ cache: true });
  expect(settingsOf({ ...choice, all: nobody, byLanguage: {} }, { recognizers: ['embedded'] })).toBeNull();
});

test('what is chosen is what the server takes', () => {
  const voices = [{ engine: 'elevenlabs', voice: 'v1' }, ...choices.slice(0, 1)];
  const settings = settingsOf({ ...choiceOf(), all: { recognizers: choices, voices }, hasServerBehind: true });
  expect(speechSettingsSchema.parse(settings)).toEqual({
    recognizers: ['one', 'two', 'three'],
    voices: [{ engine: 'elevenlabs', voice: 'v1' }, 'one'],
    fallbacks: 'server',
  });
});

test('engines are moved, and neither over the ends nor twice nor more than may be', () => {
  expect(names(moved(choices, 2, -1))).toBe('one three two');
  expect(names(moved(choices, 0, 1))).toBe('two one three');
  expect(moved(choices, 0, -1)).toBe(choices);
  expect(moved(choices, 2, 1)).toBe(choices);
  const first = choices[0] ?? { engine: '', voice: undefined };
  expect(added(choices, first)).toBe(choices);
  const full = added(choices, { engine: 'one', voice: 'v1' });
  expect(full).toHaveLength(maxEngines);
  expect(added(full, { engine: 'five', voice: undefined })).toBe(full);
});

test('a refusal says what is wrong with each engine, once', () => {
  const message = 'Deepgram Aura does not know vi-VN. These do: elevenlabs.';
  const refused = (details: unknown) =>
    new ApiError({
      ...{ status: 400, code: 'speech_invalid', message: 'See details.', details },
      ...{ traceId: undefined, retryAfterMs: undefined },
    });
  expect(refusalOf(refused({ problems: [{ message }, { message }] }))).toEqual([message]);
  const failed = refusalOf(refused({ reason: 'provider_unauthorized', message: 'invalid_api_key' }));
  expect(failed).toEqual([expect.stringMatching(/does not accept the key/), 'invalid_api_key']);
  expect(refusalOf(refused({ reason: 'something_new' }))).toEqual(['See details.']);
  expect(refusalOf(refused(undefined))).toEqual(['See details.']);
  expect(refusalOf(new TypeError('Failed to fetch'))).toEqual(['Failed to fetch']);
});
