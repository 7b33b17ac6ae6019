import type { Pcm } from '../ports/audio.ts';
import type { Clock } from '../ports/clock.ts';
import type { Recognizer, RecognizerEvent } from '../ports/recognizer.ts';
import type { CallLog } from './call-log.ts';
import type { EarsPlan, Hearing } from './call-script.ts';
import type { SimulatedCaller, SpokenByCaller } from './simulated-caller.ts';
import { stampOf } from './stamped-frame.ts';

/** Hears the caller's words at the times at which they sound, as well as the script lets it. */
export function createSimulatedRecognizer(
  clock: Clock,
  ears: EarsPlan,
  caller: SimulatedCaller,
  log: CallLog,
  how: { readonly readsStamps: boolean; readonly isSound: boolean } = { readsStamps: false, isSound: false },
): Recognizer {
  let failsToOpen = ears.failsToOpen;
  /** A stretch breaks one stream; the next one hears the rest of it. */
  const broken = new Set<Hearing>();
  const hearNow = (): Hearing => {
    const hearing = caller.hearing();
    if (how.isSound) return soundHearing;
    if (hearing.kind !== 'fails') return hearing;
    if (broken.has(hearing)) return soundHearing;
    broken.add(hearing);
    return hearing;
  };
  return {
    name: 'simulated',
    prepare: async () => {},
    close: async () => {},
    open({ signal }, onEvent) {
      if (failsToOpen > 0) {
        failsToOpen -= 1;
        throw new Error('The script says that no stream can be opened.');
      }
      log.streams.push({ kind: 'recogniser', openedAtMs: clock.nowMs(), signal });
      let utterance: ReturnType<typeof createUtterance> | undefined;
      const waiting = { count: 0 };
      let lastFinalMs = 0;
      /** Recognisers answer in order, however long they take. */
      const inOrder = (atMs: number) => {
        lastFinalMs = Math.max(lastFinalMs, atMs);
        return lastFinalMs;
      };
      const give: Give = (event, spokenAtMs) => {
        if (signal.aborted) return;
        noteHeard(log, clock.nowMs(), event, spokenAtMs);
        onEvent(event);
      };
      return {
        expect() {},
        write: (frame) => utterance?.write(frame),
        utteranceStarted(preRoll) {
          log.utterances.push(clock.nowMs());
          const stamp = how.readsStamps ? stampOf(preRoll[0] ?? noFrame) : undefined;
          const fromMs = stamp ?? clock.nowMs() - preRollMs;
          utterance = createUtterance(
            clock,
            ears,
            caller,
            hearNow(),
            give,
            inOrder,
            waiting,
            fromMs,
            how.readsStamps,
            () => signal.aborted,
          );
          for (const frame of preRoll) utterance.write(frame);
        },
        utteranceEnded() {
          utterance?.end();
          utterance = undefined;
        },
      };
    },
  };
}

const soundHearing: Hearing = { kind: 'words', confidence: 0.9, finalDelayMs: 60 };
const noFrame: Pcm = new Int16Array(0);

type Give = (event: RecognizerEvent, spokenAtMs?: number) => void;

/** Writes down what a recogniser said. */
export function noteHeard(log: CallLog, atMs: number, event: RecognizerEvent, spokenAtMs = atMs): void {
  if (event.type === 'failed') log.recognizerFailures.push(atMs);
  else if (event.type === 'final') log.finals.push({ atMs, text: event.text, rejected: event.rejected, spokenAtMs });
  else if (event.type === 'partial') log.partials.push({ atMs, text: event.text });
  else if (event.type === 'eagerEndOfTurn') log.partials.push({ atMs, text: `${event.text} (eager)` });
  else if (event.type === 'turnResumed') log.partials.push({ atMs, text: '(resumed)' });
}

