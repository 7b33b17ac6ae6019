import { expect, it } from 'vitest';
import { startFailingVendors } from './failing-vendors.ts';
import { faults } from './faults.ts';
import { answerWords, line, struckCall } from './struck-call.ts';

const named = (name: string) => {
  const fault = faults.find((known) => known.name === name);
  if (fault === undefined) throw new Error(`There is no fault "${name}".`);
  return fault;
};

/** `npm run bench -- failover` measures how long callers wait. */
it('in one call the recogniser, the voice and the model break in the middle of their work: every word is understood, said and recorded, once', {
  timeout: 240_000,
}, async () => {
  const vendors = await startFailingVendors();
  try {
    const call = await struckCall(vendors, [
      named('the recogniser breaks in mid-utterance'),
      named('the voice breaks in mid-sentence'),
      named('the model breaks after its first words'),
    ]);
    expect(call.failure).toBeUndefined();
    expect(call.turns.map(({ caller }) => caller)).toEqual(Array.from({ length: 3 }, () => line.toLowerCase()));
    for (const { recorded, words } of call.turns) {
      expect(recorded.toLowerCase().match(/[a-z]+/g)).toEqual(answerWords);
      // As it came over the line; a busy machine loses a word of it at times.
      expect(answerWords.filter((word) => words.includes(word)).length).toBeGreaterThan(answerWords.length * 0.8);
      // A word in the middle of which the voice broke is begun again, whole.
      expect(words.filter((word, at) => words.indexOf(word) !== at).length).toBeLessThanOrEqual(1);
      expect(words.toSorted((a, b) => answerWords.indexOf(a) - answerWords.indexOf(b))).toEqual(words);
    }
    expect([...new Set(call.takeovers)]).toEqual(['recogniser deepgram', 'voice elevenlabs', 'language model']);
  } finally {
    await vendors.close();
  }
});
