import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Recognizer, RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createEmbeddedRecognizer } from '@parley/speech/embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { speaksLanguage } from '@parley/speech/provider/languages.ts';
import type { Provider } from '@parley/speech/provider/provider.ts';
import {
  type Accounts,
  accountsOf,
  createRecognizer,
  createSynthesizer,
  providerSettings,
  providers,
} from '@parley/speech/registry.ts';
import { speechRouterDefaults } from '@parley/speech/router/router-options.ts';
import { createSpeechRouter, type SpeechRouter } from '@parley/speech/router/speech-router.ts';
import { bookingScript } from '@parley/speech/scripted/script.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Brain } from '../brain.ts';
import { createSpeechBrain } from '../brains/speech-brain.ts';
import { createToneBrain } from '../brains/tone-brain.ts';
import { turns } from '../conformance/steerable-clock.ts';
import { plainWords } from '../conformance/subject.ts';
import type { FakeVendor } from '../fake-vendor.ts';
import { fakes } from '../registry.ts';
import { type HeldCall, holdCall, receptionistVocabulary } from './hold-call.ts';

const language = 'en-US';
/** Providers without a fake, and why; all others are called. */
const withoutFake: Readonly<Record<string, string>> = {
  embedded: 'the call that the others are compared with',
  espeak: 'a program of the system, and only a voice',
  scripted: 'it hears its script whatever is said: see the call of its own',
  sherpa: 'models in a folder of the user’s: none is here that knows English',
};
/** Vendors answer within a second of real time; what hears behind their fakes is this machine, and it may be busy with other tests. */
const patience: Readonly<Record<string, string>> = {
  deepgram: '?finalTimeoutMs=5000',
  'deepgram-flux': '?turnWaitMs=5000',
};
const routerPatienceMs = 9000;
const context = { clock: createSystemClock(), onError: () => {} };

const tones = createToneBrain();
const toneLines = async () => {
  const all = await Promise.all(bookingScript.map((line) => tones.speak(line, language, AbortSignal.timeout(10_000))));
  return all.map(({ samples }) => samples);
};

let vocabulary: RecognizerVocabulary;
let lines: readonly Int16Array[];
let brain: Brain;
let recognizer: Recognizer;
let synthesizer: Synthesizer;
let keepPace: () => Promise<void>;
let embedded: HeldCall;

beforeAll(async () => {
  vocabulary = await receptionistVocabulary();
  // One worker: what was written to it first is heard first.
  recognizer = createEmbeddedRecognizer({ workers: 1, maxDecoders: 4 });
  synthesizer = createEmbeddedSynthesizer();
  const voice = createEmbeddedSynthesizer({ defaultVoice: 'rms' });
  lines = (await Promise.all(bookingScript.map((line) => speak(voice, line)))).map(({ samples }) => samples);
  await voice.close();
  brain = await createSpeechBrain({ recognizer, synthesizer, vocabulary });
  keepPace = createPace(recognizer);
  embedded = await holdCall(recognizer, synthesizer, vocabulary, lines);
}, 60_000);
afterAll(() => brain.close());

test('with the embedded parts the caller is understood to the word, and the appointment is in the book', () => {
  expect(embedded.failures).toEqual([]);
  expect(embedded.turns.flatMap(({ caller }) => caller ?? [])).toEqual(bookingScript.map(plainWords));
  expect(embedded.turns.every(({ agent, heard }) => agent !== '' && heard === agent)).toBe(true);
  expect(embedded.bookings).toMatchObject([
    {
      service: 'haircut',
      startsAt: '2026-11-27T20:00:00.000Z',
      name: 'Alice',
      phone: expect.stringMatching(/4155551234$/),
    },
  ]);
  expect(embedded.ended).toBe('completed');
});

test('with the scripted parts, which only hear that something is said, it ends in the same transcript and booking', async () => {
  const choice = { name: 'scripted' };
  const voice = createSynthesizer(choice, {}, context);
  const sounds = await Promise.all(bookingScript.map((line) => speak(voice, line)));
  const call = await holdCall(
    createRecognizer(choice, {}, context),
    voice,
    vocabulary,
    sounds.map(({ samples }) => samples),
  );
  expect(call).toEqual(embedded);
});

