import { describe, expect, it } from 'vitest';
import { intentPhrases } from './phrases.ts';
import { converse } from './test-conversation.ts';
import { receptionistVocabulary as vocabulary } from './vocabulary.ts';

describe('what the receptionist can hear', () => {
  it('is bounded: the cost of recognition grows with it', () => {
    expect(wordsOf(vocabulary.phrases).size).toBeGreaterThan(600);
    expect(wordsOf(vocabulary.phrases).size).toBeLessThan(1500);
    expect(vocabulary.phrases.length).toBeLessThan(15_000);
  });

  it('is lower-case words only', () => {
    for (const phrase of vocabulary.phrases) expect(phrase).toMatch(/^[a-z']+(?: [a-z']+)*$/);
  });

  it.each(['service', 'time', 'name', 'phone', 'yes-no'])('asking for %s locks nothing out', (context) => {
    const phrases = new Set(vocabulary.contexts[context]);
    for (const always of ['cancel', 'help', 'what did you say', 'start over', 'yes', 'no', 'goodbye', 'thank you']) {
      expect(phrases.has(always), always).toBe(true);
    }
    const pairs = pairsOf([...phrases]);
    for (const pair of ['actually make', 'make it', 'it four', 'no thursday', 'change the', 'the name', 'to bob']) {
      expect(pairs.has(pair), pair).toBe(true);
    }
  });

  it('holds every pair of words of the calls it is made for', () => {
    const pairs = pairsOf(vocabulary.phrases);
    for (const line of [
      'i would like to book a haircut',
      "i'd like to book a haircut for friday at three",
      'can i get a beard trim tomorrow morning',
      'friday at three pm',
      'my name is alice',
      'this is john',
      'four one five five five five one two three four',
      'quarter to four in the afternoon',
      'can i talk to a person',
      "no that's wrong",
    ]) {
      for (const pair of pairsOf([line])) expect(pairs.has(pair), `${pair} of "${line}"`).toBe(true);
    }
  });

  it('is understood by the agent: a sample of answers, each to its own question, is never "sorry"', async () => {
    // A yes or a no answers none of these questions.
    const yesNo = new Set<string>([...intentPhrases.yes, ...intentPhrases.no, ...intentPhrases.nothing_more]);
    const lines = ['a haircut', 'friday at three', 'alice', 'four one five five five five one two three four'];
    for (const [index, context] of ['service', 'time', 'name', 'phone'].entries()) {
      const phrases = (vocabulary.contexts[context] ?? []).filter((phrase) => !yesNo.has(phrase));
      for (let at = 0; at < phrases.length; at += Math.ceil(phrases.length / 40)) {
        const call = converse();
        for (const line of lines.slice(0, index)) await call.say(line);
        const phrase = phrases[at] ?? '';
        expect((await call.say(phrase)).text, `${context}: ${phrase}`).not.toMatch(/catch that|get that|missed that/);
      }
    }
  });
});

function wordsOf(phrases: readonly string[]): Set<string> {
  return new Set(phrases.flatMap((phrase) => phrase.split(' ')));
}

function pairsOf(phrases: readonly string[]): Set<string> {
  return new Set(
    phrases.flatMap((phrase) => {
      const words = phrase.split(' ');
      return words.slice(1).map((word, index) => `${words[index]} ${word}`);
    }),
  );
}
