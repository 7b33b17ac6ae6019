import type { EchoGate } from '../audio/echo-gate.ts';
import { FRAME_MS, type Pcm } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { RecognizerEvent, RecognizerStream } from '../ports/recognizer.ts';
import type { VoiceDetectorStream, VoiceEvent } from '../ports/voice-detector.ts';
import type { UntimedEvent, UtteranceId } from '../turn/event.ts';

export interface ListeningOptions {
  /** Audio from before the onset that the recogniser gets too. */
  readonly preRollMs: number;
  /** Audio still listened to after push-to-talk was released. */
  readonly pushToTalkTailMs: number;
  /** A stretch of voice is cut here; the turn goes on with the next one. A button held for this long counts as released. */
  readonly maxUtteranceMs: number;
  /** A final that takes longer never comes; since finals answer in order, each later one would be taken for the one before. */
  readonly finalTimeoutMs: number;
  /** A recogniser that is away is asked again after this. */
  readonly retryAfterMs: number;
}

export const listeningDefaults: ListeningOptions = {
  // The onset is known 60–100 ms after it happened, and soft first sounds ("f", "h") come up to 150 ms before it.
  preRollMs: 300,
  // The button's message is faster than the audio, which waits in the jitter buffer; and people release early.
  pushToTalkTailMs: 200,
  // What a recogniser keeps of one utterance grows with it; nobody speaks 30 s without a breath.
  maxUtteranceMs: 30_000,
  // As long as the turn machine waits for it (`transcriptTimeoutMs`): what comes later is of no use, and what comes next
  // must not be taken for it.
  finalTimeoutMs: 3000,
  // Often enough to be back within a sentence or two, seldom enough that nobody hears of it more than now and then.
  retryAfterMs: 10_000,
};

export type ListeningEvent = Extract<
  UntimedEvent,
  {
    type:
      | 'voiceStarted'
      | 'voiceStopped'
      | 'pushToTalkStarted'
      | 'pushToTalkEnded'
      | 'partial'
      | 'final'
      | 'eagerEndOfTurn'
      | 'turnResumed'
      | 'recognizerFailed';
  }
>;

/** The conversation's ear: finds voice in the audio, gives it to the recogniser stretch by stretch, and says what it heard. */
export interface Listening {
  push(frame: Pcm): void;
  /** The agent sent this frame: what comes back of it is not the caller's voice. */
  sent(frame: Pcm): void;
  expect(context: string | undefined): void;
  pushToTalk(pressed: boolean): void;
  /** The channel is gone: what was being said ends here. */
  interrupt(): void;
  /** The line carries something else from now on: the next stretch goes to a new stream, once the one before has answered. */
  lineChanged(): void;
  close(): void;
}

/** What the ear is made of. */
export interface ListeningParts {
  readonly clock: Clock;
  /** Gives a new recogniser stream; asked again when one fails, but not again and again. The signal ends it. */
  readonly openStream: (signal: AbortSignal, onEvent: (event: RecognizerEvent) => void) => RecognizerStream;
  /** Gives a new gate for each channel; it stands before the detector only. */
  readonly openEchoGate: () => EchoGate;
  readonly openDetector: (signal: AbortSignal, onEvent: (event: VoiceEvent) => void) => VoiceDetectorStream;
  readonly onEvent: (event: ListeningEvent) => void;
}

