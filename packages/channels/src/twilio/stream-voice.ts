import { encodeG711Into, g711Silence } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { FRAME_MS, FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { createMarkLedger } from './mark-ledger.ts';
import { createMediaFrames, lineFrameBytes, type MediaFrames } from './media-frames.ts';

/** What of a WebSocket is needed to speak into. */
export interface VoiceSocket {
  readonly bufferedAmount: number;
  send(text: string): void;
  /** Messages of sound, one behind the other, as `MediaFrames` made them. */
  sendFrames(messages: Buffer, frames: MediaFrames): void;
}

export interface StreamVoiceOptions {
  /** Until the first mark came back: what a network and the far side's own buffer take as a rule. */
  readonly firstPlayoutDelayMs: number;
  /** Frames between two marks inside a burst of speech (500 ms): often enough to follow a line, rare enough to cost nothing. */
  readonly framesPerMark: number;
  /**
   * Speech is over after so many ticks without a frame: one is missing now and then when frames come from another leg, over a network.
   * Ticks and not milliseconds: a process that was held up makes up for frames and ticks alike, and no silence may get between.
   */
  readonly pauseTicks: number;
  /**
   * Frames of silence before a burst of speech (40 ms): what the far side has in hand when a frame is late, on the network or because
   * this process was busy. Each is heard as delay, and a hole in a word is worse: of 100 calls on two cores that others kept busy,
   * 1.7 % of the speech was holes with them and 7.3 % without. Speech that comes ahead of its time needs none.
   */
  readonly leadFrames: number;
  /** Frames that go out together while the far side has `enoughMs` in hand: a third of the writes, of which each costs more than its sound. */
  readonly framesPerWrite: number;
  /** Sound at the far side that is not played yet; with less each frame goes at once. What a busy process or a network may be late by. */
  readonly enoughMs: number;
  /** Bytes that wait in this process at most: about a second of sound. A frame that comes after that is dropped. */
  readonly maxWaitingBytes: number;
}

export const streamVoiceDefaults: StreamVoiceOptions = {
  firstPlayoutDelayMs: 100,
  framesPerMark: 25,
  pauseTicks: 3,
  leadFrames: 2,
  framesPerWrite: 3,
  enoughMs: 100,
  maxWaitingBytes: 16_384,
};

/**
 * How far ahead of its time Twilio is given speech: it has a buffer of its own, and `clear`. A process held up for that long makes no
 * hole; longer than any collection of garbage or turn of the database that was seen takes under the load that is allowed.
 */
export const streamAheadMs = 300;

/** Wide samples that fill the filter from 16 to 8 kHz before the first frame: from then on a frame gives a frame. */
const filterSamples = 62;
/** Frames that may wait for the end of what the process is doing now; then they go at once. */
const maxPending = 16;

/** The agent's half of a media stream: frames become messages, and marks tell what of them was played. */
export interface StreamVoice {
  write(frame: Pcm, nowMs: number): void;
  /** Call each 20 ms: marks the end of speech. */
  tick(nowMs: number): void;
  clear(): void;
  markReturned(name: string, nowMs: number): void;
  /** Since when the oldest mark has been away. */
  readonly waitingSinceMs: number | undefined;
  /** Nothing that was written is still on its way. */
  readonly isHeard: boolean;
  readonly playoutDelayMs: number;
  readonly sent: number;
  readonly dropped: number;
}

export function createStreamVoice(
  socket: VoiceSocket,
  streamSid: string,
  onPlayoutDelay: (playoutDelayMs: number) => void,
  options: StreamVoiceOptions = streamVoiceDefaults,
): StreamVoice {
  const marks = createMarkLedger(options.firstPlayoutDelayMs, onPlayoutDelay);
  const messages = createMediaFrames(streamSid);
  const beforeMark = `{"event":"mark","streamSid":"${streamSid}","mark":{"name":"`;
  const clearMessage = `{"event":"clear","streamSid":"${streamSid}"}`;
  const toLine = createWideToLine();
  toLine.process(new Int16Array(filterSamples));
  /** µ-law that was not sent yet. */
  const pending = new Uint8Array(maxPending * lineFrameBytes);
  let pendingFrames = 0;
  let isFlushDue = false;
  let isSpeaking = false;
  /** Nothing of this speech has been sent. */
  let isBeginning = false;
  /** When what was written, and what was sent, will have been played at the far side, the way there left out. */
  let soundsUntilMs = Number.NEGATIVE_INFINITY;
  let sentUntilMs = Number.NEGATIVE_INFINITY;
  let ticksWithoutFrame = 0;
  let framesSinceMark = 0;
  let sent = 0;
  let dropped = 0;

  const put = (frame: Pcm) => {
    // The filter hears it all the same: what follows must not click.
    const samples = toLine.process(frame);
    if (socket.bufferedAmount > options.maxWaitingBytes) {
      dropped += 1;
      return;
    }
    if (pendingFrames === maxPending) flush();
    encodeG711Into(pending, pendingFrames * lineFrameBytes, samples, 'mulaw');
    pendingFrames += 1;
    framesSinceMark += 1;
  };
  const flush = () => {
    if (pendingFrames === 0) return;
    // Speech that comes ahead of its time has enough in hand.
    if (isBeginning && pendingFrames <= options.leadFrames) lead();
    isBeginning = false;
    socket.sendFrames(messages.encode(pending.subarray(0, pendingFrames * lineFrameBytes)), messages);
    sent += pendingFrames;
    pendingFrames = 0;
    sentUntilMs = soundsUntilMs;
  };
  const lead = () => {
    if (options.leadFrames === 0) return;
    const silence = new Uint8Array(options.leadFrames * lineFrameBytes).fill(g711Silence.mulaw);
    socket.sendFrames(messages.encode(silence), messages);
    sent += options.leadFrames;
    framesSinceMark += options.leadFrames;
  };
  const flushWhenDue = () => {
    isFlushDue = false;
    flush();
  };
  /** Several frames may be written within one turn of the process; they leave together at its end. */
  const flushSoon = () => {
    if (isFlushDue) return;
    isFlushDue = true;
    queueMicrotask(flushWhenDue);
  };
  const mark = () => {
    flush();
    if (framesSinceMark === 0) return;
    framesSinceMark = 0;
    // Counted from when the frame before it is due, which may be later than now.
    socket.send(`${beforeMark}${marks.next(soundsUntilMs - FRAME_MS)}"}}`);
  };

  return {
    write(frame, nowMs) {
      if (!isSpeaking) {
        isSpeaking = true;
        // While something is still being played there is enough in hand.
        isBeginning = marks.waitingSinceMs === undefined;
      }
      soundsUntilMs = Math.max(soundsUntilMs, nowMs) + FRAME_MS;
      ticksWithoutFrame = 0;
      put(frame);
      if (framesSinceMark >= options.framesPerMark) mark();
      else if (sentUntilMs - nowMs < options.enoughMs || pendingFrames >= options.framesPerWrite) flushSoon();
    },
    tick(nowMs) {
      if (!isSpeaking) return;
      if (pendingFrames > 0 && sentUntilMs - nowMs < options.enoughMs) flush();
      // Speech is there until its last frame has begun.
      if (nowMs < soundsUntilMs - FRAME_MS) return;
      ticksWithoutFrame += 1;
      if (ticksWithoutFrame <= options.pauseTicks) return;
      isSpeaking = false;
      // The last four milliseconds of speech are still in the filter.
      soundsUntilMs = Math.max(soundsUntilMs, nowMs) + FRAME_MS;
      put(new Int16Array(FRAME_SAMPLES));
      mark();
    },
    clear() {
      if (!isSpeaking && marks.waitingSinceMs === undefined) return;
      isSpeaking = false;
      framesSinceMark = 0;
      pendingFrames = 0;
      soundsUntilMs = Number.NEGATIVE_INFINITY;
      sentUntilMs = Number.NEGATIVE_INFINITY;
      marks.clear();
      toLine.flush();
      toLine.process(new Int16Array(filterSamples));
      socket.send(clearMessage);
    },
    markReturned: (name, nowMs) => marks.returned(name, nowMs),
    get waitingSinceMs() {
      return marks.waitingSinceMs;
    },
    get isHeard() {
      return !isSpeaking && marks.waitingSinceMs === undefined;
    },
    get playoutDelayMs() {
      return marks.playoutDelayMs;
    },
    get sent() {
      return sent;
    },
    get dropped() {
      return dropped;
    },
  };
}
