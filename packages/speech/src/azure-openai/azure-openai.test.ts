import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { azureOpenaiFake } from '@parley/fakes/azure-openai/azure-openai-fake.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createToneBrain } from '@parley/fakes/brains/tone-brain.ts';
import { openEar } from '@parley/fakes/conformance/ear.ts';
import { beginSpeaking } from '@parley/fakes/conformance/spoken.ts';
import { fakeKey, type RunningFake } from '@parley/fakes/fake-vendor.ts';
import { generateText } from 'ai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  accountsOf,
  createLanguageModel,
  createRecognizer,
  createSynthesizer,
  parseEngineChoice,
} from '../registry.ts';

const context = { clock: createSystemClock(), onError: () => {} };
const sentence = 'tomorrow afternoon please';
let brain: Brain;
let fake: RunningFake;
let sound: Int16Array;

beforeEach(async () => {
  brain = createToneBrain();
  fake = await azureOpenaiFake.start({ port: 0, brain });
  sound = (await brain.speak(sentence, 'en', new AbortController().signal)).samples;
});
afterEach(async () => {
  await fake.close();
  await brain.close();
});

const version = { 'api-version': ['2025-04-01-preview'] };
const key = { 'api-key': fakeKey };

describe('a resource of Azure, by its settings in the environment', () => {
  it('hears by a deployment, in the form of the model that it is of', async () => {
    const choice = parseEngineChoice('azure-openai?deployment=our-transcriber&partials=no');
    const ear = openEar(createRecognizer(choice, accountsOf(fake.environment), context), 'en-US');
    ear.say(sound);
    expect((await ear.final(1)).confidence).toBeCloseTo(0.95);
    expect(fake.journal.requests).toMatchObject([
      {
        path: '/openai/deployments/our-transcriber/audio/transcriptions',
        query: version,
        headers: key,
        body: { model: 'our-transcriber', stream: 'true', 'include[]': 'logprobs', language: 'en' },
      },
    ]);
    expect(fake.journal.requests[0]?.headers).not.toHaveProperty('authorization');
    ear.abort();
  });

  it('hears over a WebSocket, its deployment named in the session', async () => {
    const choice = parseEngineChoice('azure-openai-realtime?model=gpt-4o-mini-transcribe&deployment=our-transcriber');
    const ear = openEar(createRecognizer(choice, accountsOf(fake.environment), context), 'en-US', 'mulaw');
    ear.say(sound);
    expect((await ear.final(1)).text).toBe(sentence);
    expect(fake.journal.requests).toMatchObject([{ path: '/openai/v1/realtime', headers: key }]);
    expect(fake.journal.requests[0]?.query).toEqual({ intent: ['transcription'] });
    expect(fake.journal.messages[0]).toMatchObject({
      session: { audio: { input: { transcription: { model: 'our-transcriber', language: 'en' } } } },
    });
    ear.abort();
  });

  it('speaks by a deployment', async () => {
    const voice = createSynthesizer({ name: 'azure-openai' }, accountsOf(fake.environment), context);
    const { samples } = await beginSpeaking(voice, { text: sentence, language: 'en-US' }).whole();
    expect(samples).toHaveLength(sound.length);
    expect(fake.journal.requests).toMatchObject([
      {
        path: '/openai/deployments/gpt-4o-mini-tts/audio/speech',
        query: version,
        headers: key,
        body: { voice: 'alloy' },
      },
    ]);
  });

  it.each(['azure', 'azure-openai'])('thinks by a deployment: %s', async (name) => {
    const model = createLanguageModel(
      { name, options: { model: 'gpt-4o-mini' } },
      accountsOf(fake.environment),
      context,
    );
    const { text } = await generateText({ model, prompt: 'good morning' });
    expect(text).toBe('You said: good morning');
    expect(fake.journal.requests).toMatchObject([
      { path: '/openai/deployments/gpt-4o-mini/chat/completions', query: version, headers: key },
    ]);
  });
});

it.each(['', '/', '/openai', '/openai/', '/openai/v1'])('its address may end in "%s"', async (end) => {
  const accounts = { 'azure-openai': { apiKey: fakeKey, endpoint: `${fake.url}${end}` } };
  const ear = openEar(
    createRecognizer({ name: 'azure-openai', options: { partials: false } }, accounts, context),
    'en',
  );
  ear.say(sound);
  expect((await ear.final(1)).text).toBe(sentence);
  ear.abort();
});

it('a deployment that is not there is told in Azure’s words', async () => {
  const choice = parseEngineChoice('azure-openai?deployment=nothing');
  const ear = openEar(createRecognizer(choice, accountsOf(fake.environment), context), 'en');
  ear.say(sound);
  await expect(ear.final(1)).rejects.toThrow(/provider_refused/);
  expect(ear.failure?.message).toMatch(/^Azure OpenAI: 404 DeploymentNotFound The API deployment/);
});
