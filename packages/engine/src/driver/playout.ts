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

/** The sound of a sentence that has not been sent yet; what was sent is let go. */
interface SentenceAudio {
  /** The oldest first. */
  readonly chunks: Pcm[];
  /** How much of the oldest chunk is gone. */
  sentOfFirst: number;
  samplesLeft: number;
  finished: boolean;
}

interface Current {
  readonly replyId: ReplyId;
  readonly sentence: number;
  readonly audio: SentenceAudio;
  started: boolean;
  sentSamples: number;
}

/** @param onSent is told each frame as it leaves */
export function createPlayout(
  clock: Clock,
  onEvent: (event: PlayoutEvent) => void,
  onSent: (frame: Pcm) => void = () => {},
): Playout {
  let outlet: AudioOutlet | undefined;
  let current: Current | undefined;
  let paused = false;
  let stopFrames: (() => void) | undefined;
  const audio = new Map<string, SentenceAudio>();

  const queueOf = (replyId: ReplyId, sentence: number): SentenceAudio => {
    const key = keyOf(replyId, sentence);
    const existing = audio.get(key);
    if (existing !== undefined) return existing;
    const created: SentenceAudio = { chunks: [], sentOfFirst: 0, samplesLeft: 0, finished: false };
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
    const playing = current;
    const { replyId, sentence, audio: queue } = playing;
    if (isFrameReady(queue)) {
      playing.sentSamples += Math.min(queue.samplesLeft, FRAME_SAMPLES);
      const frame = takeFrame(queue);
      outlet.write(frame);
      onSent(frame);
      if (!playing.started) {
        playing.started = true;
        onEvent({ type: 'sentenceStarted', replyId, sentence });
      }
      return;
    }
    if (!queue.finished) return;
    audio.delete(keyOf(replyId, sentence));
    current = undefined;
    // The answer to this event may be to play the next sentence: its first frame goes out at once, in this very slot.
    onEvent({ type: 'sentencePlayed', replyId, sentence });
    if (current === undefined) stop();
  };

  /** Sound begins with the first frame at once, not at the next tick: up to 20 ms of the caller's waiting. */
  const start = () => {
    if (current === undefined || paused || outlet === undefined) return;
    if (!isFrameReady(current.audio) && !current.audio.finished) return;
    if (stopFrames === undefined) stopFrames = clock.everyFrame(sendFrame);
    if (!current.started) sendFrame();
  };

  return {
    add(replyId, sentence, samples) {
      const queue = queueOf(replyId, sentence);
      queue.chunks.push(samples);
      queue.samplesLeft += samples.length;
      if (isCurrent(current, replyId, sentence)) start();
    },
    finish(replyId, sentence) {
      queueOf(replyId, sentence).finished = true;
      if (isCurrent(current, replyId, sentence)) start();
    },
    play(replyId, sentence) {
      // Sentences of earlier replies that never sounded (their voice failed late) go with the first sound of a new one.
      if (sentence === 0) for (const key of audio.keys()) if (!key.startsWith(`${replyId}/`)) audio.delete(key);
      current = { replyId, sentence, audio: queueOf(replyId, sentence), started: false, sentSamples: 0 };
      start();
    },
    skip(replyId, sentence) {
      audio.delete(keyOf(replyId, sentence));
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

function isFrameReady({ samplesLeft, finished }: SentenceAudio): boolean {
  return samplesLeft >= FRAME_SAMPLES || (finished && samplesLeft > 0);
}

/** The next frame, taken off the queue; the last one is filled up with silence. Most are a view of a chunk, not a copy. */
function takeFrame(queue: SentenceAudio): Pcm {
  const [first] = queue.chunks;
  if (first !== undefined && first.length - queue.sentOfFirst >= FRAME_SAMPLES) {
    const frame = first.subarray(queue.sentOfFirst, queue.sentOfFirst + FRAME_SAMPLES);
    letGo(queue, first, FRAME_SAMPLES);
    return frame;
  }
  const frame = new Int16Array(FRAME_SAMPLES);
  let filled = 0;
  for (let chunk = queue.chunks[0]; chunk !== undefined && filled < FRAME_SAMPLES; chunk = queue.chunks[0]) {
    const part = chunk.subarray(queue.sentOfFirst, queue.sentOfFirst + FRAME_SAMPLES - filled);
    frame.set(part, filled);
    filled += part.length;
    letGo(queue, chunk, part.length);
  }
  return frame;
}

function letGo(queue: SentenceAudio, first: Pcm, samples: number): void {
  queue.samplesLeft -= samples;
  queue.sentOfFirst += samples;
  if (queue.sentOfFirst < first.length) return;
  queue.chunks.shift();
  queue.sentOfFirst = 0;
}

function keyOf(replyId: ReplyId, sentence: number): string {
  return `${replyId}/${sentence}`;
}

function isCurrent(
  current: { replyId: ReplyId; sentence: number } | undefined,
  replyId: ReplyId,
  sentence: number,
): boolean {
  return current?.replyId === replyId && current.sentence === sentence;
}
