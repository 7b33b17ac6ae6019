import { createEmbeddedRecognizer } from '@parley/speech/embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { afterAll } from 'vitest';
import { describeRecognizer } from './describe-recognizer.ts';

const voice = createEmbeddedSynthesizer();
afterAll(() => voice.close());

describeRecognizer({
  name: 'embedded',
  create: () => createEmbeddedRecognizer({ maxDecoders: 4 }),
  abilities: { partials: true, wordTimes: true, turnEvents: false, vocabulary: 'grammar', phoneAudio: false },
  speak: async (text) => (await speak(voice, text)).samples,
});
