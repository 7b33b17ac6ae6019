import { createTwoTracks } from '@parley/engine/audio/two-tracks.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { CallRecording, PauseReason } from '@parley/engine/ports/call-recorder.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Pause } from './recordings-repository.ts';
import type { SegmentWriter } from './segment-writer.ts';

/** Spans that are kept; a call with more has one that reaches to its end. */
const maxPauses = 500;

/** A recording that is being made, for the conversation and for whoever pauses it. */
export interface LiveRecording extends CallRecording {
  readonly isPaused: boolean;
  readonly pauses: readonly Pause[];
}

/** @param onEnd called once, when the call has no more sound */
export function createLiveRecording(writer: SegmentWriter, clock: Clock, onEnd: () => void): LiveRecording {
  const startedAtMs = clock.nowMs();
  const reasons = new Set<PauseReason>();
  const pauses: { fromMs: number; toMs: number | null }[] = [];
  const tracks = createTwoTracks(startedAtMs, (samples) => writer.add(samples));
  let hasEnded = false;
  const elapsedMs = () => Math.round(clock.nowMs() - startedAtMs);

  return {
    get isPaused() {
      return reasons.size > 0;
    },
    pauses,
    caller: (frame) => tracks.push('caller', frame, clock.nowMs()),
    agent: (frame) => tracks.push('agent', frame, clock.nowMs()),
    pause(reason) {
      if (hasEnded) return;
      const wasPaused = reasons.size > 0;
      reasons.add(reason);
      if (wasPaused) return;
      tracks.setMuted(true);
      if (pauses.length < maxPauses) pauses.push({ fromMs: elapsedMs(), toMs: null });
    },
    resume(reason) {
      if (!reasons.delete(reason) || reasons.size > 0) return;
      tracks.setMuted(false);
      const open = pauses.at(-1);
      // The last of too many stays open.
      if (open !== undefined && pauses.length < maxPauses) open.toMs = elapsedMs();
    },
    end() {
      if (hasEnded) return;
      hasEnded = true;
      const open = pauses.at(-1);
      if (open?.toMs === null) open.toMs = elapsedMs();
      tracks.end(clock.nowMs());
      onEnd();
    },
  };
}

/** Of each channel. */
export function durationMsOf(samples: number): number {
  return Math.round((samples * 1000) / SAMPLE_RATE_HZ);
}
