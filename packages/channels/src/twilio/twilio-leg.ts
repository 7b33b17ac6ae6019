import type { Clock } from '@parley/engine/ports/clock.ts';
import { createKeyPresses } from '../phone/key-presses.ts';
import {
  type HangUpReason,
  type LegEnd,
  LegError,
  type LegFigures,
  type LegListener,
  type PhoneLeg,
  type ReferOutcome,
} from '../phone/phone-leg.ts';
import { closeSocket, openStream, type StartedStream, type Stream } from './open-stream.ts';
import { streamAheadMs } from './stream-voice.ts';

/** What is known of a call besides its stream, and what can be asked of whoever carries it. */
export interface StreamCall {
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  /** Whoever carries the call opens a new stream when the connection of this one broke, as it is told to. */
  readonly comesBack?: boolean;
  /**
   * Have the call dial somebody else. The stream stops as soon as that begins. When it failed, the call must come back as a new stream,
   * which is given to the same leg.
   * @throws LegError `not_supported`, `refused`, `unreachable` before anything happened to the call
   */
  readonly refer?: (target: string, signal: AbortSignal) => Promise<ReferOutcome>;
}

export interface TwilioLegOptions {
  /** Twilio sends sound without a pause, of silence too; as long as a browser's may stay away. */
  readonly audioTimeoutMs: number;
  /** A mark that does not come back for this long: the far side neither plays nor throws away. Its buffer is never above a second. */
  readonly unreadTimeoutMs: number;
  /** Last words that are not played by then are not waited for. */
  readonly lastWordsMs: number;
  /** From a transfer that failed to the new stream: a callback, a connection, with room for a slow network. */
  readonly comeBackMs: number;
}

export const twilioLegDefaults: TwilioLegOptions = {
  audioTimeoutMs: 8000,
  unreadTimeoutMs: 10_000,
  lastWordsMs: 3000,
  comeBackMs: 10_000,
};

export interface TwilioLeg extends PhoneLeg {
  readonly kind: 'twilio';
  readonly aheadMs: number;
  /** The call left its stream: it is being transferred, or the connection broke. */
  readonly isAway: boolean;
  /**
   * A new stream of this call would be taken: it is away being transferred, its connection broke, or broke without our having noticed
   * yet. False once it is being hung up.
   */
  readonly takesNewStream: boolean;
  /** The call came back on a new stream, which takes the place of the one before. Closes the socket if nobody waits for it. */
  comeBack(started: StartedStream): void;
  /** Whoever carries the call says that it is over. */
  gone(reason: string): void;
}

/** It was away being transferred, and nothing more was told of it: somebody else may be talking on it. */
export const callNotBack: LegEnd = { by: 'network', reason: 'the call did not come back' };
/**
 * A call over Twilio Media Streams. The leg is the call, not the connection: a stream that stops because the call is being transferred
 * does not end it, and the one on which it comes back is carried on with.
 */
