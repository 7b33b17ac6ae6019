import { FRAME_MS, FRAME_SAMPLES } from '@parley/engine/ports/audio.ts';
import type { VoiceEvent } from '@parley/engine/ports/voice-detector.ts';
import { percentile } from '../statistics.ts';

/** A stretch of voice in frames; `to` is the first one behind it. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

/** Softer than the loudest frame by more than this is not speech: breath and the voice's own decay. */
const belowPeakDb = 35;
/** A shorter silence belongs to the speech: stops inside words, and what detectors wait for before they say "stopped". */
const joinFrames = 300 / FRAME_MS;

/** Where there is speech in clean audio, by its level. */
export function trueSegments(clean: Int16Array): Segment[] {
  const energies = Array.from({ length: Math.floor(clean.length / FRAME_SAMPLES) }, (_, frame) =>
    clean
      .subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES)
      .reduce((sum, sample) => sum + sample * sample, 0),
  );
  const least = energies.reduce((most, energy) => Math.max(most, energy), 0) / 10 ** (belowPeakDb / 10);
  const segments: Segment[] = [];
  for (const [frame, energy] of energies.entries()) {
    if (energy <= least) continue;
    const last = segments.at(-1);
    if (last !== undefined && frame - last.to <= joinFrames) segments.splice(-1, 1, { from: last.from, to: frame + 1 });
    else segments.push({ from: frame, to: frame + 1 });
  }
  return segments;
}

/** One recording as a detector heard it. */
export interface Hearing {
  /** Frames of noise alone at the beginning. */
  readonly noiseFrames: number;
  readonly frames: number;
  readonly segments: readonly Segment[];
  readonly events: readonly VoiceEvent[];
}

export interface Score {
  readonly segments: number;
  /** Share, 0…1, of the segments in which no voice was found. */
  readonly missed: number;
  /** Times a segment the voice "stopped" and started anew inside it. */
  readonly splits: number;
  /** Share of the found segments whose voice did not stop before the next one. */
  readonly endless: number;
  readonly falseStartsPerMinute: number;
  /** Share of the time of noise alone that was taken for voice. */
  readonly falseTime: number;
  /** From the first sound to the event; of the segments at whose beginning no voice was "heard" yet. NaN when there are none. */
  readonly onsetMs: { readonly p50: number; readonly p95: number };
  /** From the last sound to the event, the detector's own hangover included. */
  readonly endMs: { readonly p50: number; readonly p95: number };
  /** How much later than it was the end of speech is told, by `silentMs`; negative is too early. */
  readonly endErrorMs: { readonly p50: number; readonly p95: number };
}

export function score(hearings: readonly Hearing[]): Score {
  const onsets: number[] = [];
  const ends: number[] = [];
  const endErrors: number[] = [];
  let segments = 0;
  let missed = 0;
  let splits = 0;
  let endless = 0;
  let falseStarts = 0;
  let falseFrames = 0;
  let noiseFrames = 0;
  for (const hearing of hearings) {
    const voiced = stretches(hearing);
    noiseFrames += hearing.noiseFrames;
    for (const { from, to } of voiced) {
      if (from < hearing.noiseFrames) falseStarts += 1;
      falseFrames += Math.max(0, Math.min(to, hearing.noiseFrames) - from);
    }
    for (const [index, { from, to }] of hearing.segments.entries()) {
      segments += 1;
      const until = hearing.segments[index + 1]?.from ?? hearing.frames;
      const inside = voiced.filter((stretch) => stretch.to > from && stretch.from < to);
      const first = inside[0];
      const last = inside.at(-1);
      if (first === undefined || last === undefined) {
        missed += 1;
        continue;
      }
      splits += inside.length - 1;
      if (first.from > from) onsets.push((first.from - from) * FRAME_MS);
      if (last.to >= until) endless += 1;
      else {
        ends.push((last.to - to) * FRAME_MS);
        endErrors.push((last.to - to) * FRAME_MS - last.silentMs);
      }
    }
  }
  return {
    segments,
    missed: missed / segments,
    splits: splits / segments,
    endless: endless / Math.max(1, segments - missed),
    falseStartsPerMinute: falseStarts / ((noiseFrames * FRAME_MS) / 60_000),
    falseTime: falseFrames / noiseFrames,
    onsetMs: { p50: percentile(onsets, 0.5), p95: percentile(onsets, 0.95) },
    endMs: { p50: percentile(ends, 0.5), p95: percentile(ends, 0.95) },
    endErrorMs: { p50: percentile(endErrors, 0.5), p95: percentile(endErrors, 0.95) },
  };
}

/** When the detector said there was voice: from the end of the frame that began it to the end of the one that ended it. */
function stretches({ events, frames }: Hearing): Heard[] {
  const found: Heard[] = [];
  let from: number | undefined;
  for (const event of events) {
    if (event.type === 'started') from = event.frame + 1;
    else if (from !== undefined) {
      found.push({ from, to: event.frame + 1, silentMs: event.silentMs });
      from = undefined;
    }
  }
  return from === undefined ? found : [...found, { from, to: frames, silentMs: 0 }];
}

interface Heard extends Segment {
  readonly silentMs: number;
}
