import type { EntityRequest, FoundEntity } from '../found-entity.ts';
import { findYesNo } from '../yes-no.ts';
import { readSentiment } from './sentiment.ts';
import { findVietnameseYesNo } from './vietnamese-yes-no.ts';

/** Whether the caller said yes or no; it is of the utterance as a whole. */
export function findAnswers(text: string, { language }: EntityRequest): FoundEntity[] {
  const answer = language === 'vi' ? findVietnameseYesNo(text) : findYesNo(text);
  return answer === undefined ? [] : [{ kind: 'yesNo', value: answer === 'yes', ...whole(text) }];
}

/** How the caller feels about it; always found, of the utterance as a whole. */
export function findSentiment(text: string, { language }: EntityRequest): FoundEntity[] {
  const { label, score } = readSentiment(text, language);
  return [{ kind: 'sentiment', value: { label, score }, ...whole(text) }];
}

function whole(text: string): { text: string; start: number; end: number } {
  return { text, start: 0, end: text.length };
}
