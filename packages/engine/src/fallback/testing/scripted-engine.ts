import type { Clock } from '../../ports/clock.ts';
import type { Recognizer, RecognizerEvent, RecognizerVocabulary } from '../../ports/recognizer.ts';

/** What an engine does with an utterance. */
export interface EngineDeed {
  /** Fails or throws from inside the call that gives it the sound of this word. */
  readonly breaksAtWord?: { readonly word: number; readonly how: 'fails' | 'throws' };
  /** What comes after the end of the utterance. */
  readonly afterEnd: 'final' | 'twoFinals' | 'nothing' | 'failure' | 'throw';
  readonly finalDelayMs: number;
  /** Says a final in the middle and a partial at each word, from inside the calls. */
  readonly talksOutOfTurn?: boolean;
}

export const works: EngineDeed = { afterEnd: 'final', finalDelayMs: 50 };
export const hangs: EngineDeed = { afterEnd: 'nothing', finalDelayMs: 0 };

export interface ScriptedEngine extends Recognizer {
  /** Contexts of the utterances begun. */
  readonly contexts: (string | undefined)[];
  readonly signals: AbortSignal[];
  opened: number;
  prepared: number;
}

/** A frame that an engine of the script hears as the word of that number. */
export function wordFrame(word: number): Int16Array {
  return new Int16Array(320).fill(word);
}

/** Hears the words in the frames; does as the script says for its n-th utterance, and minds no signal. */
export function createScriptedEngine(
  clock: Clock,
  name: string,
  script: (n: number) => EngineDeed,
  prepare: (vocabulary: RecognizerVocabulary, n: number) => Promise<void> = async () => {},
): ScriptedEngine {
  let utterances = 0;
  const engine: ScriptedEngine = {
    name,
    contexts: [],
    signals: [],
    opened: 0,
    prepared: 0,
    prepare(vocabulary) {
      engine.prepared += 1;
      return prepare(vocabulary, engine.prepared - 1);
    },
    close: async () => {},
    open({ signal }, onEvent) {
      engine.opened += 1;
      engine.signals.push(signal);
      let context: string | undefined;
      let deed = works;
      let heard: number[] = [];
      let lastFinalAtMs = 0;
      const hear = (frames: readonly Int16Array[]) => {
        for (const frame of frames) {
          const word = frame[0] ?? 0;
          heard.push(word);
          if (deed.talksOutOfTurn) {
            onEvent({ type: 'partial', text: heard.join(' ') });
            onEvent(final(heard));
          }
          if (deed.breaksAtWord?.word !== word) continue;
          if (deed.breaksAtWord.how === 'throws') throw new Error('The script says so.');
          onEvent(failure);
        }
      };
      return {
        expect(next) {
          context = next;
        },
        utteranceStarted(preRoll) {
          deed = script(utterances);
          utterances += 1;
          engine.contexts.push(context);
          heard = [];
          hear(preRoll);
        },
        write: (frame) => hear([frame]),
        utteranceEnded() {
          const { afterEnd, finalDelayMs } = deed;
          const said = heard;
          if (afterEnd === 'throw') throw new Error('The script says so.');
          if (afterEnd === 'nothing') return;
          // Finals come in order.
          lastFinalAtMs = Math.max(lastFinalAtMs, clock.nowMs() + finalDelayMs);
          clock.wakeAt(lastFinalAtMs, () => {
            if (afterEnd === 'failure') return onEvent(failure);
            onEvent(final(said));
            if (afterEnd === 'twoFinals') onEvent(final(said));
          });
        },
      };
    },
  };
  return engine;
}

const failure: RecognizerEvent = { type: 'failed', code: 'scripted_failure', message: 'The script says so.' };

function final(heard: readonly number[]): RecognizerEvent {
  return {
    type: 'final',
    text: heard.join(' '),
    confidence: 0.9,
    rejected: false,
    endsTurn: false,
    words: [],
    processingMs: 1,
  };
}
