/** What the decoder says of an utterance besides its words. */
export interface UtteranceEvidence {
  /** Mean of the words' log scores a second of sound: -0.35 for the middle of in-domain speech, -0.59 outside it. */
  readonly logScorePerSecond: number;
  /** Share of the sound's time, 0–1, that only the garbage loop accounts for. */
  readonly garbageShare: number;
  readonly soundMs: number;
  /** The words are an answer that the question hoped for, see `PreparedVocabulary.isAwaited`. */
  readonly awaited: boolean;
}

/**
 * How far the words account for what was heard, 0–1. The decoder's scores are no posteriors; these two numbers were laid
 * on the scale so that 0.7 parts the vocabulary's sentences from others (measured on 44 and 25 sentences by four voices:
 * `npm run bench -- recognition` prints the separation).
 */
export function confidenceOf({ logScorePerSecond, garbageShare, soundMs, awaited }: UtteranceEvidence): number {
  // Below the length of the shortest word there is no word: a click, a cough.
  if (soundMs < SHORTEST_WORD_MS) return 0;
  const evidence = logScorePerSecond - garbageShare + (awaited ? AWAITED_BONUS + WORD_COST / (soundMs / 1000) : 0);
  return 1 / (1 + Math.exp(-(evidence - MIDDLE) / WIDTH));
}

const SHORTEST_WORD_MS = 120;
/** Evidence at which a sentence is as likely inside the domain as outside. */
const MIDDLE = -0.505;
/** Evidence that takes the odds from 1:1 to e:1; puts the border of acting (0.7) at -0.49. */
const WIDTH = 0.018;
/** What beginning and ending a word costs its log score, be it long or short: it makes up most of a "no" of 200 ms. */
const WORD_COST = 0.04;
/** That an answer was asked for makes up for a soft or hasty voice. Coughs and hums still fail by garbage or voicing. */
const AWAITED_BONUS = 0.06;
