import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { registryEngines } from '@parley/speech/router/registry-engines.ts';
import { createSpeechRouter } from '@parley/speech/router/speech-router.ts';
import { afterEach, expect, it } from 'vitest';
import { createServerSpeech } from './server-speech.ts';

const server = { recognizers: ['embedded'], voices: ['embedded?defaultVoice=rms'], accounts: {} };
const router = createSpeechRouter({
  clock: createSystemClock(),
  onError: () => {},
  server,
  cache: undefined,
  isPersonal: () => false,
});
afterEach(() => router.close());

async function checked(speech: { readonly recognizers?: string[]; readonly voices?: string[] }) {
  const check = await createServerSpeech({
    router,
    accounts: { of: async () => ({ 'openai-compatible': { baseUrl: 'https://models.example.com' } }), forget() {} },
    settings: { of: async () => undefined, forget() {} },
    server: { engines: server, accounts: {}, prices: undefined, directory: registryEngines },
  }).checkFor('org');
  return check(speech, 'en-US').errors;
}

it.each([
  ['a program', { voices: ['espeak?command=/bin/sh'] }],
  ['a folder', { recognizers: ['sherpa?folder=/etc'] }],
  ['threads', { recognizers: ['embedded?workers=16'] }],
  ['an address', { voices: ['openai-compatible?headers=%7B%22x%22%3A%22http%3A%2F%2F10.0.0.1%22%7D'] }],
])('the agent that a tenant publishes names no %s of this machine', async (_what, speech) => {
  expect(await checked(speech)).toHaveLength(1);
});

it('what the server itself is set to, and engines without options, anybody may name', async () => {
  expect(await checked({ recognizers: ['embedded'], voices: ['embedded?defaultVoice=rms', 'espeak'] })).toEqual([]);
});