export function createListening(
  { clock, openStream, openEchoGate, openDetector, onEvent }: ListeningParts,
  options: ListeningOptions = listeningDefaults,
): Listening {
  const preRoll = new PreRoll(Math.max(1, Math.round(options.preRollMs / FRAME_MS)));
  const times = new FrameTimes(clock.nowMs());
  let context: string | undefined;
  let closed = false;
  /** Counts the streams; what comes from an earlier one is not listened to. */
  let generation = 0;
  let failuresInARow = 0;
  let failedAtMs = 0;
  let lastUtteranceId = 0;
  /** Stretches whose final is still to come, oldest first; the recogniser answers in order. */
  let unanswered: Unanswered[] = [];
  let active: { id: UtteranceId; by: 'voice' | 'pushToTalk'; startedAtMs: number } | undefined;
  let cancelTail: (() => void) | undefined;
  let cancelHeld = () => {};
  let isVoiced = false;
  let detecting: Detecting | undefined;
  let stream: RecognizerStream | undefined;
  let streamScope = new AbortController();
  /** The stream was opened for another line. */
  let isStale = false;

  const onRecognizerEvent = (source: number) => (event: RecognizerEvent) => {
    if (closed || source !== generation) return;
    switch (event.type) {
      case 'failed':
        return fail(event.code);
      case 'final':
        return onFinal(event);
      case 'partial': {
        const utteranceId = underWay();
        if (utteranceId !== undefined) onEvent({ type: 'partial', utteranceId, text: event.text });
        return;
      }
      case 'eagerEndOfTurn': {
        const { text, confidence } = event;
        const utteranceId = underWay();
        if (utteranceId !== undefined) onEvent({ type: 'eagerEndOfTurn', utteranceId, text, confidence });
        return;
      }
      case 'turnResumed': {
        const utteranceId = underWay();
        if (utteranceId !== undefined) onEvent({ type: 'turnResumed', utteranceId });
      }
    }
  };

  const onFinal = ({ text, confidence, rejected, endsTurn }: Extract<RecognizerEvent, { type: 'final' }>) => {
    const first = oldest();
    // Only a recogniser that models turns answers before the voice has stopped; any other repeats itself.
    if (first === undefined || (first.endedAtMs === undefined && !endsTurn)) return;
    unanswered.shift();
    failuresInARow = 0;
    let utteranceId = first.id;
    if (first.isRest && first.endedAtMs !== undefined) {
      if (text === '' && !rejected) return;
      // There was more, so short that no partial told of it.
      utteranceId = nextId();
      onEvent({ type: 'voiceStarted', utteranceId });
      onEvent({ type: 'voiceStopped', utteranceId, speechEndedAtMs: first.endedAtMs });
    }
    onEvent({ type: 'final', utteranceId, text, confidence, rejected, endsTurn });
  };

  /** The stretch that the recogniser speaks of. After it ended one by itself, the words that follow are of a new one. */
  const underWay = (): UtteranceId | undefined => {
    const first = oldest();
    if (first !== undefined || active === undefined) return first?.id;
    active = { ...active, id: nextId() };
    unanswered.push({ id: active.id, endedAtMs: undefined, isRest: false });
    onEvent({ type: active.by === 'voice' ? 'voiceStarted' : 'pushToTalkStarted', utteranceId: active.id });
    return active.id;
  };

  /** The stretch that the recogniser answers next: one whose final is overdue will have none, if there is a later one. */
  const oldest = () => {
    while (unanswered.length > 1 && isOverdue(unanswered[0])) unanswered.shift();
    return unanswered[0];
  };

  const isOverdue = (utterance: Unanswered | undefined) =>
    utterance?.endedAtMs !== undefined && clock.nowMs() - utterance.endedAtMs > options.finalTimeoutMs;

  const nextId = (): UtteranceId => {
    lastUtteranceId += 1;
    // The one place where a number becomes an utterance's id.
    return lastUtteranceId as UtteranceId;
  };

  /** What was said into a broken stream is lost; what is still being said goes to the next one. */
  const fail = (code: string) => {
    const interrupted = active;
    replaceStream();
    active = undefined;
    onEvent({ type: 'recognizerFailed', code });
    if (interrupted !== undefined && !closed) begin(interrupted.by);
  };

  /** What comes from the stream until now is not listened to any more. */
  const replaceStream = () => {
    failuresInARow += 1;
    failedAtMs = clock.nowMs();
    dropStream();
  };

  const dropStream = () => {
    generation += 1;
    unanswered = [];
    stream = undefined;
    isStale = false;
    streamScope.abort();
  };

  /** A recogniser that throws has failed; nobody else is to blame. */
  const withStream = (act: (stream: RecognizerStream) => void) => {
    if (stream === undefined) return;
    try {
      act(stream);
    } catch {
      fail('recognizer_threw');
    }
  };

  /** `withStream`, spared what a function made anew for each frame costs. */
  const write = (frame: Pcm) => {
    try {
      stream?.write(frame);
    } catch {
      fail('recognizer_threw');
    }
  };

  const openedStream = (): RecognizerStream | undefined => {
    const isAway = failuresInARow >= maxFailures && clock.nowMs() - failedAtMs < options.retryAfterMs;
    if (stream !== undefined || isAway) return stream;
    streamScope = new AbortController();
    try {
      stream = openStream(streamScope.signal, onRecognizerEvent(generation));
      stream.expect(context);
    } catch {
      fail('recognizer_threw');
    }
    return stream;
  };

  const begin = (by: 'voice' | 'pushToTalk') => {
    if (isOverdue(unanswered[0])) replaceStream();
    else if (isStale && unanswered.length === 0) dropStream();
    if (openedStream() === undefined) return;
    const id = nextId();
    active = { id, by, startedAtMs: clock.nowMs() };
    unanswered.push({ id, endedAtMs: undefined, isRest: false });
    // The machine hears of the voice first: to stop speaking is more urgent than to start recognising.
    onEvent({ type: by === 'voice' ? 'voiceStarted' : 'pushToTalkStarted', utteranceId: id });
    withStream((ear) => ear.utteranceStarted(preRoll.take()));
  };

  const end = (speechEndedAtMs: number) => {
    if (active === undefined) return;
    const { id, by } = active;
    active = undefined;
    cancelHeld();
    const answer = unanswered.find((utterance) => utterance.id === id);
    if (answer !== undefined) answer.endedAtMs = clock.nowMs();
    // The recogniser ended this stretch by itself, and will still say that nothing more was in it.
    else unanswered.push({ id, endedAtMs: clock.nowMs(), isRest: true });
    withStream((ear) => ear.utteranceEnded());
    onEvent({ type: by === 'voice' ? 'voiceStopped' : 'pushToTalkEnded', utteranceId: id, speechEndedAtMs });
  };

  const releaseButton = () => {
    cancelTail?.();
    cancelTail = undefined;
    end(clock.nowMs());
  };

  /** Each channel is heard by a detector of its own: what one still had to say of the one before is of no use. */
  const startDetecting = (): Detecting => {
    const scope = new AbortController();
    times.restart();
    const stream = openDetector(scope.signal, (event) => {
      if (closed || scope.signal.aborted) return;
      isVoiced = event.type === 'started';
      if (active?.by === 'pushToTalk') return;
      if (event.type === 'stopped') end(times.of(event.frame) - event.silentMs);
      else if (active === undefined) begin('voice');
    });
    return { scope, echoGate: openEchoGate(), stream };
  };

  const stopDetecting = () => {
    detecting?.scope.abort();
    detecting = undefined;
    isVoiced = false;
  };

  return {
    push(frame) {
      if (closed) return;
      const now = clock.nowMs();
      if (active === undefined) preRoll.add(frame);
      else write(frame);
      detecting ??= startDetecting();
      times.add(now);
      const { stream, echoGate } = detecting;
      if (stream.pushLevel === undefined) stream.push(echoGate.filter(frame));
      else stream.pushLevel(echoGate.level(frame));
      if (isVoiced) times.voiced(now);
      if (active?.by === 'voice' && now - active.startedAtMs > options.maxUtteranceMs) {
        end(now);
        begin('voice');
      }
    },
    sent(frame) {
      detecting?.echoGate.sent(frame);
    },
    expect(next) {
      context = next;
      withStream((ear) => ear.expect(next));
    },
    pushToTalk(pressed) {
      if (closed) return;
      if (pressed) {
        cancelTail?.();
        cancelTail = undefined;
        if (active?.by === 'pushToTalk') return;
        cancelHeld = clock.wakeAt(clock.nowMs() + options.maxUtteranceMs, releaseButton);
        if (active === undefined) return begin('pushToTalk');
        active = { ...active, by: 'pushToTalk' };
        onEvent({ type: 'pushToTalkStarted', utteranceId: active.id });
      } else if (active?.by === 'pushToTalk' && cancelTail === undefined) {
        cancelTail = clock.wakeAt(clock.nowMs() + options.pushToTalkTailMs, releaseButton);
      }
    },
    interrupt() {
      cancelTail?.();
      cancelTail = undefined;
      end(times.lastVoicedAtMs);
      stopDetecting();
    },
    lineChanged() {
      isStale = stream !== undefined;
    },
    close() {
      closed = true;
      cancelTail?.();
      cancelHeld();
      stream = undefined;
      active = undefined;
      streamScope.abort();
      stopDetecting();
    },
  };
}

