import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { createRandom } from '@parley/engine/simulation/random.ts';
import { createCallerSounds } from '../load/sounds.ts';

/** Frames of 20 ms: a person listens for four seconds and speaks for two. */
const silentFrames = 200;
const spokenFrames = 100;

/** What callers say, over and over: raw µ-law of 8 kHz, as SIPp plays it. */
export function callerSpeech(): Uint8Array {
  const { voice, quiet } = createCallerSounds(createRandom(1));
  const toLine = createWideToLine();
  const frames = [
    ...Array.from({ length: silentFrames }, (_, n) => quiet[n % quiet.length]),
    ...Array.from({ length: spokenFrames }, (_, n) => voice[n % voice.length]),
  ].filter((frame) => frame !== undefined);
  return Buffer.concat(frames.map((frame) => encodeG711(toLine.process(frame), 'mulaw')));
}
