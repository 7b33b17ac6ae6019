import { type AudioOutlet, FRAME_MS, FRAME_SAMPLES, type Pcm, SAMPLE_RATE_HZ } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReplyId } from '../turn/event.ts';
import {
  addSound,
  createSentenceAudio,
  hasFrame,
  isOver,
  putBack,
  type SentenceAudio,
  takeFrame,
} from './sentence-audio.ts';

export type PlayoutEvent =
  | { readonly type: 'sentenceStarted'; readonly replyId: ReplyId; readonly sentence: number }
  | { readonly type: 'sentencePlayed'; readonly replyId: ReplyId; readonly sentence: number };

export interface PlayoutPosition {
  readonly replyId: ReplyId;
  readonly sentence: number;
  readonly playedMs: number;
}

/**
 * The agent's mouth: keeps the audio of the sentences that were synthesized, and sends the one that may sound frame by frame in real
 * time. To a channel that says so (`AudioOutlet.aheadMs`) frames are given before they are due; whatever is told of them (`onSent`, what
 * was played, what started) goes by the time at which they are due all the same. What is in the channel and not due is taken back for a
 * pause, so that a pause is a pause.
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

interface Current {
  readonly replyId: ReplyId;
  readonly sentence: number;
  readonly audio: SentenceAudio;
  started: boolean;
}

/** A frame that the channel has, ahead of its time. */
interface Given {
  readonly audio: SentenceAudio;
  readonly frame: Pcm;
  /** Without the silence that fills up the last one. */
  readonly samples: number;
  readonly dueMs: number;
}

export interface PlayoutListener {
  readonly onEvent: (event: PlayoutEvent) => void;
  /** Told each frame as it is due to leave. */
  readonly onSent?: (frame: Pcm) => void;
  /**
   * Will the next sentence be played as soon as this one has been, as far as is known now? Then its first frames are given ahead, too.
   * Left out: never.
   */
  readonly goesOn?: (replyId: ReplyId, sentence: number) => boolean;
}

