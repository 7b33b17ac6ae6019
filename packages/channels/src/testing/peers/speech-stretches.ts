import type { Pcm } from '@parley/engine/ports/audio.ts';

export interface SpeechStretch {
  readonly fromMs: number;
  readonly toMs: number;
}

const stepMs = 5;
/** Mean absolute sample above which somebody speaks. */
const speechLevel = 300;
/** A pause between two things that are said; voices pause less within one. */
const pauseMs = 900;
/** Shorter than anything that is said: clicks are left out. */
const shortestMs = 300;

/** When somebody speaks in a sound. */
export function speechStretches(samples: Pcm, rateHz: number): readonly SpeechStretch[] {
  const step = (rateHz * stepMs) / 1000;
  const found: { fromMs: number; toMs: number }[] = [];
  for (let at = 0; at + step <= samples.length; at += step) {
    let sum = 0;
    for (let i = 0; i < step; i += 1) sum += Math.abs(samples[at + i] ?? 0);
    if (sum / step < speechLevel) continue;
    const atMs = (at * 1000) / rateHz;
    const last = found.at(-1);
    if (last !== undefined && atMs - last.toMs < pauseMs) last.toMs = atMs + stepMs;
    else found.push({ fromMs: atMs, toMs: atMs + stepMs });
  }
  return found.filter(({ fromMs, toMs }) => toMs - fromMs >= shortestMs);
}
