import { FRAME_MS, FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';

/** How long a caller takes for a word: 200 words a minute. */
export const wordMs = 300;

/** What the sound that the caller is making would be heard as. */
export type Hearable =
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly beganAtMs: number }
  | { readonly kind: 'mumble' }
  | { readonly kind: 'noise' };

/** Embedded recognisers answer some 10 ms after the voice has stopped. */
const finalDelayMs = 10;
const partialEveryFrames = 10;

/** A recogniser that hears what the caller says, word by word as it is said. */
export function createVirtualEars(clock: Clock, current: () => Hearable): Recognizer {
  return {
    name: 'virtual',
    prepare: async () => {},
    close: async () => {},
    open({ signal }, onEvent) {
      let heard: Hearable = { kind: 'noise' };
      let frames = 0;
      let lastPartial = '';
      const later = (delayMs: number, event: RecognizerEvent) => {
        clock.wakeAt(clock.nowMs() + delayMs, () => {
          if (!signal.aborted) onEvent(event);
        });
      };
      const said = () => {
        if (heard.kind !== 'words') return '';
        return heard.words.slice(0, Math.floor((clock.nowMs() - heard.beganAtMs) / wordMs)).join(' ');
      };
      return {
        expect() {},
        utteranceStarted() {
          heard = current();
          frames = 0;
          lastPartial = '';
        },
        write() {
          frames += 1;
          if (frames % partialEveryFrames !== 0) return;
          const text = said();
          if (text === lastPartial) return;
          lastPartial = text;
          later(1, { type: 'partial', text });
        },
        utteranceEnded() {
          const text = heard.kind === 'words' ? heard.words.join(' ') : '';
          const rejected = heard.kind === 'mumble';
          const confidence = heard.kind === 'words' ? 0.95 : 0;
          later(finalDelayMs, {
            type: 'final',
            text,
            confidence,
            rejected,
            endsTurn: false,
            words: [],
            processingMs: finalDelayMs,
          });
        },
      };
    },
  };
}

const gapFrames = 2;
const wordFrames = wordMs / FRAME_MS;
const tone = sine();

/** A frame of speech: sound with the short gaps between words that tell a voice from a steady noise. */
export function voiceFrame(index: number): Pcm {
  const inWord = index % wordFrames;
  return index >= wordFrames && inWord < gapFrames ? silentFrame() : tone.slice();
}

/** A frame of noise as loud as a voice: a door, a cough. The same each time. */
export function noiseFrame(index: number): Pcm {
  const frame = new Int16Array(FRAME_SAMPLES);
  let seed = 0x9e37_79b9 ^ (index + 1);
  for (let n = 0; n < frame.length; n += 1) {
    // xorshift32
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    frame[n] = (seed / 0x8000_0000) * 8000;
  }
  return frame;
}

export function silentFrame(): Pcm {
  return new Int16Array(FRAME_SAMPLES);
}

function sine(): Pcm {
  const samples = new Int16Array(FRAME_SAMPLES);
  for (let n = 0; n < samples.length; n += 1) samples[n] = 6000 * Math.sin((2 * Math.PI * 450 * n) / SAMPLE_RATE_HZ);
  return samples;
}
