import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Brain, Speech } from '../brain.ts';
import type { Faults } from '../faults.ts';
import { audioChunks } from '../wire/outgoing.ts';

/** A form of sound that the fake can give. */
export interface OutputFormat {
  readonly bytesPerMs: number;
  encode(samples: Int16Array): Uint8Array;
}

/** @returns undefined for what there is not; MP3 and Opus there are at the vendor, not here */
export function outputFormat(name: string): OutputFormat | undefined {
  if (name === 'ulaw_8000' || name === 'alaw_8000') {
    const law = name === 'ulaw_8000' ? 'mulaw' : 'alaw';
    return { bytesPerMs: 8, encode: (samples) => encodeG711(toLine(samples), law) };
  }
  const rate = /^pcm_(8000|16000|22050|24000|32000|44100|48000)$/.exec(name)?.[1];
  if (rate === undefined) return undefined;
  const sampleRateHz = Number(rate);
  return {
    bytesPerMs: sampleRateHz / 500,
    encode(samples) {
      const atRate =
        sampleRateHz === SAMPLE_RATE_HZ ? samples : createResampler(SAMPLE_RATE_HZ, sampleRateHz).process(samples);
      const bytes = new DataView(new ArrayBuffer(2 * atRate.length));
      for (const [index, sample] of atRate.entries()) bytes.setInt16(2 * index, sample, true);
      return new Uint8Array(bytes.buffer);
    },
  };
}

function toLine(samples: Int16Array): Int16Array {
  const line = createWideToLine();
  const head = line.process(samples);
  const tail = line.flush();
  const all = new Int16Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}

/** A character with its place in the sound. */
export interface TimedCharacter {
  readonly character: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A piece of the sound and the characters that begin within it; times count from the beginning of the whole. */
export interface SpokenChunk {
  readonly bytes: Uint8Array;
  readonly startMs: number;
  readonly characters: readonly TimedCharacter[];
}

/** A quarter of a second: about what the vendor sends at once. */
const chunkMs = 250;

/** The sound of a text in the pieces in which it is sent, with the times of its characters. */
export async function speakInChunks(
  brain: Brain,
  text: string,
  language: string,
  format: OutputFormat,
  faults: Faults,
  signal: AbortSignal,
): Promise<readonly SpokenChunk[]> {
  const speech = await brain.speak(text.trim(), language, signal);
  const characters = charactersOf(text, speech);
  const chunks: SpokenChunk[] = [];
  let at = 0;
  let next = 0;
  for (const bytes of audioChunks(format.encode(speech.samples), chunkMs * format.bytesPerMs, faults)) {
    const startMs = at / format.bytesPerMs;
    at += bytes.byteLength;
    const from = next;
    while ((characters[next]?.startMs ?? Number.POSITIVE_INFINITY) < at / format.bytesPerMs) next += 1;
    chunks.push({ bytes, startMs, characters: characters.slice(from, next) });
  }
  const last = chunks.at(-1);
  if (last !== undefined && next < characters.length)
    chunks[chunks.length - 1] = { ...last, characters: [...last.characters, ...characters.slice(next)] };
  return chunks;
}

/** Each word's time shared out among its characters; a blank lasts from one word to the next. */
function charactersOf(text: string, { samples, words }: Speech): readonly TimedCharacter[] {
  const timed: TimedCharacter[] = [];
  let word = 0;
  let atMs = 0;
  for (const part of text.match(/\s+|\S+/g) ?? []) {
    const isBlank = part.trim() === '';
    const spoken = isBlank ? undefined : words[word];
    const startMs = spoken?.startMs ?? atMs;
    const endMs = spoken?.endMs ?? (isBlank ? (words[word]?.startMs ?? samples.length / 16) : atMs);
    if (spoken !== undefined) word += 1;
    const all = [...part];
    const eachMs = Math.max(0, endMs - startMs) / all.length;
    for (const [index, character] of all.entries()) {
      timed.push({
        character,
        startMs: Math.round(startMs + index * eachMs),
        endMs: Math.round(startMs + (index + 1) * eachMs),
      });
    }
    atMs = Math.max(atMs, endMs);
  }
  return timed;
}