/** Streams that may fail, one after the other, before the recogniser is taken to be away. */
const maxFailures = 3;

interface Unanswered {
  readonly id: UtteranceId;
  endedAtMs: number | undefined;
  /** What came after the recogniser had ended the stretch by itself. */
  readonly isRest: boolean;
}

/** The detector of the channel that is attached now. */
interface Detecting {
  readonly scope: AbortController;
  readonly echoGate: EchoGate;
  readonly stream: VoiceDetectorStream;
}

/** When each of the last frames of a channel arrived: detectors that compute elsewhere speak of frames that are past. */
class FrameTimes {
  /** Behind the others: when the latest frame with a voice came, on whatever channel; at first the time of the beginning. */
  readonly #atMs: Float64Array = new Float64Array(arrivalsKept + 1);
  #count = 0;

  constructor(nowMs: number) {
    this.voiced(nowMs);
  }

  restart(): void {
    this.#count = 0;
  }

  add(nowMs: number): void {
    this.#atMs[this.#count % arrivalsKept] = nowMs;
    this.#count += 1;
  }

  /** @param frame 0-based, among all frames; of one that is too old the oldest time that is known */
  of(frame: number): number {
    const known = Math.max(frame, this.#count - arrivalsKept);
    return this.#atMs[known % arrivalsKept] ?? 0;
  }

  voiced(nowMs: number): void {
    this.#atMs[arrivalsKept] = nowMs;
  }

  get lastVoicedAtMs(): number {
    return this.#atMs[arrivalsKept] ?? 0;
  }
}

/** Two seconds: a detector that is further behind is of no use. */
const arrivalsKept = 100;

/** The latest frames, each put in the place of the oldest. */
class PreRoll {
  readonly #size: number;
  #frames: Pcm[] = [];
  #oldest = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(frame: Pcm): void {
    if (this.#frames.length < this.#size) {
      this.#frames.push(frame);
      return;
    }
    this.#frames[this.#oldest] = frame;
    this.#oldest = this.#oldest + 1 < this.#size ? this.#oldest + 1 : 0;
  }

  /** All that there are, the oldest first; there are none afterwards. */
  take(): readonly Pcm[] {
    const taken = [...this.#frames.slice(this.#oldest), ...this.#frames.slice(0, this.#oldest)];
    this.#frames = [];
    this.#oldest = 0;
    return taken;
  }
}
