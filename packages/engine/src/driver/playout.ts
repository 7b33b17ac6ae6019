import { type AudioOutlet, FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReplyId } from '../turn/event.ts';

export type PlayoutEvent =
  | { readonly type: 'sentenceStarted'; readonly replyId: ReplyId; readonly sentence: number }
  | { readonly type: 'sentencePlayed'; readonly replyId: ReplyId; readonly sentence: number };

export interface PlayoutPosition {
  readonly replyId: ReplyId;
  readonly sentence: number;
  readonly playedMs: number;
}

/**
 * The agent's mouth: keeps the audio of the sentences that were synthesized, and sends the one that may sound frame by
 * frame in real time. Nothing is ever sent ahead, so a pause is a pause.
 */
export interface Playout {
  /** Audio of a sentence; may come before or after `play` asks for it. Ignored for a reply that was cleared. */
  add(replyId: ReplyId, sentence: number, samples: Pcm): void;
  /** No more audio will come for the sentence. */
  finish(replyId: ReplyId, sentence: number): void;
  play(replyId: ReplyId, sentence: number): void;
  /** The sentence is not to sound any more; its audio is thrown away. */
  skip(replyId: ReplyId, sentence: number): void;
  pause(): void;
  resume(): void;
  clear(): void;
  /** Where the sound stands; undefined while none has begun. */
  position(): PlayoutPosition | undefined;
  setOutlet(outlet: AudioOutlet | undefined): void;
  close(): void;
}

interface SentenceAudio {
  readonly chunks: Pcm[];
  samples: number;
  finished: boolean;
}

export function createPlayout(clock: Clock, onEvent: (event: PlayoutEvent) => void): Playout {
  let outlet: AudioOutlet | undefined;
  let current: { replyId: ReplyId; sentence: number; started: boolean; sentSamples: number } | undefined;
  let paused = false;
  let stopFrames: (() => void) | undefined;
  const audio = new Map<string, SentenceAudio>();

  const queueOf = (replyId: ReplyId, sentence: number): SentenceAudio => {
    const key = `${replyId}/${sentence}`;
    const existing = audio.get(key);
    if (existing !== undefined) return existing;
    const created: SentenceAudio = { chunks: [], samples: 0, finished: false };
    audio.set(key, created);
    return created;
  };

  const stop = () => {
    stopFrames?.();
    stopFrames = undefined;
  };

  /** Send one frame of the current sentence, or report its end. */
  const sendFrame = () => {
    if (current === undefined || paused || outlet === undefined) return stop();
    const queue = queueOf(current.replyId, current.sentence);
    const left = queue.samples - current.sentSamples;
    if (left >= FRAME_SAMPLES || (queue.finished && left > 0)) {
      outlet.write(takeFrame(queue, current.sentSamples));
      current.sentSamples += Math.min(left, FRAME_SAMPLES);
      if (!current.started) {
        current.started = true;
        onEvent({ type: 'sentenceStarted', replyId: current.replyId, sentence: current.sentence });
      }
      return;
    }
    if (!queue.finished) return;
    const { replyId, sentence } = current;
    audio.delete(`${replyId}/${sentence}`);
    current = undefined;
    // The answer to this event may be to play the next sentence: its first frame goes out at once, in this very slot.
    onEvent({ type: 'sentencePlayed', replyId, sentence });
    if (current === undefined) stop();
  };

  /** Sound begins with the first frame at once, not at the next tick: up to 20 ms of the caller's waiting. */
  const start = () => {
    if (current === undefined || paused || outlet === undefined) return;
    const queue = queueOf(current.replyId, current.sentence);
    if (queue.samples - current.sentSamples < FRAME_SAMPLES && !queue.finished) return;
    if (stopFrames === undefined) stopFrames = clock.everyFrame(sendFrame);
    if (!current.started) sendFrame();
  };

  return {
    add(replyId, sentence, samples) {
      const queue = queueOf(replyId, sentence);
      queue.chunks.push(samples);
      queue.samples += samples.length;
      if (isCurrent(current, replyId, sentence)) start();
    },
    finish(replyId, sentence) {
      queueOf(replyId, sentence).finished = true;
      if (isCurrent(current, replyId, sentence)) start();
    },
    play(replyId, sentence) {
      // Sentences of earlier replies that never sounded (their voice failed late) go with the first sound of a new one.
      if (sentence === 0) for (const key of audio.keys()) if (!key.startsWith(`${replyId}/`)) audio.delete(key);
      current = { replyId, sentence, started: false, sentSamples: 0 };
      start();
    },
    skip(replyId, sentence) {
      audio.delete(`${replyId}/${sentence}`);
      if (!isCurrent(current, replyId, sentence)) return;
      current = undefined;
      stop();
    },
    pause() {
      paused = true;
      stop();
    },
    resume() {
      paused = false;
      start();
    },
    clear() {
      current = undefined;
      paused = false;
      audio.clear();
      stop();
      outlet?.clear();
    },
    position() {
      if (current === undefined || !current.started) return undefined;
      const { replyId, sentence, sentSamples } = current;
      return { replyId, sentence, playedMs: (sentSamples * 1000) / SAMPLE_RATE_HZ };
    },
    setOutlet(next) {
      outlet = next;
      if (next === undefined) stop();
      else start();
    },
    close() {
      stop();
      audio.clear();
      current = undefined;
      outlet = undefined;
    },
  };
}

/** The frame that begins at the given sample; the last one is filled up with silence. */
function takeFrame(queue: SentenceAudio, fromSample: number): Pcm {
  const frame = new Int16Array(FRAME_SAMPLES);
  let chunkStart = 0;
  let filled = 0;
  for (const chunk of queue.chunks) {
    const offset = fromSample + filled - chunkStart;
    if (offset < chunk.length) {
      const part = chunk.subarray(offset, offset + FRAME_SAMPLES - filled);
      frame.set(part, filled);
      filled += part.length;
      if (filled === FRAME_SAMPLES) break;
    }
    chunkStart += chunk.length;
  }
  return frame;
}

function isCurrent(
  current: { replyId: ReplyId; sentence: number } | undefined,
  replyId: ReplyId,
  sentence: number,
): boolean {
  return current?.replyId === replyId && current.sentence === sentence;
}
