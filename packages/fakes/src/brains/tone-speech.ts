import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Heard, Listener, Speech } from '../brain.ts';

/**
 * A speech of tones that is heard without an error: each word has its own pitch, within what a telephone carries. It survives
 * other rates and G.711, and costs next to nothing.
 */
export interface ToneSpeech {
  /** The sound of words; each new one is given a pitch. @throws RangeError beyond 500 different words */
  speak(text: string): Speech;
  /** Hears what `speak` said. */
  listen(): Listener;
}

/** How long a word sounds and how long it is quiet behind it. */
export const toneWordMs = 200;
export const toneGapMs = 40;

const samplesOfMs = (ms: number) => (ms * SAMPLE_RATE_HZ) / 1000;
const wordSamples = samplesOfMs(toneWordMs);
const gapSamples = samplesOfMs(toneGapMs);
const lowestHz = 300;
/** Measured pitches are off by less than 1 Hz, over G.711 too. */
const stepHz = 6;
const maxWords = 500;
const amplitude = 8000;
/** Ramps of 5 ms: words do not click. */
const rampSamples = samplesOfMs(5);

export function createToneSpeech(): ToneSpeech {
  const words: string[] = [];
  const slots = new Map<string, number>();
  const slotOf = (word: string): number => {
    const known = slots.get(word);
    if (known !== undefined) return known;
    if (words.length === maxWords) throw new RangeError(`Tones are for ${maxWords} different words.`);
    slots.set(word, words.length);
    return words.push(word) - 1;
  };
  return {
    speak(text) {
      const written = text.split(/\s+/).filter((word) => plain(word) !== '');
      const samples = new Int16Array(written.length * (wordSamples + gapSamples));
      for (const [index, word] of written.entries()) {
        const hz = lowestHz + stepHz * slotOf(plain(word));
        const at = index * (wordSamples + gapSamples);
        for (let n = 0; n < wordSamples; n += 1) {
          const ramp = Math.min(1, n / rampSamples, (wordSamples - n) / rampSamples);
          samples[at + n] = Math.round(amplitude * ramp * Math.sin((2 * Math.PI * hz * n) / SAMPLE_RATE_HZ));
        }
      }
      return {
        samples,
        words: written.map((text, index) => {
          const startMs = index * (toneWordMs + toneGapMs);
          return { text, startMs, endMs: startMs + toneWordMs };
        }),
      };
    },
    listen: () => createToneListener((hz) => words[Math.round((hz - lowestHz) / stepHz)]),
  };
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}']+/gu, '');
}

/** Blocks of 5 ms are loud or quiet; a word is a run of loud ones. */
const blockSamples = samplesOfMs(5);
const loud = 1000;
/** Shorter bursts are no words. */
const minWordBlocks = 20;

function createToneListener(wordOfHz: (hz: number) => string | undefined): Listener {
  const block = new Int16Array(blockSamples);
  let filled = 0;
  let blocks = 0;
  let run: Int16Array[] = [];
  let heard: Heard['words'][number][] = [];

  const endRun = () => {
    const word = run.length >= minWordBlocks ? wordOfHz(pitchOf(run.slice(2, -2))) : undefined;
    if (word !== undefined) heard.push({ text: word, startMs: (blocks - run.length) * 5, endMs: blocks * 5 });
    run = [];
  };
  const endBlock = () => {
    const peak = block.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    // A sound that never ends is no word: nothing is kept of it but its first second.
    if (peak >= loud && run.length < 200) run.push(block.slice());
    else if (run.length > 0) endRun();
    blocks += 1;
    filled = 0;
  };
  return {
    write(samples) {
      for (const sample of samples) {
        block[filled] = sample;
        filled += 1;
        if (filled === blockSamples) endBlock();
      }
    },
    get partial() {
      return heard.map(({ text }) => text).join(' ');
    },
    async end() {
      endRun();
      const words = heard;
      heard = [];
      blocks = 0;
      filled = 0;
      return { text: words.map(({ text }) => text).join(' '), confidence: words.length > 0 ? 0.95 : 0, words };
    },
    close() {},
  };
}

/** A cycle that differs from the usual one by more was disturbed; neighbouring pitches differ by less than 2 %. */
const mostDeviation = 0.2;

/**
 * Of the longest stretch of cycles that are alike, from its first to its last rise through zero: what a lost packet leaves, made up or
 * cut in two, is noise that rises more often, and would be another word.
 */
function pitchOf(blocks: readonly Int16Array[]): number {
  const rises = risesOf(blocks);
  const cycles = rises.slice(1).map((at, index) => at - (rises[index] ?? at));
  const usual = usualOf(cycles);
  let longest = { from: 0, to: 0 };
  let from = 0;
  for (const [index, cycle] of cycles.entries()) {
    if (Math.abs(cycle - usual) > mostDeviation * usual) from = index + 1;
    else if (index + 1 - from > longest.to - longest.from) longest = { from, to: index + 1 };
  }
  const samples = (rises[longest.to] ?? 0) - (rises[longest.from] ?? 0);
  return samples === 0 ? 0 : ((longest.to - longest.from) * SAMPLE_RATE_HZ) / samples;
}

/** The cycle in which most of the time is spent: short ones are many, and weigh no more for it. */
function usualOf(cycles: readonly number[]): number {
  const half = cycles.reduce((sum, cycle) => sum + cycle, 0) / 2;
  let passed = 0;
  for (const cycle of cycles.toSorted((a, b) => a - b)) {
    passed += cycle;
    if (passed >= half) return cycle;
  }
  return 0;
}

/** Where it rises through zero, in samples and parts of them. */
function risesOf(blocks: readonly Int16Array[]): readonly number[] {
  const rises: number[] = [];
  let before = 0;
  let at = 0;
  for (const block of blocks) {
    for (const sample of block) {
      if (before < 0 && sample >= 0) rises.push(at - sample / (sample - before));
      before = sample;
      at += 1;
    }
  }
  return rises;
}
