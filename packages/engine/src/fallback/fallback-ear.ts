import { FRAME_MS } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { Recognizer, RecognizerEvent, RecognizerOptions, RecognizerStream } from '../ports/recognizer.ts';
import { FallbackError } from './fallback-error.ts';
import type { FallbackRecognizerOptions } from './fallback-recognizer.ts';
import { finalTimeout, isHang } from './is-hang.ts';
import type { Choice, Rotation } from './rotation.ts';
import { createUtteranceMemory } from './utterance-memory.ts';

export interface EarParts {
  readonly rotation: Rotation<Recognizer>;
  readonly options: FallbackRecognizerOptions;
  readonly clock: Clock;
  readonly onError: (error: FallbackError) => void;
  /** Leaves out engines that are not prepared or do not know the language. */
  readonly isUsable: (index: number) => boolean;
  /** An engine refused for a reason that is no fault of its own. */
  readonly onRefused: (index: number, code: string) => void;
  /** The stream holds nothing any more. */
  readonly onOver: () => void;
  /** From what is known of each engine; left out: the options' for all. */
  readonly finalTimeoutMs?: (index: number) => number;
  /** Rounds through all engines again when all have failed for the same words; left out: none. */
  readonly retry?: { readonly rounds: number; readonly delayMs: () => number };
}

export interface FallbackEar extends RecognizerStream {
  /** Ends it from outside; the failure is told. */
  fail(code: string, message: string): void;
}

interface Attempt {
  readonly choice: Choice<Recognizer>;
  readonly scope: AbortController;
  stream: RecognizerStream | undefined;
  /** What it was told to expect. */
  context: string | undefined;
  /** The utterance in progress was begun on it. */
  isListening: boolean;
  /** It was told the end of an utterance and owes the final. */
  owesFinal: boolean;
  /** When it can have heard all that it was given at once. */
  caughtUpAtMs: number;
}

/**
 * One caller's ear over engines that stand in for one another. An engine gets an utterance only when the one before has its
 * final (until then the sound is kept): so a final can be of no other utterance, even when an engine forgets one.
 */
