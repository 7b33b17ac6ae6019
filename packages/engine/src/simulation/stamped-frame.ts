import type { Pcm } from '../ports/audio.ts';

/** A frame that says until when it is sound of the call, so that whoever is given it later knows what it heard. */
export function stampedFrame(untilMs: number): Pcm {
  const wholeMs = Math.ceil(untilMs);
  return Int16Array.of(Math.floor(wholeMs / perSample), wholeMs % perSample);
}

/** Undefined for a frame that is not stamped. */
export function stampOf(frame: Pcm): number | undefined {
  const [high, low] = frame;
  return frame.length !== stampSamples || high === undefined || low === undefined ? undefined : high * perSample + low;
}

const stampSamples = 2;
/** A call of 290 hours. */
const perSample = 32_000;
