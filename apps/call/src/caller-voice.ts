import type { Spoken, Step } from '@parley/conversation-tests/step.ts';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Synthesizer } from '@parley/engine/ports/synthesizer.ts';
import { join, readUtterance, speak } from './utterance.ts';

/** As loud as a voice at the same microphone: a door, a cough, a dropped cup. */
const noiseAmplitude = 8000;

/** All that the caller will be heard to do, as sound; made before the call, so that the caller answers at once. */
export async function prepareUtterances(
  steps: readonly Step[],
  synthesizer: Synthesizer,
  voice: string | undefined,
  signal: AbortSignal,
): Promise<Map<Step, Pcm>> {
  const say = (text: string) => speak(synthesizer, text, voice ?? 'rms', signal);
  const utterances = new Map<Step, Pcm>();
  for (const step of steps) {
    if (step.type === 'say') utterances.set(step, await sayParts(step.parts ?? [step.text], say));
    else if (step.type === 'wav') utterances.set(step, await readUtterance(step.path));
    else if (step.type === 'sound') {
      if (step.kind === 'noise') utterances.set(step, noise(step.durationMs));
      else if (step.kind === 'backchannel') utterances.set(step, await say(step.text));
      else utterances.set(step, mumble(await say(mumbled), step.durationMs));
    }
  }
  return utterances;
}

async function sayParts(parts: Spoken, say: (text: string) => Promise<Pcm>): Promise<Pcm> {
  const sounds: Pcm[] = [];
  for (const part of parts) {
    sounds.push(typeof part === 'string' ? await say(part) : new Int16Array(samplesOf(part)));
  }
  return join(sounds);
}

/** Speech played backwards has a voice's melody and sounds, and no words. */
const mumbled = 'the weather over the mountains will be rather cloudy during the whole of the afternoon';

function mumble(speech: Pcm, durationMs: number): Pcm {
  const backwards = speech.toReversed();
  return backwards.subarray(0, samplesOf(durationMs));
}

function noise(durationMs: number): Pcm {
  const samples = new Int16Array(samplesOf(durationMs));
  let seed = 0x2545_f491;
  for (let n = 0; n < samples.length; n += 1) {
    // xorshift32: the same noise in each call.
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    samples[n] = (seed / 0x8000_0000) * noiseAmplitude;
  }
  return samples;
}

function samplesOf(durationMs: number): number {
  return Math.round((durationMs * SAMPLE_RATE_HZ) / 1000);
}
