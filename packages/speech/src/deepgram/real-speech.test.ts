import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import { createSpeechBrain } from '@parley/fakes/brains/speech-brain.ts';
import { openEar } from '@parley/fakes/conformance/ear.ts';
import { deepgramFake } from '@parley/fakes/deepgram/deepgram-fake.ts';
import type { RunningFake } from '@parley/fakes/fake-vendor.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmbeddedRecognizer } from '../embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from '../embedded/embedded-synthesizer.ts';
import { accountsOf, createRecognizer, createSynthesizer, parseEngineChoice } from '../registry.ts';
import { receptionistFixture } from '../testing/receptionist-fixture.ts';
import { speak, withQuiet } from '../testing/voice-loop.ts';

/** Real speech, heard and spoken by the embedded parts behind the fake: what the wire changes would show here. */
const vocabulary = { ...receptionistFixture, id: 'conformance' };
const sentences = ['I would like to book a haircut', 'tomorrow at three pm'];
const clock = createSystemClock();
const context = { clock, onError: () => {} };
const voice = createEmbeddedSynthesizer();
const embedded = createEmbeddedRecognizer();
let brain: Brain;
let fake: RunningFake;

beforeAll(async () => {
  // The brain closes them.
  brain = await createSpeechBrain({ recognizer: embedded, synthesizer: voice, vocabulary });
  fake = await deepgramFake.start({ port: 0, brain });
});
afterAll(async () => {
  await fake.close();
  await brain.close();
});

describe('a call with Deepgram ends in the same transcript as with the parts of this machine', () => {
  test.each([
    // With the patience that a busy machine needs.
    { choice: 'deepgram?finalTimeoutMs=10000', line: undefined },
    { choice: 'deepgram?finalTimeoutMs=10000', line: 'mulaw' },
    { choice: 'deepgram-flux?turnWaitMs=5000', line: undefined },
  ] as const)('$choice, line $line', async ({ choice, line }) => {
    const recognizer = createRecognizer(parseEngineChoice(choice), accountsOf(fake.environment), context);
    await recognizer.prepare(vocabulary, AbortSignal.timeout(5000));
    const ear = openEar(recognizer, 'en-US', line);
    const own = openEar(embedded, 'en-US');
    for (const [index, sentence] of sentences.entries()) {
      const samples = withQuiet((await speak(voice, sentence)).samples);
      ear.say(samples);
      own.say(samples);
      const [heard, wanted] = [await ear.final(index + 1), await own.final(index + 1)];
      expect(heard.text).toBe(wanted.text);
      expect(heard.text).not.toBe('');
      expect(heard.confidence).toBeGreaterThan(0.9);
      for (const [at, { text, startMs }] of wanted.words.entries()) {
        expect(heard.words[at]?.text).toBe(text);
        // The recogniser's unit is a hundredth of a second, and so is the vendor's; a telephone line shifts what the recogniser takes for a beginning.
        expect(Math.abs((heard.words[at]?.startMs ?? 0) - startMs)).toBeLessThanOrEqual(line === undefined ? 20 : 60);
      }
    }
    ear.abort();
    own.abort();
    await recognizer.close();
  });

  test('and the agent sounds the same', async () => {
    const aura = createSynthesizer(parseEngineChoice('deepgram'), accountsOf(fake.environment), context);
    const text = 'Good morning, how can I help you?';
    const [heard, wanted] = [await speak(aura, text), await speak(voice, text)];
    expect(Buffer.compare(Buffer.from(heard.samples.buffer), Buffer.from(wanted.samples.buffer))).toBe(0);
    await aura.close();
  });
});
