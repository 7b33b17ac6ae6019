import { speakingTimeMs } from '../text/speaking-time.ts';
import { edgesMs, wordEnds } from '../text/word-ends.ts';
import type { Reply, Sentence } from './state.ts';

/**
 * What the caller heard of a reply, to the word: whole sentences that were played, and of the one that was playing the
 * words whose sound had reached the ear to its end. Word times say so exactly; without them, and for words that the voice
 * counts otherwise than they are written, it is reckoned from how long such words take and how long the sentence was.
 *
 * @param playoutDelayMs how far the ear is behind the last frame sent
 * @param voice the language, and what is known of the voice's pace
 */
export function heardText(reply: Reply, playoutDelayMs: number, voice: VoiceMemory = noMemory): string {
  const heard: string[] = [];
  for (const sentence of reply.sentences) {
    if (sentence.filler) continue;
    const brokeOff = sentence.synthesis.kind === 'failed';
    if (brokeOff && !sentence.started) heard.push(sentence.synthesis.shown ? sentence.text : '');
    else if (sentence.played && !brokeOff) heard.push(sentence.text);
    else if (sentence.started) heard.push(heardPart(sentence, Math.max(0, sentence.playedMs - playoutDelayMs), voice));
  }
  return heard.filter((text) => text !== '').join(' ');
}

/** What of the conversation tells how the voice speaks; the machine's state has it. */
export interface VoiceMemory {
  readonly options: { readonly language: string };
  readonly spokenLately: readonly SpokenSentence[];
}

const noMemory: VoiceMemory = { options: { language: 'en-US' }, spokenLately: [] };

/** A sentence of this conversation and how long the voice took for it: its pace, should the length of one not be known. */
export interface SpokenSentence {
  readonly text: string;
  readonly audioMs: number;
}

/** The newest of them; a voice keeps its pace, and four sentences are enough to know it within some percent. */
export const spokenLatelyMax = 4;

function heardPart(sentence: Sentence, heardMs: number, { options, spokenLately }: VoiceMemory): string {
  const { text, words, audioMs, synthesis } = sentence;
  const isWhole = synthesis.kind === 'done';
  if (isWhole && audioMs > 0 && heardMs >= audioMs) return text;
  const { language } = options;
  const ends = wordEnds(
    text,
    words,
    isWhole ? { kind: 'known', audioMs } : { kind: 'open', pace: paceOf(spokenLately, language) },
    language,
  );
  return text.slice(0, ends.findLast(({ endMs }) => endMs <= heardMs)?.end ?? 0);
}

/** How much slower than reckoned the voice is; 1 while nothing is known of it. */
function paceOf(spoken: readonly SpokenSentence[], language: string): number {
  const soundMs = spoken.reduce((sum, { audioMs }) => sum + Math.max(0, audioMs - edgesMs), 0);
  const reckonedMs = spoken.reduce((sum, { text }) => sum + speakingTimeMs(text, language), 0);
  return reckonedMs === 0 ? 1 : Math.min(slowest, Math.max(quickest, soundMs / reckonedMs));
}

/** Beyond these a sentence was not said as it is written, and tells nothing. */
const quickest = 0.5;
const slowest = 2;
