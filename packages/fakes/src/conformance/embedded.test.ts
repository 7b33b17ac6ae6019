import { spawnSync } from 'node:child_process';
import { createEmbeddedRecognizer } from '@parley/speech/embedded/embedded-recognizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { createEspeakSynthesizer } from '@parley/speech/espeak/espeak-synthesizer.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { afterAll, describe, test } from 'vitest';
import { describeRecognizer } from './describe-recognizer.ts';
import { describeSynthesizer } from './describe-synthesizer.ts';

const voice = createEmbeddedSynthesizer();
afterAll(() => voice.close());

describeRecognizer({
  name: 'embedded',
  create: () => createEmbeddedRecognizer({ maxDecoders: 4 }),
  abilities: { partials: true, wordTimes: true, turnEvents: false, vocabulary: 'grammar', phoneAudio: false },
  speak: async (text) => (await speak(voice, text)).samples,
});

describeSynthesizer({
  name: 'embedded',
  create: () => createEmbeddedSynthesizer(),
  abilities: { wordTimes: true, ssml: true, stitching: false, phoneAudio: false },
});

if (spawnSync('espeak-ng', ['--version']).error === undefined) {
  describeSynthesizer({
    name: 'espeak',
    create: () => createEspeakSynthesizer(),
    abilities: { wordTimes: false, ssml: true, stitching: false, phoneAudio: false },
  });
} else describe('espeak as a voice', () => test.skip('espeak-ng is not installed'));
