import { FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '../ports/audio.ts';
import type { Track } from '../ports/call-recorder.ts';

export interface TwoTracksOptions {
  /** Sound is given away in pieces of this length. */
  readonly segmentMs: number;
  /** How long a piece waits for frames that are late. */
  readonly lateFramesMs: number;
  /** A track that falls back further than this is silent meanwhile; nearer than this its next frame only came late. */
  readonly gapMs: number;
  /** Over which time it is judged whether a track runs ahead of the clock or behind it. */
  readonly driftWindowMs: number;
  /** Runs ahead or behind by less than this are left as they are. */
  readonly driftMs: number;
}

export const twoTracksDefaults: TwoTracksOptions = {
  // What a crash may take: this, and what is on its way to the disk.
  segmentMs: 1000,
  // More than `gapMs`: a frame that is appended late must still find its piece.
  lateFramesMs: 200,
  // The timer of frames makes up for 60 ms of a busy machine; a channel over TCP sends up to 100 ms in one go.
  gapMs: 120,
  // Fifty frames: one of them was on time. A sample clock that is 100 ppm wrong drifts by a tenth of a millisecond meanwhile.
  driftWindowMs: 1000,
  // Half a frame; shorter than anybody can tell two voices apart by.
  driftMs: 10,
};

/** Both directions of a call on one time line. */
export interface TwoTracks {
  /** @param nowMs on one clock for both tracks, never backwards */
  push(track: Track, frame: Pcm, nowMs: number): void;
  /** From now on what is pushed counts as silence. */
  setMuted(muted: boolean): void;
  /** Give away what is left. */
  end(nowMs: number): void;
}

interface Cursor {
  /** Samples of this track so far, silence included; undefined before its first frame. */
  at: number | undefined;
  /** The most that it was ahead of the clock by at a frame of this window; its most punctual frame. */
  lead: number;
  framesInWindow: number;
}

/**
 * Puts what was heard and what was said side by side, so that a sample of one track sounds when the same sample of the other
 * did. Frames follow each other without a seam while they come steadily, however unpunctual each is; a pause between them is
 * silence of its length. Frames can be late but not early, so the most punctual of a second says where the track stands: one
 * that drifts (a foreign sample clock, frames made up after a stall) is put right by leaving out or adding a few milliseconds.
 *
 * Bounded: it keeps what has not been given away, about a second and a half.
 *
 * @param onSegment gets 16-bit samples, caller and agent by turns; `segmentMs` of them, and less only at the end. It may keep them
 */
export function createTwoTracks(
  startedAtMs: number,
  onSegment: (samples: Pcm, isSilent: boolean) => void,
  options: TwoTracksOptions = twoTracksDefaults,
): TwoTracks {
  const segmentSamples = samplesOf(options.segmentMs);
  const lateSamples = samplesOf(options.lateFramesMs);
  const gapSamples = samplesOf(options.gapMs);
  const driftSamples = samplesOf(options.driftMs);
  const windowFrames = samplesOf(options.driftWindowMs) / FRAME_SAMPLES;
  const cursors: Record<Track, Cursor> = { caller: newCursor(), agent: newCursor() };
  /** Pieces that may still be written to, oldest first; undefined where all is silence so far. */
  let open: (Pcm | undefined)[] = [];
  /** The first sample of the oldest. */
  let openFrom = 0;
  let muted = false;
  let ended = false;

  const give = (piece: Pcm | undefined, samples: number) =>
    onSegment(piece?.subarray(0, samples * 2) ?? new Int16Array(samples * 2), piece === undefined);

  /** Nothing before this sample comes any more. */
  const giveBefore = (sample: number) => {
    while (openFrom + segmentSamples <= sample) {
      give(open.shift(), segmentSamples);
      openFrom += segmentSamples;
    }
  };

  const write = (track: Track, frame: Pcm, at: number) => {
    const offset = track === 'caller' ? 0 : 1;
    for (let done = 0; done < frame.length; ) {
      const index = Math.floor((at + done - openFrom) / segmentSamples);
      const from = at + done - openFrom - index * segmentSamples;
      const count = Math.min(frame.length - done, segmentSamples - from);
      // Given away already: by the bounds above that does not happen, and what is lost then is a frame.
      if (index >= 0) {
        open[index] ??= new Int16Array(segmentSamples * 2);
        const piece = open[index];
        for (let n = 0; n < count; n += 1) piece[(from + n) * 2 + offset] = frame[done + n] ?? 0;
      }
      done += count;
    }
  };

  return {
    push(track, frame, nowMs) {
      if (ended) return;
      const cursor = cursors[track];
      // The frame is what was heard until now.
      const dueAt = Math.max(0, samplesOf(nowMs - startedAtMs) - frame.length);
      // The first one follows nothing: however short the silence before it was, it was one.
      if (cursor.at === undefined || dueAt - cursor.at > gapSamples) {
        cursor.at = dueAt;
        forget(cursor);
      }
      cursor.lead = Math.max(cursor.lead, cursor.at - dueAt);
      cursor.framesInWindow += 1;
      let kept = frame;
      if (cursor.framesInWindow >= windowFrames) {
        if (cursor.lead > driftSamples) kept = frame.subarray(Math.min(cursor.lead, frame.length));
        else if (cursor.lead < -driftSamples) cursor.at -= cursor.lead;
        forget(cursor);
      }
      // A channel that sends faster than time passes cannot fill memory.
      if (cursor.at - dueAt > segmentSamples) return;
      giveBefore(dueAt - lateSamples);
      if (!muted) write(track, kept, cursor.at);
      cursor.at += kept.length;
    },
    setMuted(next) {
      muted = next;
    },
    end(nowMs) {
      if (ended) return;
      ended = true;
      const last = Math.max(samplesOf(nowMs - startedAtMs), cursors.caller.at ?? 0, cursors.agent.at ?? 0);
      giveBefore(last);
      if (last > openFrom) give(open.shift(), last - openFrom);
      open = [];
    },
  };
}

function newCursor(): Cursor {
  return { at: undefined, lead: Number.NEGATIVE_INFINITY, framesInWindow: 0 };
}

function forget(cursor: Cursor): void {
  cursor.lead = Number.NEGATIVE_INFINITY;
  cursor.framesInWindow = 0;
}

function samplesOf(ms: number): number {
  return Math.round((ms * SAMPLE_RATE_HZ) / 1000);
}