export function createFallbackEar(
  parts: EarParts,
  open: RecognizerOptions,
  onEvent: (event: RecognizerEvent) => void,
): FallbackEar {
  const { rotation, options, clock, onError } = parts;
  const memory = createUtteranceMemory(options.keptAudioMs);
  /** Since the last final; one that failed for these words is not asked for them again. */
  const tried = new Set<number>();
  /** Events that came from inside a call to an engine: port and driver are spared them until the call is over. */
  const inbox: (() => void)[] = [];
  let callsUnderWay = 0;
  let attempt: Attempt | undefined;
  let context: string | undefined;
  let lastFailure: string | undefined;
  let eagerTold = false;
  let roundsLeft = parts.retry?.rounds ?? 0;
  let cancelTimer = () => {};
  let cancelRetry: (() => void) | undefined;
  let over = false;

  const finish = () => {
    if (over) return;
    over = true;
    cancelTimer();
    cancelRetry?.();
    open.signal.removeEventListener('abort', finish);
    dropAttempt()?.choice.ticket.released();
    parts.onOver();
  };

  const dropAttempt = () => {
    const dropped = attempt;
    attempt = undefined;
    dropped?.scope.abort();
    return dropped;
  };

  const later = (act: () => void) => {
    inbox.push(act);
    if (inbox.length === 1) queueMicrotask(takeNext);
  };
  const takeNext = () => {
    const next = inbox.shift();
    if (inbox.length > 0) queueMicrotask(takeNext);
    if (!over) next?.();
  };

  /** Calls into an engine: what it throws or says meanwhile is taken up afterwards. */
  const call = (of: Attempt, act: () => void) => {
    callsUnderWay += 1;
    try {
      act();
    } catch (error) {
      later(() => takeOver(of, 'recognizer_threw', String(error)));
    } finally {
      callsUnderWay -= 1;
    }
  };

  const takeOver = (from: Attempt, code: string, message: string) => {
    lastFailure = message;
    if (over || attempt !== from) return;
    const { part, index, ticket } = from.choice;
    dropAttempt();
    if (requestFaults.has(code)) {
      ticket.released();
      parts.onRefused(index, code);
    } else {
      ticket.failed(isHang(code) ? 'hung' : undefined);
    }
    onError(
      new FallbackError(isHang(code) ? 'part_hung' : 'part_failed', `recogniser ${part.name}, ${code}: ${message}`),
    );
    if (eagerTold) {
      eagerTold = false;
      onEvent({ type: 'turnResumed' });
    }
    openNext();
  };

  /** Between two utterances nothing is lost: others found out that the engine fails, and this caller need not. */
  const leaveIfFailing = () => {
    const index = attempt?.choice.index;
    if (index === undefined || rotation.breakers[index]?.isFailing !== true) return;
    const hasOther = rotation.parts.some(
      (_, other) => other !== index && rotation.breakers[other]?.state === 'closed' && parts.isUsable(other),
    );
    if (hasOther) dropAttempt()?.choice.ticket.released();
  };

  const openNext = () => {
    if (over || attempt !== undefined) return;
    const choice = rotation.choose((_, index) => !tried.has(index) && parts.isUsable(index));
    if (choice === undefined) {
      cancelTimer();
      // While nobody speaks nothing is lost: the next utterance tries them all again.
      if (memory.pending.length > 0) later(goRoundAgain);
      return;
    }
    tried.add(choice.index);
    const next: Attempt = {
      choice,
      scope: new AbortController(),
      stream: undefined,
      context: undefined,
      isListening: false,
      owesFinal: false,
      caughtUpAtMs: 0,
    };
    attempt = next;
    call(next, () => {
      const { signal } = next.scope;
      next.stream = choice.part.open({ ...open, signal }, (event) => receive(next, event));
    });
    giveNext(next);
  };

  /** Lets an engine that has nothing to do hear the oldest utterance without a final, as far as it was said. */
  const giveNext = (to: Attempt) => {
    const [utterance] = memory.pending;
    const { stream } = to;
    if (utterance !== undefined && stream !== undefined && !to.isListening && !to.owesFinal) {
      const { frames, endedAtMs } = utterance;
      to.caughtUpAtMs = clock.nowMs() + frames.length * FRAME_MS * options.catchUpFactor;
      to.isListening = endedAtMs === undefined;
      to.owesFinal = endedAtMs !== undefined;
      call(to, () => {
        tellContext(to, utterance.context);
        stream.utteranceStarted(frames.slice(0, preRollFrames));
        for (const frame of frames.slice(preRollFrames)) stream.write(frame);
        if (endedAtMs !== undefined) stream.utteranceEnded();
      });
    }
    call(to, () => tellContext(to, context));
    arm();
  };

  const tellContext = (to: Attempt, next: string | undefined) => {
    if (to.context === next) return;
    to.context = next;
    to.stream?.expect(next);
  };

  /** The sound is kept, so nothing is lost by a short wait. */
  const goRoundAgain = () => {
    if (attempt !== undefined || cancelRetry !== undefined) return;
    if (parts.retry === undefined || roundsLeft === 0 || !rotation.parts.some((_, index) => parts.isUsable(index))) {
      return exhausted();
    }
    roundsLeft -= 1;
    cancelRetry = clock.wakeAt(clock.nowMs() + parts.retry.delayMs(), () => {
      cancelRetry = undefined;
      tried.clear();
      openNext();
    });
  };

  const exhausted = () => {
    const names = rotation.parts.map(({ name }) => name).join(', ');
    onError(new FallbackError('parts_exhausted', `recognisers: ${names}`));
    const said = lastFailure === undefined ? '' : ` The last one said: ${lastFailure}`;
    fail('recognizers_exhausted', `None of the recognisers answers (${names}). Look into each of them.${said}`);
  };

  const fail = (code: string, message: string) => {
    if (over) return;
    finish();
    onEvent({ type: 'failed', code, message });
  };

  const receive = (from: Attempt, event: RecognizerEvent) => {
    if (over || attempt !== from) return;
    if (event.type === 'final') {
      // Before the utterance's end only an engine that models turns has one.
      if (!from.owesFinal && !(event.endsTurn && from.isListening)) return;
      from.owesFinal = false;
    }
    // Behind what waits already, so that the order is kept.
    if (callsUnderWay > 0 || inbox.length > 0) later(() => handle(from, event));
    else handle(from, event);
  };

  const handle = (from: Attempt, event: RecognizerEvent) => {
    if (over || attempt !== from) return;
    const [utterance] = memory.pending;
    switch (event.type) {
      case 'failed':
        return takeOver(from, event.code, event.message);
      case 'final':
        if (utterance === undefined) return;
        memory.answer();
        // The engine ended the turn by itself while the voice goes on: what follows is of a stretch of its own.
        if (utterance.endedAtMs === undefined) memory.begin(utterance.context, []);
        tried.clear();
        tried.add(from.choice.index);
        roundsLeft = parts.retry?.rounds ?? 0;
        from.choice.ticket.succeeded();
        eagerTold = false;
        onEvent(event);
        if (!over && attempt === from) giveNext(from);
        return;
      case 'partial':
        if (utterance !== undefined) onEvent(event);
        return;
      case 'eagerEndOfTurn':
        if (utterance === undefined) return;
        eagerTold = true;
        return onEvent(event);
      case 'turnResumed':
        if (!eagerTold) return;
        eagerTold = false;
        return onEvent(event);
    }
  };

  const arm = () => {
    cancelTimer();
    const from = attempt;
    const endedAtMs = memory.pending[0]?.endedAtMs;
    if (over || from === undefined || endedAtMs === undefined) return;
    const timeoutMs = parts.finalTimeoutMs?.(from.choice.index) ?? options.finalTimeoutMs;
    cancelTimer = clock.wakeAt(Math.max(endedAtMs, from.caughtUpAtMs) + timeoutMs, () =>
      takeOver(from, finalTimeout, `No final within ${Math.round(timeoutMs)} ms of the utterance's end.`),
    );
  };

  if (open.signal.aborted) over = true;
  else {
    open.signal.addEventListener('abort', finish, { once: true });
    openNext();
  }

  return {
    expect(next) {
      context = next;
      const ear = attempt;
      if (ear !== undefined) call(ear, () => tellContext(ear, next));
    },
    utteranceStarted(preRoll) {
      if (over) return;
      if (memory.pending.length === 0) tried.clear();
      memory.begin(context, preRoll);
      if (memory.pending.length === 1) leaveIfFailing();
      const ear = attempt;
      if (ear === undefined) return openNext();
      tried.add(ear.choice.index);
      giveNext(ear);
    },
    write(frame) {
      if (over) return;
      memory.write(frame);
      const ear = attempt;
      if (!ear?.isListening) return;
      // `call`, spared what a function made anew for each frame costs.
      callsUnderWay += 1;
      try {
        ear.stream?.write(frame);
      } catch (error) {
        later(() => takeOver(ear, 'recognizer_threw', String(error)));
      } finally {
        callsUnderWay -= 1;
      }
    },
    utteranceEnded() {
      if (over) return;
      memory.end(clock.nowMs());
      const ear = attempt;
      if (ear?.isListening) {
        ear.isListening = false;
        ear.owesFinal = true;
        call(ear, () => ear.stream?.utteranceEnded());
      }
      arm();
    },
    fail(code, message) {
      later(() => fail(code, message));
    },
  };
}

/** Audio that an engine takes as from before the onset. */
const preRollFrames = 15;

/** Failures that say nothing about the engine: for another language or vocabulary it works. */
const requestFaults = new Set(['language_not_supported', 'vocabulary_not_prepared', 'account_busy']);
