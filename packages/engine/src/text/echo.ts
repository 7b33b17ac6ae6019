import { words } from './words.ts';

/**
 * Are these words what the agent has just said, heard back through the caller's microphone? Most of them appear, in order and
 * close together, at the end of what it said.
 *
 * @param said the agent's words up to now; only the last ones count, for an echo lags by half a second at most
 */
export function isEcho(heard: string, said: string): boolean {
  const spoken = words(heard);
  if (spoken.length === 0) return false;
  const lately = words(said).slice(-(spoken.length + lagWords));
  // "Yes, Friday at three" repeats the agent and is an answer all the same.
  if (spoken.some((word) => answering.has(word) && !lately.includes(word))) return false;
  const found = longestCommonSubsequence(spoken, lately);
  // One or two words are easily said by both ("Friday?" "Friday."): then each of them must be there.
  return spoken.length <= 2 ? found === spoken.length : found / spoken.length >= leastShare;
}

/** Words that pass in the half second of delay and in the time that recognition takes. */
const lagWords = 5;
/** Recognisers make one word in three of an echo another: it is distorted, and begins in the middle of a word. */
const leastShare = 0.65;
/** Words of one who answers, refuses or asks, which no recogniser makes of somebody else's. */
const answering = new Set(
  (
    "yes yeah yep no nope not don't please i i'm i'd i'll my me want wait stop but actually sorry what " +
    'có không vâng dạ được tôi em mình muốn thôi khoan nhưng'
  ).split(' '),
);

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let previous: number[] = new Array(b.length + 1).fill(0);
  for (const word of a) {
    const row: number[] = [0];
    b.forEach((other, j) => {
      row.push(word === other ? (previous[j] ?? 0) + 1 : Math.max(previous[j + 1] ?? 0, row[j] ?? 0));
    });
    previous = row;
  }
  return previous.at(-1) ?? 0;
}
