import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { RecognizedWord, Recognizer, RecognizerEvent } from '@parley/engine/ports/recognizer.ts';
import type { Script } from './script.ts';

export interface ScriptedRecognizerOptions {
  /** From the end of the voice to the final. */
  readonly delayMs: number;
  /** A word is told after each so long of voice. */
  readonly wordMs: number;
}

export const scriptedRecognizerDefaults: ScriptedRecognizerOptions = {
  // The most that the embedded recogniser takes: a server under load is then measured as it ships.
  delayMs: 10,
  // 200 words a minute, as people talk.
  wordMs: 300,
};

const samplesPerMs = SAMPLE_RATE_HZ / 1000;
/** So loud is any voice; what the detection of voice lets through may be less. */
const loud = 300;
/** Of a frame only each eighth sample is looked at: a tone or a voice shows all the same. */
const lookEvery = 8;
/** Beyond it partials are left out: nobody takes them. */
const maxWaiting = 100;

interface Waiting {
  readonly dueMs: number;
  readonly event: RecognizerEvent;
}

/**
 * Hears the lines of a script: each burst of sound is the next one, each stream begins at the first, and after the last comes the
 * first again. Stretches without any sound are nothing. Light enough for hundreds of calls: per frame it counts.
 */
export function createScriptedRecognizer(
  script: Script,
  clock: Clock,
  { delayMs, wordMs }: ScriptedRecognizerOptions = scriptedRecognizerDefaults,
): Recognizer {
  const fails = new Set<() => void>();
  let isClosed = false;
  const wordSamples = wordMs * samplesPerMs;

  return {
    name: 'scripted',
    prepare: async () => {},
    async close() {
      isClosed = true;
      for (const fail of [...fails]) fail();
    },
    open({ signal }, onEvent) {
      const mouth = createMouth(clock, signal, onEvent);
      const fail = () => {
        mouth.tell(0, { type: 'failed', code: 'recognizer_closed', message: 'The recogniser is closed.' });
        isOver = true;
        fails.delete(fail);
      };
      let isOver = signal.aborted;
      let next = 0;
      let words: readonly string[] = [];
      let samples = 0;
      /** The beginning of the frame with the first sound; undefined while there is none. */
      let firstLoud: number | undefined;
      let told = 0;
      if (!isOver) {
        fails.add(fail);
        signal.addEventListener(
          'abort',
          () => {
            isOver = true;
            fails.delete(fail);
          },
          { once: true },
        );
        if (isClosed) fail();
      }

      const hear = (frame: Pcm) => {
        if (firstLoud === undefined && isLoud(frame)) {
          firstLoud = samples;
          words = (script[next % script.length] ?? '').split(/\s+/);
          next += 1;
        }
        samples += frame.length;
        if (firstLoud === undefined || told === words.length) return;
        const count = Math.min(words.length, Math.floor((samples - firstLoud) / wordSamples));
        if (count === told) return;
        told = count;
        mouth.tell(0, { type: 'partial', text: words.slice(0, count).join(' ') });
      };
      return {
        expect() {},
        utteranceStarted(preRoll) {
          if (isOver) return;
          samples = 0;
          told = 0;
          firstLoud = undefined;
          words = [];
          for (const frame of preRoll) hear(frame);
        },
        write(frame) {
          if (!isOver) hear(frame);
        },
        utteranceEnded() {
          if (isOver) return;
          mouth.tell(delayMs, {
            type: 'final',
            text: words.join(' '),
            // Of what was never in doubt.
            confidence: words.length > 0 ? 0.95 : 0,
            rejected: false,
            endsTurn: false,
            words: spread(words, (firstLoud ?? 0) / samplesPerMs, samples / samplesPerMs),
            processingMs: delayMs,
          });
        },
      };
    },
  };
}

/** Tells in order, each after its delay, never from inside the call, and with one timer for all. */
function createMouth(clock: Clock, signal: AbortSignal, onEvent: (event: RecognizerEvent) => void) {
  const waiting: Waiting[] = [];
  let lastDueMs = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  const ring = () => {
    cancel = undefined;
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      if (signal.aborted) return;
      if (first.dueMs > clock.nowMs()) {
        cancel = clock.wakeAt(first.dueMs, ring);
        return;
      }
      waiting.shift();
      onEvent(first.event);
    }
    signal.removeEventListener('abort', onAbort);
  };
  const onAbort = () => {
    cancel?.();
    cancel = undefined;
    waiting.length = 0;
  };
  return {
    tell(delayMs: number, event: RecognizerEvent) {
      if (signal.aborted || (event.type === 'partial' && waiting.length >= maxWaiting)) return;
      lastDueMs = Math.max(lastDueMs, clock.nowMs() + delayMs);
      waiting.push({ dueMs: lastDueMs, event });
      if (cancel !== undefined) return;
      signal.addEventListener('abort', onAbort, { once: true });
      cancel = clock.wakeAt(lastDueMs, ring);
    },
  };
}

function isLoud(frame: Pcm): boolean {
  for (let at = 0; at < frame.length; at += lookEvery) {
    if (Math.abs(frame[at] ?? 0) >= loud) return true;
  }
  return false;
}

/** However long the burst was, the words fill it. */
function spread(words: readonly string[], fromMs: number, toMs: number): RecognizedWord[] {
  const eachMs = (toMs - fromMs) / Math.max(1, words.length);
  return words.map((text, index) => ({
    text,
    startMs: fromMs + index * eachMs,
    endMs: fromMs + (index + 1) * eachMs,
  }));
}
