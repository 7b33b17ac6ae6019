import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { FRAME_SAMPLES, type Pcm } from '@parley/engine/ports/audio.ts';
import { createMarkLedger } from './mark-ledger.ts';

/** What of a WebSocket is needed to speak into. */
export interface VoiceSocket {
  readonly bufferedAmount: number;
  send(text: string): void;
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
   * 1.7 % of the speech was holes with them and 7.3 % without.
   */
  readonly leadFrames: number;
  /** Bytes that wait in this process at most: about a second of sound. A frame that comes after that is dropped. */
  readonly maxWaitingBytes: number;
}

export const streamVoiceDefaults: StreamVoiceOptions = {
  firstPlayoutDelayMs: 100,
  framesPerMark: 25,
  pauseTicks: 3,
  leadFrames: 2,
  maxWaitingBytes: 16_384,
};

/** Wide samples that fill the filter from 16 to 8 kHz before the first frame: from then on a frame gives a frame. */
const filterSamples = 62;

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
  const beforePayload = `{"event":"media","streamSid":"${streamSid}","media":{"payload":"`;
  const beforeMark = `{"event":"mark","streamSid":"${streamSid}","mark":{"name":"`;
  const clearMessage = `{"event":"clear","streamSid":"${streamSid}"}`;
  const toLine = createWideToLine();
  toLine.process(new Int16Array(filterSamples));
  let isSpeaking = false;
  let ticksWithoutFrame = 0;
  let framesSinceMark = 0;
  let sent = 0;
  let dropped = 0;

  const send = (frame: Pcm) => {
    // The filter hears it all the same: what follows must not click.
    const bytes = encodeG711(toLine.process(frame), 'mulaw');
    if (socket.bufferedAmount > options.maxWaitingBytes) {
      dropped += 1;
      return;
    }
    const payload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    socket.send(`${beforePayload}${payload}"}}`);
    sent += 1;
    framesSinceMark += 1;
  };
  const mark = (nowMs: number) => {
    if (framesSinceMark === 0) return;
    framesSinceMark = 0;
    socket.send(`${beforeMark}${marks.next(nowMs)}"}}`);
  };

  return {
    write(frame, nowMs) {
      // While something is still being played there is enough in hand.
      const isBeginning = !isSpeaking && marks.waitingSinceMs === undefined;
      isSpeaking = true;
      for (let lead = isBeginning ? options.leadFrames : 0; lead > 0; lead -= 1) send(new Int16Array(FRAME_SAMPLES));
      ticksWithoutFrame = 0;
      send(frame);
      if (framesSinceMark >= options.framesPerMark) mark(nowMs);
    },
    tick(nowMs) {
      ticksWithoutFrame += 1;
      if (!isSpeaking || ticksWithoutFrame <= options.pauseTicks) return;
      isSpeaking = false;
      // The last four milliseconds of speech are still in the filter.
      send(new Int16Array(FRAME_SAMPLES));
      mark(nowMs);
    },
    clear() {
      if (!isSpeaking && marks.waitingSinceMs === undefined) return;
      isSpeaking = false;
      framesSinceMark = 0;
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