export function createTwilioLeg(
  first: StartedStream,
  call: StreamCall,
  clock: Clock,
  overrides: Partial<TwilioLegOptions> = {},
): TwilioLeg {
  const options = { ...twilioLegDefaults, ...overrides };
  const ended = Promise.withResolvers<LegEnd>();
  let listener: LegListener | undefined;
  let state: 'talking' | 'away' | 'leaving' | 'ended' = 'talking';
  let stopFrames = () => {};
  let cancelWait = () => {};
  let onBack = () => {};
  let hasHeard = false;
  let leavingFor: HangUpReason = 'completed';
  const keys = createKeyPresses();
  const gone = new AbortController();
  /** A transfer that came to nothing may still be stopping the stream on which it began: a new one follows. */
  let referredUntilMs = Number.NEGATIVE_INFINITY;
  const mayComeBack = (how: LegEnd) =>
    (how.by === 'network' && call.comesBack === true) || clock.nowMs() < referredUntilMs;
  const isOver = () => state === 'ended';

  const end = (how: LegEnd) => {
    if (state === 'ended') return;
    state = 'ended';
    cancelWait();
    stopFrames();
    stream.close();
    keys.end();
    gone.abort(new LegError('ended', 'The call is over.'));
    ended.resolve(how);
  };

  /** What is told may end the conversation, which then hangs up: never from inside its own calls. */
  const open = (started: StartedStream): Stream =>
    openStream({
      started,
      clock,
      onFrame: (frame) => {
        if (state === 'talking') listener?.frame(frame);
      },
      onDigit: (digit) => {
        if (state === 'talking') listener?.digit(digit);
      },
      onPlayoutDelay: (playoutDelayMs) => listener?.playoutDelay?.(playoutDelayMs),
      onFirstSound: () => {
        // A frame is given as one comes, so the ticks keep the place of the first.
        if (hasHeard) return;
        hasHeard = true;
        startFrames();
      },
      onEnd: (how) => {
        if (state === 'leaving') end({ by: 'here', reason: leavingFor });
        else if (state === 'talking' && mayComeBack(how)) {
          state = 'away';
          void back(how);
        } else if (state === 'talking') end(how);
      },
    });
  let stream = open(first);

  const tick = (nowMs: number) => {
    if (state === 'away') return;
    const key = keys.next();
    if (key !== undefined) stream.voice.write(key, nowMs);
    stream.tick(nowMs);
    if (state === 'ended') return;
    if (nowMs - stream.lastHeardMs > options.audioTimeoutMs) return end({ by: 'network', reason: 'no sound came' });
    const { waitingSinceMs } = stream.voice;
    if (waitingSinceMs !== undefined && nowMs - waitingSinceMs > options.unreadTimeoutMs) {
      return end({ by: 'network', reason: 'sound is not being read' });
    }
    if (state === 'leaving' && stream.voice.isHeard) end({ by: 'here', reason: leavingFor });
  };
  const startFrames = () => {
    stopFrames();
    stopFrames = clock.everyFrame(() => tick(clock.nowMs()));
  };
  startFrames();

  const waitFor = (afterMs: number, then: () => void) => {
    cancelWait();
    cancelWait = clock.wakeAt(clock.nowMs() + afterMs, then);
  };

  /** Until all that was said has been played, or for so long. */
  const quiet = async (signal: AbortSignal): Promise<void> => {
    const untilMs = clock.nowMs() + options.lastWordsMs;
    const heard = Promise.withResolvers<void>();
    const stop = clock.everyFrame(() => {
      if (stream.voice.isHeard || state === 'ended' || signal.aborted || clock.nowMs() > untilMs) heard.resolve();
    });
    await heard.promise;
    stop();
  };

  /** Until the call is back: on the stream that it never left, or on a new one. False when it is gone. */
  const back = async (otherwise: LegEnd): Promise<boolean> => {
    if (state === 'away' && stream.isOpen) state = 'talking';
    if (state !== 'away') return state === 'talking';
    const came = Promise.withResolvers<boolean>();
    onBack = () => came.resolve(true);
    waitFor(options.comeBackMs, () => end(otherwise));
    void ended.promise.then(() => came.resolve(false));
    return came.promise;
  };

  const leg: TwilioLeg = {
    callId: first.start.callSid,
    kind: 'twilio',
    direction: call.direction,
    from: call.from,
    to: call.to,
    line: 'mulaw',
    get playoutDelayMs() {
      return stream.voice.playoutDelayMs;
    },
    aheadMs: streamAheadMs,
    ended: ended.promise,
    listen(next) {
      listener = next;
    },
    write(frame) {
      // Keys are sent as sound: what is said over them would spoil them.
      if (state === 'talking' && !keys.isPressing) stream.voice.write(frame, clock.nowMs());
    },
    clear() {
      if (state === 'talking' && !keys.isPressing) stream.voice.clear();
    },
    async sendDigits(digits, signal) {
      if (state !== 'talking') throw new LegError('ended', 'The call is over or away: nothing can be pressed on it.');
      await keys.press(digits, signal);
    },
    async refer(target, signal) {
      if (call.refer === undefined) return { type: 'failed', reason: 'not_supported' };
      if (state !== 'talking') throw new LegError('ended', 'The call is over: it cannot be transferred.');
      signal.throwIfAborted();
      await quiet(signal);
      signal.throwIfAborted();
      if (isOver()) throw new LegError('ended', 'The caller hung up before the transfer.');
      state = 'away';
      try {
        const outcome = await call.refer(target, AbortSignal.any([signal, gone.signal]));
        if (outcome.type === 'answered') {
          end({ by: 'here', reason: 'transferred' });
          return outcome;
        }
        if (outcome.reason !== 'not_supported') referredUntilMs = clock.nowMs() + options.comeBackMs;
        if (!(await back(callNotBack)))
          throw new LegError('ended', 'The caller hung up while somebody else was being called.');
        return outcome;
      } catch (error) {
        // Nothing happened to the call, or what did is being undone.
        referredUntilMs = clock.nowMs() + options.comeBackMs;
        if (!isOver()) await back(callNotBack);
        throw error;
      }
    },
    hangUp(reason) {
      if (state === 'ended' || state === 'leaving') return;
      leavingFor = reason;
      const hasLastWords = state === 'talking' && reason !== 'shutdown' && reason !== 'error' && !stream.voice.isHeard;
      if (!hasLastWords) return end({ by: 'here', reason });
      state = 'leaving';
      waitFor(options.lastWordsMs, () => end({ by: 'here', reason }));
    },
    figures: () => figuresOf(stream),
    get isAway() {
      return state === 'away';
    },
    get takesNewStream() {
      return state === 'away' || state === 'talking';
    },
    gone: (reason) => end({ by: 'far', reason }),
    comeBack(started) {
      if (!leg.takesNewStream) return closeSocket(started.socket, clock, 1008, 'the call is not awaited');
      stream.close();
      stream = open(started);
      state = 'talking';
      referredUntilMs = Number.NEGATIVE_INFINITY;
      cancelWait();
      onBack();
    },
  };

  return leg;
}

function figuresOf({ ear, voice }: Stream): LegFigures {
  return {
    codec: 'PCMU',
    packetsReceived: ear.received,
    packetsLost: ear.lost,
    packetsLate: ear.late,
    packetsSent: voice.sent,
    jitterMs: ear.jitterMs,
    far: undefined,
  };
}
