import { FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { speak, withNoise } from '@parley/speech/testing/voice-loop.ts';
import type { Utterance } from './utterances.ts';

/** An utterance as it sounds, with what is known of it. */
export interface SpokenUtterance {
  readonly utterance: Utterance;
  /** From the first sound on, with noise throughout; frames of 20 ms. */
  readonly frames: readonly Pcm[];
  /** When its last sound ends. */
  readonly endMs: number;
  readonly words: readonly { readonly text: string; readonly endMs: number }[];
}

/** A quiet room, in sample units: -60 dBFS. */
const noiseDeviation = 30;
/** What the line carries after the last word: longer than any decision takes. */
const tailMs = 5000;
/** Sound below it is the fading of a word, which nobody hears in a room's noise. */
const audibleLevel = 300;

/** Speaks the pieces one by one, with exactly the silences that the set says between their sounds. */
export async function speakUtterance(
  utterance: Utterance,
  synthesizer: Synthesizer,
  voice: string | undefined,
  seed: number,
): Promise<SpokenUtterance> {
  const language = utterance.language === 'vi' ? 'vi' : 'en-US';
  const parts: { readonly samples: Pcm; readonly atSample: number }[] = [];
  const words: { text: string; endMs: number }[] = [];
  let atSample = 0;
  for (const { text, pauseMs } of utterance.pieces) {
    const spoken = await speak(synthesizer, text, { language, voice });
    const { from, to } = audible(spoken.samples);
    const samples = spoken.samples.slice(from, to);
    const texts = text.split(' ');
    const isTimed = spoken.words.length === texts.length;
    for (const [index, word] of texts.entries()) {
      // A voice without word times: each word as long as its share of the letters.
      const share = texts.slice(0, index + 1).join(' ').length / text.length;
      const known = isTimed
        ? (spoken.words[index]?.endMs ?? 0) - samplesToMs(from)
        : share * samplesToMs(samples.length);
      words.push({ text: word, endMs: samplesToMs(atSample) + Math.min(known, samplesToMs(samples.length)) });
    }
    parts.push({ samples, atSample });
    atSample += samples.length + (pauseMs * SAMPLE_RATE_HZ) / 1000;
  }
  const audio = new Int16Array(atSample + (tailMs * SAMPLE_RATE_HZ) / 1000);
  for (const part of parts) audio.set(part.samples, part.atSample);
  return { utterance, frames: framesOf(withNoise(audio, noiseDeviation, seed)), endMs: samplesToMs(atSample), words };
}

/** A room with nobody speaking, for as long as given. */
export function quietFrames(ms: number, seed: number): readonly Pcm[] {
  return framesOf(withNoise(new Int16Array((ms * SAMPLE_RATE_HZ) / 1000), noiseDeviation, seed));
}

function audible(samples: Pcm): { readonly from: number; readonly to: number } {
  const from = samples.findIndex((sample) => Math.abs(sample) > audibleLevel);
  const to = samples.findLastIndex((sample) => Math.abs(sample) > audibleLevel) + 1;
  return from < 0 ? { from: 0, to: samples.length } : { from, to };
}

function framesOf(audio: Int16Array): readonly Pcm[] {
  const frames: Pcm[] = [];
  for (let at = 0; at + FRAME_SAMPLES <= audio.length; at += FRAME_SAMPLES) {
    frames.push(audio.slice(at, at + FRAME_SAMPLES));
  }
  return frames;
}

function samplesToMs(samples: number): number {
  return (samples * 1000) / SAMPLE_RATE_HZ;
}
