import type { Reply, Sentence } from './state.ts';

/**
 * What the caller heard of a reply, to the word: whole sentences that were played, and of the one that was playing the
 * words whose sound had reached the ear. With word times a word counts once it was heard to its end; without them the
 * share of the sentence's duration stands for the share of its letters.
 *
 * @param playoutDelayMs how far the ear is behind the last frame sent
 */
export function heardText(reply: Reply, playoutDelayMs: number): string {
  const heard: string[] = [];
  for (const sentence of reply.sentences) {
    if (sentence.filler) continue;
    const brokeOff = sentence.synthesis.kind === 'failed';
    if (brokeOff && !sentence.started) heard.push(sentence.synthesis.shown ? sentence.text : '');
    else if (sentence.played && !brokeOff) heard.push(sentence.text);
    else if (sentence.started) heard.push(heardPart(sentence, Math.max(0, sentence.playedMs - playoutDelayMs)));
  }
  return heard.filter((text) => text !== '').join(' ');
}

function heardPart(sentence: Sentence, heardMs: number): string {
  const { text, words, audioMs } = sentence;
  if (words.length > 0) return textUpToWord(text, words.filter((word) => word.endMs <= heardMs).length, words.length);
  if (audioMs === 0) return '';
  // The end of the audio is not known while it is still being made; then its length so far is the best there is.
  const share = Math.min(1, heardMs / audioMs);
  const spoken = [...text.matchAll(/\S+/g)];
  const letters = spoken.reduce((sum, match) => sum + match[0].length + 1, 0);
  let passed = 0;
  let count = 0;
  for (const match of spoken) {
    passed += match[0].length + 1;
    if (passed > share * letters) break;
    count += 1;
  }
  return textUpToWord(text, count, spoken.length);
}

/** The beginning of `text` with as many of its words as `count` is of `total`: a voice may count words otherwise than a writer. */
function textUpToWord(text: string, count: number, total: number): string {
  const ends = [...text.matchAll(/\S+/g)].map((match) => match.index + match[0].length);
  const wanted = total === 0 ? 0 : Math.floor((count / total) * ends.length);
  const end = ends[wanted - 1];
  return end === undefined ? '' : text.slice(0, end);
}
