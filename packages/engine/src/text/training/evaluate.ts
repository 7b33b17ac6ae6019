import { linesOf } from './templates.ts';

/** Pauses with what people make of them: the speaker goes on, or is done. */
export interface JudgedPause {
  readonly text: string;
  readonly done: boolean;
}

/** How well probabilities tell the two apart. */
export interface Score {
  readonly pauses: number;
  /** Share on the right side of one half. */
  readonly accuracy: number;
  /** Chance that a finished sentence gets more than an unfinished one. */
  readonly auc: number;
  /** Mean distance of the probability from the share of finished ones, over ten bins. */
  readonly calibrationError: number;
  readonly brier: number;
}

/** Reads sentences with a `|` at each pause at which the speaker goes on; at the end of the line they are done. */
export function judgedPauses(file: string): readonly JudgedPause[] {
  return linesOf(file).flatMap((line) => {
    const parts = line.split('|').map((part) => part.trim());
    return parts.map((_, index) => ({
      text: parts
        .slice(0, index + 1)
        .join(' ')
        .trim(),
      done: index === parts.length - 1,
    }));
  });
}

export function score(pauses: readonly JudgedPause[], probabilityOf: (text: string) => number): Score {
  const judged = pauses.map(({ text, done }) => ({ done, probability: probabilityOf(text) }));
  const share = (of: (item: (typeof judged)[number]) => number) =>
    judged.reduce((sum, item) => sum + of(item), 0) / judged.length;
  const bins = Array.from({ length: 10 }, (_, bin) =>
    judged.filter(({ probability }) => Math.min(9, Math.floor(probability * 10)) === bin),
  );
  const binErrors = bins.map((bin) =>
    Math.abs(bin.reduce((sum, { done, probability }) => sum + Number(done) - probability, 0)),
  );
  const ended = judged.filter(({ done }) => done);
  const going = judged.filter(({ done }) => !done);
  let wins = 0;
  for (const a of ended) {
    for (const b of going) wins += a.probability > b.probability ? 1 : a.probability === b.probability ? 0.5 : 0;
  }
  return {
    pauses: judged.length,
    accuracy: share(({ done, probability }) => Number(done === probability >= 0.5)),
    auc: wins / (ended.length * going.length),
    calibrationError: binErrors.reduce((sum, error) => sum + error, 0) / judged.length,
    brier: share(({ done, probability }) => (Number(done) - probability) ** 2),
  };
}
