import { decodeG711, encodeG711 } from '@parley/engine/audio/g711.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import { expect, it } from 'vitest';
import { createToneSpeech, toneGapMs, toneWordMs } from './tone-speech.ts';

/** Of different letters, as words are told apart by. */
const words = Array.from({ length: 500 }, (_, at) => `w${at}`);
const samplesOfMs = (ms: number) => (ms * SAMPLE_RATE_HZ) / 1000;

async function heard(speech: ReturnType<typeof createToneSpeech>, samples: Int16Array): Promise<readonly string[]> {
  const listener = speech.listen();
  listener.write(samples);
  const { words } = await listener.end();
  listener.close();
  return words.map(({ text }) => text);
}

it('each of 500 words is heard as it was said, by a line of 16 kHz', async () => {
  const speech = createToneSpeech();
  expect(await heard(speech, speech.speak(words.join(' ')).samples)).toEqual(words);
});

it('a telephone line changes no word', async () => {
  const speech = createToneSpeech();
  const { samples } = speech.speak(words.join(' '));
  const overLine = decodeG711(encodeG711(samples, 'mulaw'), 'mulaw');
  expect(await heard(speech, overLine)).toEqual(words);
});

it('a packet in the middle of a word that was lost, and became noise or silence, makes no other word of it', async () => {
  const speech = createToneSpeech();
  const { samples } = speech.speak(words.join(' '));
  for (const [at] of words.entries()) {
    // Any place within the word, from its first to its last packet but one.
    const startMs = at * (toneWordMs + toneGapMs) + 20 + (at % 8) * 20;
    for (let n = samplesOfMs(startMs); n < samplesOfMs(startMs + 20); n += 1) {
      // As loud as the word and four times as high as the lowest, so that it is not the noise that is left out for its softness.
      samples[n] = at % 2 === 0 ? Math.round(9000 * Math.sin(n * 1.3 + Math.sin(n * 0.37))) : 0;
    }
  }
  const understood = await heard(speech, samples);
  // Cut in two, a word may be heard twice, or not at all: never as another one.
  expect(understood.filter((word, at) => word !== understood[at - 1])).toEqual(
    words.filter((word) => understood.includes(word)),
  );
  expect(understood.length).toBeGreaterThan(words.length * 0.6);
});
