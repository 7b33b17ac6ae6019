import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { speak } from '@parley/speech/testing/voice-loop.ts';
import { createCallerSounds } from '../load/sounds.ts';

/** Frames of 20 ms: a person listens for four seconds and speaks for two. */
const silentFrames = 200;
const spokenFrames = 100;

/**
 * What callers say, over and over: raw µ-law of 8 kHz, as SIPp plays it.
 * @param isVoice a voice, for a detector that knows voices from buzzing
 */
export async function callerSpeech(isVoice: boolean): Promise<Uint8Array> {
  const { voice, quiet } = createCallerSounds(createRandom(1));
  const toLine = createWideToLine();
  const spoken = isVoice ? await voiceFrames() : voice;
  const frames = [
    ...Array.from({ length: silentFrames }, (_, n) => quiet[n % quiet.length]),
    ...Array.from({ length: spokenFrames }, (_, n) => spoken[n % spoken.length]),
  ].filter((frame) => frame !== undefined);
  return Buffer.concat(frames.map((frame) => encodeG711(toLine.process(frame), 'mulaw')));
}

async function voiceFrames(): Promise<readonly Pcm[]> {
  const synthesizer = createEmbeddedSynthesizer();
  try {
    const { samples } = await speak(synthesizer, 'Good morning. What are your opening hours?', { voice: 'rms' });
    return Array.from({ length: Math.floor(samples.length / FRAME_SAMPLES) }, (_, n) =>
      samples.subarray(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES),
    );
  } finally {
    await synthesizer.close();
  }
}
