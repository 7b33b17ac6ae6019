import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import type { TurnInfo } from './flux-messages.ts';

/** A word of a turn; times count all the sound that was sent. */
export interface TurnWord extends RecognizedWord {
  readonly confidence: number;
}

/** A stretch of voice on its way to its final. Its times count all the sound that was sent. */
export interface FluxUtterance {
  readonly startMs: number;
  /** Wall time of its beginning. */
  readonly begunAtMs: number;
  /** Set when the voice stopped. */
  ended: { readonly endMs: number; readonly atMs: number } | undefined;
  /** Words of turns that ended while it went on or waited. */
  readonly kept: TurnWord[];
}

/**
 * Shares the words of the vendor's turns among our stretches of voice. A turn may be said in several stretches, with short pauses
 * between them, and a stretch may reach over several turns.
 */
export interface TurnWords {
  /** Takes what the vendor understood so far of a turn. */
  hear(info: TurnInfo): void;
  /** Words of the present turn that nobody has had yet, and that are of the stretch at a place among those that wait. */
  of(pending: readonly FluxUtterance[], index: number): readonly TurnWord[];
  /** The first of those that nobody has had are had now. */
  give(count: number): void;
  /** The turn is over: the rest of its words is put down to the stretches that wait. */
  end(pending: readonly FluxUtterance[]): void;
  restart(): void;
}

export function createTurnWords(): TurnWords {
  let turnIndex: number | undefined;
  let words: readonly TurnWord[] = [];
  let given = 0;

  const owned = (pending: readonly FluxUtterance[], index: number) => {
    const utterance = pending[index];
    if (utterance === undefined) return [];
    const endMs = pending[index + 1]?.startMs ?? Infinity;
    // What comes late of a stretch that has its final already is of the next one: no word is lost.
    const startMs = index === 0 ? -Infinity : utterance.startMs;
    return words.slice(given).filter((word) => {
      const middleMs = (word.startMs + word.endMs) / 2;
      return middleMs >= startMs && middleMs < endMs;
    });
  };

  return {
    hear(info) {
      if (info.turn_index !== turnIndex) given = 0;
      turnIndex = info.turn_index;
      words = wordsOf(info);
      given = Math.min(given, words.length);
    },
    of: owned,
    give(count) {
      given = Math.min(words.length, given + count);
    },
    end(pending) {
      const shares = pending.map((_, index) => owned(pending, index));
      for (const [index, share] of shares.entries()) pending[index]?.kept.push(...share);
      turnIndex = undefined;
      words = [];
      given = 0;
    },
    restart() {
      turnIndex = undefined;
      words = [];
      given = 0;
    },
  };
}

/** Where the vendor leaves out the times, the words are taken to fill the turn evenly. */
function wordsOf({ words, transcript, audio_window_start, audio_window_end }: TurnInfo): readonly TurnWord[] {
  const said: TurnInfo['words'] =
    words.length > 0
      ? words
      : transcript.split(/\s+/).flatMap((word) => (word === '' ? [] : [{ word, confidence: 0 }]));
  const fromMs = audio_window_start * 1000;
  const eachMs = (audio_window_end * 1000 - fromMs) / Math.max(1, said.length);
  return said.map(({ word, confidence, start, end }, index) => ({
    text: word,
    confidence,
    startMs: start === undefined ? fromMs + index * eachMs : start * 1000,
    endMs: end === undefined ? fromMs + (index + 1) * eachMs : end * 1000,
  }));
}
