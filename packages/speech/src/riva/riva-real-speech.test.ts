import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createSpeechBrain } from '@parley/fakes/brains/speech-brain.ts';
import { openEar } from '@parley/fakes/conformance/ear.ts';
import type { RunningFake } from '@parley/fakes/fake-vendor.ts';
import { rivaFake } from '@parley/fakes/riva/riva-fake.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedRecognizer } from '../embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from '../embedded/embedded-synthesizer.ts';
import { accountsOf, createRecognizer, parseEngineChoice } from '../registry.ts';
import { receptionistFixture } from '../testing/receptionist-fixture.ts';
import { speak, withQuiet } from '../testing/voice-loop.ts';

const vocabulary = { ...receptionistFixture, id: 'conformance' };
const context = { clock: createSystemClock(), onError: () => {} };
const voice = createEmbeddedSynthesizer();
const embedded = createEmbeddedRecognizer();
let brain: Brain;
let fake: RunningFake;

beforeAll(async () => {
  // The brain closes voice and recogniser.
  brain = await createSpeechBrain({ recognizer: embedded, synthesizer: voice, vocabulary });
  fake = await rivaFake.start({ port: 0, brain });
}, 30_000);
afterAll(async () => {
  await fake.close();
  await brain.close();
});

describe('what a caller says is the same through Riva as with the parts of this machine', { timeout: 20_000 }, () => {
  it.each([
    { choice: 'riva?finalTimeoutMs=10000', line: undefined },
    { choice: 'riva?finalTimeoutMs=10000', line: 'mulaw' },
    { choice: 'riva-offline?finalTimeoutMs=10000', line: undefined },
    { choice: 'riva-offline?finalTimeoutMs=10000', line: 'alaw' },
  ] as const)('$choice, line $line', async ({ choice, line }) => {
    const riva = createRecognizer(parseEngineChoice(choice), accountsOf(fake.environment), context);
    await riva.prepare(vocabulary, AbortSignal.timeout(5000));
    const [through, without] = [openEar(riva, 'en-US', line), openEar(embedded, 'en-US')];
    try {
      for (const [index, sentence] of ['I would like to book a haircut', 'tomorrow at three pm'].entries()) {
        const samples = withQuiet((await speak(voice, sentence)).samples);
        through.say(samples);
        without.say(samples);
        const [heard, wanted] = [await through.final(index + 1), await without.final(index + 1)];
        expect(heard.text).toBe(wanted.text);
        expect(heard.text).not.toBe('');
        expect(Math.abs(heard.confidence - wanted.confidence)).toBeLessThan(line === undefined ? 0.001 : 0.1);
        expect(heard.words.map(({ text }) => text)).toEqual(wanted.words.map(({ text }) => text));
        for (const [at, { startMs }] of wanted.words.entries()) {
          // Whole milliseconds on the wire; over a telephone line words begin a little elsewhere.
          expect(Math.abs((heard.words[at]?.startMs ?? 0) - startMs)).toBeLessThanOrEqual(line === undefined ? 1 : 60);
        }
      }
    } finally {
      through.abort();
      without.abort();
      await riva.close();
    }
  });
});
