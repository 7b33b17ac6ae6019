import type { Brain } from '@parley/fakes/brain.ts';
import { createSpeechBrain } from '@parley/fakes/brains/speech-brain.ts';
import { receptionistVocabulary } from '@parley/fakes/calls/hold-call.ts';
import type { RunningFake } from '@parley/fakes/fake-vendor.ts';
import { fakes } from '@parley/fakes/registry.ts';
import { type ServerProcess, startServerProcess } from '@parley/server/testing/server-process.ts';
import { createEmbeddedRecognizer } from '@parley/speech/embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { speaksLanguage } from '@parley/speech/provider/languages.ts';
import { listEngines } from '@parley/speech/registry.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const language = 'en-US';
const sentence = 'I would like to book a haircut';
const password = 'violet teapot on mars';

let brain: Brain;
const running: RunningFake[] = [];
let server: ServerProcess;
let token = '';
let reference: Uint8Array<ArrayBuffer>;

/** The server knows the vendors by nothing but the settings of its environment. */
beforeAll(async () => {
  brain = await createSpeechBrain({
    recognizer: createEmbeddedRecognizer({ workers: 1 }),
    synthesizer: createEmbeddedSynthesizer(),
    vocabulary: await receptionistVocabulary(),
  });
  for (const fake of fakes) running.push(await fake.start({ port: 0, brain }));
  server = await startServerProcess({
    env: {
      ...Object.assign({}, ...running.map(({ environment }) => environment)),
      PARLEY_ADMIN_PASSWORD: password,
      SPEECH_CACHE_MB: '0',
    },
  });
  const signedIn = await ask('/v1/auth/sign-in', JSON.stringify({ email: 'admin@localhost', password }));
  token = z.object({ access_token: z.string() }).parse(await signedIn.json()).access_token;
  reference = await say('embedded');
}, 240_000);
afterAll(async () => {
  await server?.stop();
  for (const fake of running) await fake.close();
  await brain?.close();
}, 60_000);

describe('through a whole server, by the settings of its environment alone', () => {
  it.each(enginesOf('recognizer'))('$name hears what was said', async ({ name, provider }) => {
    const before = sentTo(provider);
    expect(await hear(name, reference)).toBe(sentence.toLowerCase());
    expect(sentTo(provider)).toBeGreaterThan(before);
  });

  it.each(enginesOf('synthesizer'))('$name says what is written', async ({ name, provider }) => {
    const before = sentTo(provider);
    const said = await say(name);
    expect(sentTo(provider)).toBeGreaterThan(before);
    // As it is understood by one that hears as well.
    expect(await hear('deepgram?finalTimeoutMs=10000', said)).toBe(sentence.toLowerCase());
  });
});

/** Every engine of a provider that has a fake, where it knows English. */
function enginesOf(kind: 'recognizer' | 'synthesizer') {
  return listEngines(kind).flatMap(({ name, provider }) => {
    const engines = kind === 'recognizer' ? provider.recognizers : provider.synthesizers;
    const knows = engines[name]?.languagesOf({});
    const isHere = fakes.some((fake) => fake.name === provider.name);
    return isHere && knows !== undefined && speaksLanguage(knows, language) ? [{ name, provider: provider.name }] : [];
  });
}

function sentTo(provider: string): number {
  return running.find(({ name }) => name === provider)?.journal.entries.length ?? 0;
}

async function say(engine: string): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await ask('/v1/synthesize', JSON.stringify({ text: sentence, language, engine }));
  return new Uint8Array(await answer.arrayBuffer());
}

async function hear(engine: string, wav: Uint8Array<ArrayBuffer>): Promise<string> {
  const query = new URLSearchParams({ language, engine });
  const answer = await ask(`/v1/transcribe?${query}`, wav, 'audio/wav');
  const { text } = z.object({ text: z.string() }).parse(await answer.json());
  return text.toLowerCase().replace(/[.,!?]/g, '');
}

async function ask(path: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/json'): Promise<Response> {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': type, ...(token !== '' && { authorization: `Bearer ${token}` }) },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  expect(answer.status, answer.ok ? '' : await answer.clone().text()).toBeLessThan(300);
  return answer;
}