export function createPlayout(
  clock: Clock,
  { onEvent, onSent = () => {}, goesOn = () => false }: PlayoutListener,
): Playout {
  let outlet: AudioOutlet | undefined;
  let aheadMs = 0;
  let current: Current | undefined;
  let paused = false;
  let stopFrames: (() => void) | undefined;
  let ticksSinceMs = 0;
  const audio = new Map<string, SentenceAudio>();
  /** In order; a dozen at most. */
  const given: Given[] = [];
  /** When the last frame that was told of has sounded, and the last one that was given. */
  let soundsUntilMs = Number.NEGATIVE_INFINITY;
  let givenUntilMs = Number.NEGATIVE_INFINITY;

  const queueOf = (replyId: ReplyId, sentence: number): SentenceAudio => {
    const key = keyOf(replyId, sentence);
    const existing = audio.get(key);
    if (existing !== undefined) return existing;
    const created = createSentenceAudio();
    audio.set(key, created);
    return created;
  };

  const stop = () => {
    stopFrames?.();
    stopFrames = undefined;
  };
  const startTicks = () => {
    stop();
    ticksSinceMs = Math.floor(clock.nowMs());
    stopFrames = clock.everyFrame(() => tick());
  };

  /** A frame of the sentence leaves, now. */
  const sent = (playing: Current, frame: Pcm, samples: number) => {
    playing.audio.sentSamples += samples;
    onSent(frame);
    if (playing.started) return;
    playing.started = true;
    onEvent({ type: 'sentenceStarted', replyId: playing.replyId, sentence: playing.sentence });
  };

  /** The answer to this event may be to play the next sentence: its first frame goes out at once, in this very slot. */
  const played = ({ replyId, sentence }: Current) => {
    audio.delete(keyOf(replyId, sentence));
    current = undefined;
    onEvent({ type: 'sentencePlayed', replyId, sentence });
  };

  /** Send one frame of the current sentence, or report its end. */
  const sendFrame = (to: AudioOutlet, playing: Current) => {
    const { audio: queue } = playing;
    if (hasFrame(queue)) {
      const samples = Math.min(queue.samplesLeft, FRAME_SAMPLES);
      const frame = takeFrame(queue);
      to.write(frame);
      return sent(playing, frame, samples);
    }
    if (queue.finished) played(playing);
  };

  /** Tell of the frames of the current sentence that are due. */
  const tellDue = () => {
    const untilMs = clock.nowMs();
    for (let next = given[0]; next !== undefined && next.dueMs <= untilMs; next = given[0]) {
      if (current === undefined || next.audio !== current.audio) return;
      given.shift();
      soundsUntilMs = next.dueMs + FRAME_MS;
      sent(current, next.frame, next.samples);
    }
  };

  /** What is to be given next: of the current sentence, or of the one after it when all of the current one has been given. */
  const nextQueue = (): SentenceAudio | undefined => {
    if (current === undefined) return undefined;
    const { replyId } = current;
    let { sentence } = current;
    let queue: SentenceAudio | undefined = current.audio;
    while (queue !== undefined && isOver(queue) && goesOn(replyId, sentence)) {
      sentence += 1;
      queue = audio.get(keyOf(replyId, sentence));
    }
    return queue !== undefined && hasFrame(queue) ? queue : undefined;
  };

  const giveAhead = (to: AudioOutlet) => {
    // Ticks have their place in whole milliseconds, and so have the frames that are told of in them.
    const nowMs = Math.floor(clock.nowMs());
    for (;;) {
      const dueMs = Math.max(nowMs, givenUntilMs);
      if (dueMs > nowMs && dueMs + FRAME_MS > nowMs + aheadMs) return;
      const queue = nextQueue();
      if (queue === undefined) return;
      // The channel had run dry, at a time that is not that of the ticks.
      if (dueMs === nowMs && (nowMs - ticksSinceMs) % FRAME_MS !== 0) startTicks();
      const samples = Math.min(queue.samplesLeft, FRAME_SAMPLES);
      const frame = takeFrame(queue);
      given.push({ audio: queue, frame, samples, dueMs });
      givenUntilMs = dueMs + FRAME_MS;
      to.write(frame);
    }
  };

  /** What the channel has and is not due comes back, to be given again when it is to sound after all. */
  const takeBack = () => {
    if (given.length === 0) return;
    const nowMs = clock.nowMs();
    outlet?.clear();
    // The next sentence began in this very moment, though it was not its turn yet: what is gone is gone.
    for (let next = given[0]; next !== undefined && next.dueMs <= nowMs; next = given[0]) {
      given.shift();
      soundsUntilMs = next.dueMs + FRAME_MS;
      next.audio.sentSamples += next.samples;
      onSent(next.frame);
    }
    givenUntilMs = soundsUntilMs;
    for (let last = given.pop(); last !== undefined; last = given.pop()) {
      putBack(last.audio, last.frame.subarray(0, last.samples));
    }
  };

  const goOnAhead = (to: AudioOutlet) => {
    tellDue();
    // Once for each sentence that ended, which after a stall may be more than one.
    while (current !== undefined && !paused && given[0]?.audio !== current.audio && isOver(current.audio)) {
      if (soundsUntilMs > clock.nowMs()) break;
      played(current);
      tellDue();
    }
    if (current === undefined) return takeBack();
    if (paused || outlet !== to) return;
    giveAhead(to);
    tellDue();
  };

  const tick = () => {
    if (current === undefined || paused || outlet === undefined) return stop();
    if (aheadMs > 0) goOnAhead(outlet);
    else sendFrame(outlet, current);
    if (current === undefined) stop();
  };

  /** Sound begins with the first frame at once, not at the next tick: up to 20 ms of the caller's waiting. */
  const start = () => {
    if (current === undefined || paused || outlet === undefined) return;
    if (!hasFrame(current.audio) && !current.audio.finished) return;
    if (stopFrames === undefined) startTicks();
    if (!current.started) tick();
  };

  return {
    add(replyId, sentence, samples) {
      addSound(queueOf(replyId, sentence), samples);
      if (isCurrent(current, replyId, sentence)) start();
    },
    finish(replyId, sentence) {
      queueOf(replyId, sentence).finished = true;
      if (isCurrent(current, replyId, sentence)) start();
    },
    play(replyId, sentence) {
      // Sentences of earlier replies that never sounded (their voice failed late) go with the first sound of a new one.
      if (sentence === 0) for (const key of audio.keys()) if (!key.startsWith(`${replyId}/`)) audio.delete(key);
      const queue = queueOf(replyId, sentence);
      if (given[0]?.audio !== queue) takeBack();
      current = { replyId, sentence, audio: queue, started: false };
      start();
    },
    skip(replyId, sentence) {
      const queue = audio.get(keyOf(replyId, sentence));
      tellDue();
      const wasGiven = given.some((one) => one.audio === queue);
      if (wasGiven) takeBack();
      audio.delete(keyOf(replyId, sentence));
      if (isCurrent(current, replyId, sentence)) {
        current = undefined;
        stop();
      } else if (wasGiven && outlet !== undefined) {
        // What came back with it of the one that sounds now.
        giveAhead(outlet);
      }
    },
    pause() {
      tellDue();
      takeBack();
      paused = true;
      stop();
    },
    resume() {
      paused = false;
      start();
    },
    clear() {
      tellDue();
      given.length = 0;
      givenUntilMs = soundsUntilMs;
      current = undefined;
      paused = false;
      audio.clear();
      stop();
      outlet?.clear();
    },
    position() {
      if (current === undefined || !current.started) return undefined;
      const { replyId, sentence, audio: queue } = current;
      const nowMs = clock.nowMs();
      let samples = queue.sentSamples;
      // A process that was held up has not told of all that is due.
      for (const one of given) if (one.audio === queue && one.dueMs <= nowMs) samples += one.samples;
      return { replyId, sentence, playedMs: (samples * 1000) / SAMPLE_RATE_HZ };
    },
    setOutlet(next) {
      tellDue();
      takeBack();
      outlet = next;
      aheadMs = next?.aheadMs ?? 0;
      if (next === undefined) stop();
      else start();
    },
    close() {
      tellDue();
      takeBack();
      stop();
      audio.clear();
      current = undefined;
      outlet = undefined;
    },
  };
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
