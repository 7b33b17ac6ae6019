import { findDigitRuns } from '@parley/dialogue/entities/digits/digit-runs.ts';
import { createTextCall } from '@parley/dialogue/testing/text-call.ts';
import { describe, expect, it } from 'vitest';
import { createMemoryCalendar } from './availability/memory-calendar.ts';
import { memoryBook } from './memory-book.ts';
import { createReceptionist } from './receptionist-agent.ts';
import { saturdayMorning } from './testing-call.ts';

const calendar = createMemoryCalendar(memoryBook(), { now: () => saturdayMorning });
const { agent, vocabulary } = await createReceptionist({ calendar });

describe('what the receptionist can hear', () => {
  it('is bounded: the cost of recognition grows with it', () => {
    expect(wordsOf(vocabulary.phrases).size).toBeGreaterThan(600);
    expect(wordsOf(vocabulary.phrases).size).toBeLessThan(1500);
    expect(vocabulary.phrases.length).toBeLessThan(15_000);
  });

  it('is lower-case words only', () => {
    for (const phrase of vocabulary.phrases) expect(phrase).toMatch(/^[a-z']+(?: [a-z']+)*$/);
  });

  it.each(['service', 'day', 'time', 'name', 'phone', 'yes-no', 'take_it', 'new_day', 'same_time'])(
    'asking for %s locks nothing out',
    (context) => {
      const phrases = new Set(vocabulary.contexts[context]);
      for (const always of ['cancel', 'help', 'what did you say', 'start over', 'yes', 'no', 'goodbye', 'thank you']) {
        expect(phrases.has(always), always).toBe(true);
      }
      const pairs = pairsOf([...phrases]);
      for (const pair of ['actually make', 'make it', 'it four', 'no thursday', 'change the', 'the name']) {
        expect(pairs.has(pair), pair).toBe(true);
      }
    },
  );

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
      'the later one',
      'as soon as possible',
      'i need to move my appointment to thursday',
      'cancel my appointment',
    ]) {
      for (const pair of pairsOf([line])) expect(pairs.has(pair), `${pair} of "${line}"`).toBe(true);
    }
  });

  it.each([
    ['service', []],
    ['day', ['a haircut']],
    ['time', ['a haircut', 'friday']],
    ['name', ['a haircut', 'friday at three']],
    ['phone', ['a haircut', 'friday at three', 'alice']],
  ])('a sample of what is heard when the %s is asked for is understood', async (context, lines) => {
    // A yes, a no or a number that answers nothing is rightly asked about.
    const isNoAnswer =
      /^(yes|yeah|yep|yup|sure|ok|okay|no|nope|nah|fine|right|correct|exactly|perfect|wrong)\b|^(that|not|go|please|book it|sound|of course|abs|incorrect)/;
    const phrases = (vocabulary.contexts[context] ?? []).filter(
      (phrase) => !isNoAnswer.test(phrase) && !cannotBeCalled(phrase),
    );
    const missed: string[] = [];
    let asked = 0;
    for (let at = 0; at < phrases.length; at += Math.ceil(phrases.length / 100)) {
      const call = createTextCall(agent, { nowEpochMs: saturdayMorning, timeZone: 'America/New_York' });
      await call.greet();
      await call.say('i would like to make an appointment');
      for (const line of lines) await call.say(line);
      const phrase = phrases[at] ?? '';
      asked += 1;
      const { said } = await call.say(phrase);
      if (/catch that|get that|missed that|Just to be sure/.test(said)) missed.push(`${phrase} -> ${said}`);
    }
    expect(missed.length / asked, missed.join('\n')).toBeLessThanOrEqual(0.05);
  });
});

/** More digits than a number has here, or no area's: the recogniser is to hear them all the same, and nobody can be called there. */
function cannotBeCalled(phrase: string): boolean {
  return findDigitRuns(phrase, 'en').some(({ readings: [digits = ''] }) => {
    return digits.length > 10 || (digits.length === 10 && !/^[2-9]\d\d[2-9]/.test(digits));
  });
}

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