/** One stretch of voice, from the recogniser's side. */
function createUtterance(
  clock: Clock,
  ears: EarsPlan,
  caller: SimulatedCaller,
  hearing: Hearing,
  give: Give,
  inOrder: (atMs: number) => number,
  /** Finals that are due. */
  waiting: { count: number },
  /** From where on it hears. */
  fromMs: number,
  /** What it hears is in the frames; else it hears all that sounds. */
  readsStamps: boolean,
  isGone: () => boolean,
) {
  let untilMs = readsStamps ? fromMs : Number.POSITIVE_INFINITY;
  let lastPartial = '';
  let partials = 0;
  let eager = false;
  let ended = false;

  /** The words of this stretch until now. */
  const heard = (): readonly SpokenByCaller[] => {
    const toMs = Math.min(clock.nowMs(), untilMs);
    return caller.words.filter((word) => !word.taken && word.endMs > fromMs && word.endMs <= toMs);
  };

  const partial = (words: readonly SpokenByCaller[]) => {
    const text = textOf(words);
    partials += 1;
    const isRevised = Math.floor(partials * ears.revised) > Math.floor((partials - 1) * ears.revised);
    const shown = isRevised && text !== lastPartial ? text.replace(/\S+$/, 'something') : text;
    if (shown === lastPartial || shown === '') return;
    lastPartial = shown;
    give({ type: 'partial', text: shown });
  };

  /** Recognisers that model turns end one by themselves, after a silence of their own. */
  const watchTurn = (turns: NonNullable<EarsPlan['turns']>, words: readonly SpokenByCaller[]) => {
    const last = words.at(-1);
    const nowMs = clock.nowMs();
    if (last === undefined) return;
    const goesOn = caller.words.some((word) => word.startMs <= nowMs && word.endMs > nowMs);
    const silentMs = nowMs - last.endMs;
    if (goesOn) {
      if (eager) give({ type: 'turnResumed' });
      eager = false;
    } else if (silentMs >= turns.endMs) {
      eager = false;
      final(words, hearing.kind === 'words' ? hearing.confidence : 0.9, true);
    } else if (silentMs >= turns.eagerMs && !eager) {
      eager = true;
      give({ type: 'eagerEndOfTurn', text: textOf(words), confidence: 0.6 });
    }
  };

  const final = (words: readonly SpokenByCaller[], confidence: number, endsTurn: boolean) => {
    if (readsStamps && isGone()) return;
    for (const word of words) word.taken = true;
    const text = hearing.kind === 'rejected' ? 'something or other' : textOf(words);
    const rejected = hearing.kind === 'rejected';
    const event = { type: 'final', text, confidence, rejected, endsTurn, words: [], processingMs: 10 } as const;
    const spokenAtMs = words.at(-1)?.endMs ?? fromMs + preRollMs;
    give(event, spokenAtMs);
    // Not while another one is due: nobody could tell then which of them it is.
    if (ears.repeatsFinals && waiting.count === 0) give(event, spokenAtMs);
    lastPartial = '';
  };

  const tick = () => {
    if (ended) return;
    const words = heard();
    if (hearing.kind === 'words' || hearing.kind === 'hangs') partial(words);
    if (ears.turns !== undefined && hearing.kind === 'words' && inOrder(0) <= clock.nowMs())
      watchTurn(ears.turns, words);
    clock.wakeAt(clock.nowMs() + ears.partialEveryMs, tick);
  };
  clock.wakeAt(clock.nowMs() + ears.partialEveryMs, tick);
  if (hearing.kind === 'fails') {
    clock.wakeAt(clock.nowMs() + hearing.afterMs, () => {
      ended = true;
      give({ type: 'failed', code: 'simulated_failure', message: 'The script says so.' });
    });
  }

  return {
    write(frame: Pcm) {
      if (readsStamps) untilMs = Math.max(untilMs, stampOf(frame) ?? 0);
    },
    end() {
      ended = true;
      if (hearing.kind === 'hangs' || hearing.kind === 'fails') return;
      const words = heard();
      // Where another one may take over, a word is taken when it was told.
      if (!readsStamps) for (const word of words) word.taken = true;
      waiting.count += 1;
      clock.wakeAt(inOrder(clock.nowMs() + hearing.finalDelayMs), () => {
        waiting.count -= 1;
        final(words, confidenceOf(hearing, words), false);
      });
    },
  };
}

/** As much as the driver keeps from before the onset, and the time that a detector may take. */
export const preRollMs = 600;

function textOf(words: readonly SpokenByCaller[]): string {
  return words.map((word) => word.text).join(' ');
}

function confidenceOf(hearing: Hearing, words: readonly SpokenByCaller[]): number {
  return hearing.kind === 'words' && words.length > 0 ? hearing.confidence : 0;
}
