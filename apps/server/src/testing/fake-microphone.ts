import { writeFile } from 'node:fs/promises';
import { encodeWav } from '@parley/engine/audio/wav.ts';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';

/** What somebody says into the microphone, and how long they are silent before it. */
export interface MicrophoneLine {
  readonly silenceMs: number;
  readonly text: string;
}

/** The longest that one sentence may take to be synthesized on a busy machine. */
const SENTENCE_TIMEOUT_MS = 20_000;
/** Chromium starts a file over when it has ended, unless told not to; a minute of silence keeps the end far away. */
const TRAILING_SILENCE_MS = 60_000;

/** Writes a WAV for Chromium's `--use-file-for-fake-audio-capture`: the lines in an embedded voice, then silence. */
export async function writeMicrophoneWav(path: string, lines: readonly MicrophoneLine[]): Promise<void> {
  const synthesizer = createEmbeddedSynthesizer();
  try {
    const parts: Pcm[] = [];
    for (const { silenceMs, text } of lines) parts.push(silence(silenceMs), await speak(synthesizer, text));
    parts.push(silence(TRAILING_SILENCE_MS));
    await writeFile(path, encodeWav([join(parts)], SAMPLE_RATE_HZ));
  } finally {
    await synthesizer.close();
  }
}

function speak(synthesizer: Synthesizer, text: string): Promise<Pcm> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(SENTENCE_TIMEOUT_MS);
    signal.addEventListener('abort', () => reject(new Error(`"${text}" was not spoken in time.`)));
    const parts: Pcm[] = [];
    synthesizer.synthesize(
      { text, language: 'en-US', voice: 'slt', tone: 'neutral', ssml: undefined, passage: undefined, signal },
      {
        words: () => {},
        audio: (samples) => parts.push(samples),
        done: () => resolve(join(parts)),
        failed: (code, message) => reject(new Error(`${code}: ${message}`)),
      },
    );
  });
}

function silence(durationMs: number): Pcm {
  return new Int16Array((durationMs * SAMPLE_RATE_HZ) / 1000);
}

function join(parts: readonly Pcm[]): Pcm {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