test('every provider has a fake, or a reason why it needs none', () => {
  const named = fakes.map(({ name }) => name);
  expect(providers.map(({ name }) => name).filter((name) => !named.includes(name) && !(name in withoutFake))).toEqual(
    [],
  );
});

for (const fake of fakes) {
  for (const provider of providers.filter(({ name }) => name === fake.name)) describeCalls(fake, provider);
}

function describeCalls(fake: FakeVendor, provider: Provider) {
  const ears = Object.entries(provider.recognizers).filter(([, engine]) => speaksEnglish(engine));
  const voices = Object.entries(provider.synthesizers).filter(([, engine]) => speaksEnglish(engine));
  describe(`a call through the router and ${provider.title}`, () => {
    if (ears.length + voices.length === 0) {
      test.skip('it neither hears nor speaks: nothing of a call goes through it');
      return;
    }
    for (let index = 0; index < Math.max(ears.length, voices.length); index += 1) {
      const [earName, ear] = ears[Math.min(index, ears.length - 1)] ?? [];
      const [voiceName, voice] = voices[Math.min(index, voices.length - 1)] ?? [];
      test(`heard by ${earName ?? 'the embedded part'}, spoken by ${voiceName ?? 'the embedded part'}, it ends in the same transcript and booking`, {
        timeout: 60_000,
      }, async () => {
        // What ends turns itself is told of pauses in real time: the sound behind its fake is never twice the same, and speech would be
        // heard a little differently each time. Tones are heard exactly.
        const isHeardInRealTime = ear?.abilities.turnEvents === true;
        const running = await fake.start({ port: 0, brain: isHeardInRealTime ? tones : brain });
        const router = routerOver(running.environment, earName, voiceName);
        try {
          const own = await conversationOver(router, running.environment);
          const call = await holdCall(
            ear === undefined ? recognizer : own.recognizer,
            voice === undefined ? synthesizer : own.synthesizer,
            vocabulary,
            isHeardInRealTime ? await toneLines() : lines,
            keepPace,
          );
          expect(call).toEqual(embedded);
          if (ear !== undefined) expect(running.journal.entries.length).toBeGreaterThan(bookingScript.length);
        } finally {
          await router.close();
          await running.close();
        }
      });
    }
  });
}

/** Waits until the one worker has heard all that was written, on its way over the network too: then it answers an empty utterance. */
function createPace(embedded: Recognizer): () => Promise<void> {
  let answered = () => {};
  const options = { language, vocabularyId: vocabulary.id, signal: new AbortController().signal };
  const stream = embedded.open(options, () => answered());
  return async () => {
    await turns(turnsOfNetwork);
    await new Promise<void>((resolve) => {
      answered = resolve;
      stream.utteranceStarted([]);
      stream.utteranceEnded();
    });
  };
}

/** From an engine to its fake on loopback, both in this process. */
const turnsOfNetwork = 6;

function speaksEnglish(engine: { languagesOf(options: unknown): Parameters<typeof speaksLanguage>[0] }): boolean {
  return speaksLanguage(engine.languagesOf({}), language);
}

/** As a server has it: engines by their names, accounts by the settings of the environment. */
function routerOver(
  environment: Readonly<Record<string, string>>,
  ear: string | undefined,
  voice: string | undefined,
): SpeechRouter {
  return createSpeechRouter({
    clock: context.clock,
    onError: context.onError,
    // For a kind that the vendor has not: a plan has both.
    server: {
      recognizers: [ear === undefined ? 'scripted' : `${ear}${patience[ear] ?? ''}`],
      voices: [voice ?? 'scripted'],
      accounts: accountsIn(environment),
    },
    isPersonal: () => false,
    options: {
      ...speechRouterDefaults,
      alone: { finalTimeoutMs: routerPatienceMs, firstAudioTimeoutMs: routerPatienceMs },
    },
  });
}

async function conversationOver(router: SpeechRouter, environment: Readonly<Record<string, string>>) {
  const accounts = accountsIn(environment);
  const plan = router.plan({}, language, accounts);
  await router.prepare(vocabulary, [{ plan, use: { accounts } }], AbortSignal.timeout(30_000));
  const scope = { organizationId: 'o', conversationId: 'c', agentId: 'a', accounts, plan };
  return router.forConversation({ ...scope, onUsage: () => {} });
}

function accountsIn(environment: Readonly<Record<string, string>>): Accounts {
  return accountsOf(z.object(providerSettings).partial().parse(environment));
}
