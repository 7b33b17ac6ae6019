import { readFile } from 'node:fs/promises';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import { FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';

/** Quieter than any speech the voices or a usable microphone give, louder than line noise. */
export const SPEECH_DBFS = -48;

/** The caller's words as sound. */
export async function speak(
  synthesizer: Synthesizer,
  text: string,
  voice: string | undefined,
  signal: AbortSignal,
): Promise<Pcm> {
  const parts: Pcm[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    synthesizer.synthesize(
      { text, language: 'en-US', voice, tone: 'neutral', ssml: undefined, passage: undefined, signal },
      {
        audio: (samples) => parts.push(samples),
        words: () => {},
        done: resolve,
        failed: (code, message) => reject(new Error(`The caller's voice failed (${code}): ${message}`)),
      },
    );
    await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  return join(parts);
}

/** A recording as the caller's words: any rate and number of channels, mixed to one. */
export async function readUtterance(path: string): Promise<Pcm> {
  const { sampleRateHz, channels } = decodeWav(await readFile(path));
  const length = channels[0]?.length ?? 0;
  const mono = new Int16Array(length);
  for (let n = 0; n < length; n++) {
    mono[n] = channels.reduce((sum, channel) => sum + (channel[n] ?? 0), 0) / Math.max(1, channels.length);
  }
  // The silence behind it pushes the last milliseconds out of the filter.
  const resampler = createResampler(sampleRateHz, SAMPLE_RATE_HZ);
  return join([resampler.process(mono), resampler.process(new Int16Array(Math.ceil(sampleRateHz / 50)))]);
}

/** Samples until the last sound: voices and recordings end in silence, which is not speech any more. */
export function speechLength(samples: Pcm): number {
  for (let end = samples.length; end > 0; end -= FRAME_SAMPLES) {
    if (rmsDbfs(samples.subarray(Math.max(0, end - FRAME_SAMPLES), end)) > SPEECH_DBFS) return end;
  }
  return 0;
}

/** One sound after the other. */
export function join(parts: readonly Pcm[]): Pcm {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
