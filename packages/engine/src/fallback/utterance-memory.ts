import { type Pcm, SAMPLE_RATE_HZ } from '../ports/audio.ts';

/** An utterance whose final is still to come, with its sound. */
export interface KeptUtterance {
  /** What was expected when it began. */
  readonly context: string | undefined;
  readonly frames: readonly Pcm[];
  /** Undefined while it goes on. */
  readonly endedAtMs: number | undefined;
}

/** Keeps the sound since the last final, so that another recogniser can hear it. */
export interface UtteranceMemory {
  /** Oldest first: finals come in this order. */
  readonly pending: readonly KeptUtterance[];
  begin(context: string | undefined, preRoll: readonly Pcm[]): void;
  write(frame: Pcm): void;
  end(nowMs: number): void;
  /** The oldest has its final. */
  answer(): void;
}

/** @param maxMs sound kept over all utterances; beyond it the oldest is lost */
export function createUtteranceMemory(maxMs: number): UtteranceMemory {
  const pending: { context: string | undefined; frames: Pcm[]; endedAtMs: number | undefined }[] = [];
  const maxSamples = (maxMs * SAMPLE_RATE_HZ) / 1000;
  let samples = 0;

  const keep = (frames: Pcm[], frame: Pcm) => {
    frames.push(frame);
    samples += frame.length;
    while (samples > maxSamples) {
      const lost = pending.find((utterance) => utterance.frames.length > 0)?.frames.shift();
      if (lost === undefined) return;
      samples -= lost.length;
    }
  };
  const active = () => {
    const last = pending.at(-1);
    return last?.endedAtMs === undefined ? last : undefined;
  };

  return {
    pending,
    begin(context, preRoll) {
      const frames: Pcm[] = [];
      pending.push({ context, frames, endedAtMs: undefined });
      for (const frame of preRoll) keep(frames, frame);
    },
    write(frame) {
      const utterance = active();
      if (utterance !== undefined) keep(utterance.frames, frame);
    },
    end(nowMs) {
      const utterance = active();
      if (utterance !== undefined) utterance.endedAtMs = nowMs;
    },
    answer() {
      for (const frame of pending.shift()?.frames ?? []) samples -= frame.length;
    },
  };
}
