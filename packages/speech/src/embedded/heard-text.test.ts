import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accuracy, interrupt, type Recording, recordReplies, type VoiceManner } from '../testing/interruptions.ts';
import { createEmbeddedSynthesizer } from './embedded-synthesizer.ts';

const synthesizer = createEmbeddedSynthesizer();
const replies = [
  'I have an opening on Thursday at 2:30 p.m. and another one on Friday morning. Which would you like?',
  'Your account balance is $2,417.60, and your last payment of $75 was received on 3 May.',
  'Please hold the line while I look for a colleague who can answer your question about the invoice.',
  'My colleague will call you back at (646) 555-0139 as soon as the results are in.',
];

let recordings: ReadonlyMap<string, Recording>;
beforeAll(async () => {
  recordings = await recordReplies(synthesizer, replies);
});
afterAll(() => synthesizer.close());

describe('what the caller heard before an interruption', () => {
  it.each<[VoiceManner, number, string]>([
    ['words', 1, 'is known to the word if the voice tells when each word sounds'],
    ['length', 0.98, 'is reckoned to within a word from the length of the sentence, numbers and all'],
    ['stream', 0.95, 'is reckoned to within a word even while the end of the sentence is still being made'],
  ])('%s: at least %d %s', async (manner, least) => {
    const found = await interrupt(recordings, replies, { count: 150, seed: 7, manner });
    expect(accuracy(found)).toBeGreaterThanOrEqual(least);
    // It is the beginning of what was said, as it is written.
    for (const { sentences, heardText } of found) expect(sentences.join(' ').startsWith(heardText)).toBe(true);
  });
});
