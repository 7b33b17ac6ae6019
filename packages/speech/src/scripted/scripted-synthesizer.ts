import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';

export interface ScriptedSynthesizerOptions {
  /** From the request to the speech. */
  readonly delayMs: number;
  /** How long a word is heard. */
  readonly wordMs: number;
}

export const scriptedSynthesizerDefaults: ScriptedSynthesizerOptions = {
  // What the embedded voice takes for a sentence of three seconds.
  delayMs: 64,
  // 200 words a minute, as voices talk.
  wordMs: 300,
};

/** Sentences are cut far shorter. */
const maxCharacters = 5000;
const pitchHz = 440;
const amplitude = 6000;
/** Between two words, so that it is a voice to what looks for one and not a hum. */
const quietShare = 0.2;
/** Ramps of 5 ms: words do not click. */
const rampSamples = (5 * SAMPLE_RATE_HZ) / 1000;

/** A voice of tones, as long as the words would take. All its sentences are made of the one word that is kept. */
export function createScriptedSynthesizer(
  clock: Clock,
  { delayMs, wordMs }: ScriptedSynthesizerOptions = scriptedSynthesizerDefaults,
): Synthesizer {
  const word = toneOf(wordMs);
  const closes = new Set<() => void>();
  let isClosed = false;
  return {
    name: 'scripted',
    voices: [{ id: 'tone', title: 'A tone', language: 'en' }],
    async close() {
      isClosed = true;
      for (const end of [...closes]) end();
    },
    synthesize({ text, signal }, sink) {
      if (signal.aborted) return;
      const leave = () => {
        cancel();
        closes.delete(onClose);
        signal.removeEventListener('abort', leave);
      };
      const later = (afterMs: number, tell: () => void) =>
        clock.wakeAt(clock.nowMs() + afterMs, () => {
          leave();
          tell();
        });
      const fail = (code: string, message: string) => later(0, () => sink.failed(code, message));
      const onClose = () => {
        cancel();
        closes.delete(onClose);
        cancel = fail('synthesizer_closed', 'The voice is closed.');
      };
      let cancel = () => {};
      signal.addEventListener('abort', leave, { once: true });
      if (isClosed) onClose();
      else if (text.length > maxCharacters) {
        cancel = fail('text_too_long', `Sentences may have ${maxCharacters} characters.`);
      } else {
        closes.add(onClose);
        cancel = later(delayMs, () => {
          const words = text.split(/\s+/).filter((part) => part !== '');
          sink.words(
            words.map((part, index) => ({ text: part, startMs: index * wordMs, endMs: (index + 1) * wordMs })),
          );
          // The same samples each time: nobody may write to what they were given.
          for (let index = 0; index < words.length; index += 1) sink.audio(word);
          sink.done();
        });
      }
    },
  };
}

/** One word. */
function toneOf(wordMs: number): Pcm {
  const samples = new Int16Array(Math.round((wordMs * SAMPLE_RATE_HZ) / 1000));
  const loud = Math.round(samples.length * (1 - quietShare));
  for (let n = 0; n < loud; n += 1) {
    const ramp = Math.min(1, n / rampSamples, (loud - n) / rampSamples);
    samples[n] = Math.round(amplitude * ramp * Math.sin((2 * Math.PI * pitchHz * n) / SAMPLE_RATE_HZ));
  }
  return samples;
}
