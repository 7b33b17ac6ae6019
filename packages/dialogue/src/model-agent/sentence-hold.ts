import { withoutMarkdown } from '@parley/engine/text/markdown.ts';
import { cutSentences } from '@parley/engine/text/sentence-cutter.ts';
import { checkSentence, type ForbiddenWords, type SentenceRails } from './rails/check-sentence.ts';
import type { Claim } from './rails/claim-rules.ts';

/** Whether a claim is true; `wait` while what would make it so is under way. */
export type Verdict = 'yes' | 'no' | 'wait';

/** @param asksNext a question to the caller follows in the same answer */
export type Judge = (claim: Claim, asksNext: boolean) => Verdict;

export interface SentenceHold {
  /** Something was left out or put differently: the model's own text is not what the caller hears. */
  readonly altered: boolean;
  /** Text of the model. Returns what may be said at once. */
  push(text: string): readonly string[];
  /** No more text. @param cutShort the last sentence is not whole */
  end(cutShort: boolean): readonly string[];
  /** Decide about what is held, in order. What follows a claim that is not true is dropped with it. */
  settle(judge: Judge): { readonly say: readonly string[]; readonly dropped: Dropped | undefined };
}

export interface Dropped {
  readonly text: string;
  readonly claims: readonly Claim[];
}

/**
 * Lets the model's text through in whole sentences, as the engine cuts and speaks them anyway, and holds those that claim a
 * deed, with all that follows, until it is known whether it is so.
 *
 * @param isFirst nothing of the reply was said yet: its first sentence may be a clause, so that the first sound comes early
 * @param insteadOf the words for a sentence that may not be said; undefined if they were said already
 */
export function createSentenceHold(
  language: string,
  rails: SentenceRails,
  isFirst: boolean,
  insteadOf: (rail: ForbiddenWords) => string | undefined,
): SentenceHold {
  let rest = '';
  let altered = false;
  let saidAny = !isFirst;
  const held: { readonly text: string; readonly claims: readonly Claim[] }[] = [];

  const place = (sentence: string): string[] => {
    const checked = checkSentence(sentence, language, rails);
    let text: string | undefined;
    let claims: readonly Claim[] = [];
    if (checked.kind === 'forbidden') text = insteadOf(checked.rail);
    else {
      text = checked.text;
      if (checked.kind === 'claims') claims = checked.claims;
    }
    if (text !== sentence) altered = true;
    if (text === undefined) return [];
    if (held.length > 0 || claims.length > 0) {
      held.push({ text, claims });
      return [];
    }
    saidAny = true;
    return [text];
  };

  return {
    get altered() {
      return altered;
    },
    push(text) {
      const cut = cutSentences(rest + text, { firstClauseWords: saidAny ? undefined : firstClauseWords });
      rest = cut.rest;
      return cut.sentences.flatMap(place);
    },
    end(cutShort) {
      const last = withoutMarkdown(rest);
      rest = '';
      if (last === '') return [];
      if (cutShort && saidAny) {
        altered = true;
        return [];
      }
      return place(last);
    },
    settle(judge) {
      const say: string[] = [];
      for (let next = held[0]; next !== undefined; next = held[0]) {
        const asksNext = held.slice(1).some(({ text }) => /[?？]$/.test(text));
        const verdicts = next.claims.map((claim) => judge(claim, asksNext));
        if (verdicts.includes('no')) {
          altered = true;
          const claims = held.flatMap((each) => each.claims);
          return {
            say,
            dropped: {
              text: held
                .splice(0)
                .map(({ text }) => text)
                .join(' '),
              claims,
            },
          };
        }
        if (verdicts.includes('wait')) break;
        say.push(next.text);
        held.shift();
      }
      return { say, dropped: undefined };
    },
  };
}

/** As the engine's own: below it a clause sounds chopped. */
const firstClauseWords = 8;

/** The sentence as a piece of text: what follows it does not run into it. */
export function asPiece(sentence: string): string {
  return /[\p{L}\p{N}]$/u.test(sentence) ? `${sentence}\n` : `${sentence} `;
}
