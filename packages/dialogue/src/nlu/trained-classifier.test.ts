import { describe, expect, it } from 'vitest';
import { readExamples, readTests } from './cli/example-files.ts';
import { aurocOf, calibrationError, evaluateIntents } from './evaluate-intents.ts';
import { drawFrom, pathOfSet, wholeSet } from './testing-sets.ts';
import { trainIntentModel } from './train-intent-model.ts';
import { createTrainedClassifier } from './trained-classifier.ts';

const english = readExamples(pathOfSet('en', 'train'));
const classifier = createTrainedClassifier(english);
const nowhere = { expectedIntents: [], slotAsked: undefined };

describe('what a caller means', () => {
  it.each([
    ['I think I have lost my bank card', 'card_lost'],
    ['i want to speak to a real person please', 'human_agent'],
    ['could you tell me the wifi password', 'wifi_password'],
    ['WHAT TIME DO YOU CLOSE', 'opening_hours'],
    ['i fogot my pasword', 'reset_password'],
    ['how much money is in my account', 'account_balance'],
    ['can we bring our dog', 'pets_allowed'],
  ])('%s', (text, intent) => expect(classifier.predict(text).intent).toBe(intent));

  it('what an example says word for word is sure, however it is written', () => {
    const guess = classifier.predict('when are YOU open?!');
    expect(guess.intent).toBe('opening_hours');
    expect(guess.confidence).toBeGreaterThan(0.9);
  });

  it.each(['', '...', '🙂', 'qzx wvk jjq', 'xyzzy'])('nothing in: %s', (text) => {
    expect(classifier.predict(text).intent).toBeUndefined();
  });

  it('a very long text is answered for as quickly as its beginning', () => {
    expect(classifier.predict('I want to cancel my subscription '.repeat(5000)).ranking).toHaveLength(5);
  });

  it('the ranking begins with the guess, falls, and shares out no more than there is', () => {
    for (const { text } of readTests(pathOfSet('en', 'test'))) {
      const { ranking, confidence } = classifier.predict(text);
      if (ranking.length === 0) continue;
      expect(ranking[0]?.confidence).toBe(confidence);
      const shares = ranking.map((entry) => entry.confidence);
      expect(shares).toEqual(shares.toSorted((a, b) => b - a));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-6);
    }
  });

  it('Vietnamese typed without marks means the same', () => {
    const { predict } = createTrainedClassifier(readExamples(pathOfSet('vi', 'train')));
    for (const { text } of readTests(pathOfSet('vi', 'test'))) {
      const bare = text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd');
      expect(predict(bare)).toEqual(predict(text));
    }
  });

  it('classify gives what predict gives, and heeds its signal', async () => {
    const text = 'please block my card';
    expect(await classifier.classify(text, nowhere, new AbortController().signal)).toEqual(classifier.predict(text));
    await expect(classifier.classify(text, nowhere, AbortSignal.abort())).rejects.toThrow();
  });
});

describe('the moment in which it is said', () => {
  const moved = createTrainedClassifier([
    ...['move my booking', 'change the booking', 'another day for the booking'].map((text) => ({
      text,
      intent: 'change',
    })),
    ...['cancel the booking', 'drop my booking', 'no booking any more'].map((text) => ({ text, intent: 'cancel' })),
    ...['speak to a person', 'a human please', 'operator'].map((text) => ({ text, intent: 'human' })),
  ]);

  it('what is waited for wins where two are about as likely', () => {
    const text = 'about my booking';
    const [first, second] = moved.predict(text).ranking;
    const expected = moved.predict(text, { expectedIntents: [second?.intent ?? ''], slotAsked: undefined });
    expect(expected.ranking[0]?.intent).toBe(second?.intent);
    expect(expected.ranking[0]?.intent).not.toBe(first?.intent);
  });

  it('what is waited for does not win against what is clear', () => {
    for (const expected of ['cancel', 'change']) {
      const guess = moved.predict('a human please', { expectedIntents: [expected], slotAsked: 'date' });
      expect(guess.intent).toBe('human');
      expect(guess.confidence).toBeGreaterThan(0.9);
    }
    for (const { text, intent } of readTests(pathOfSet('en', 'test'))) {
      const plain = classifier.predict(text);
      if (intent === null || plain.confidence < 0.9) continue;
      const guess = classifier.predict(text, { expectedIntents: ['greeting', 'thanks'], slotAsked: undefined });
      expect(guess.intent).toBe(plain.intent);
    }
  });

  it('while a value is asked for, an intent is told with less confidence', () => {
    const text = 'I left my card somewhere';
    const asked = classifier.predict(text, { expectedIntents: [], slotAsked: 'date' });
    expect(asked.confidence).toBeLessThan(classifier.predict(text).confidence);
    expect(asked.ranking[0]?.intent).toBe(classifier.predict(text).ranking[0]?.intent);
  });
});

describe('learning', () => {
  it('gives the same model for the same examples and seed', () => {
    const { train } = drawFrom('vi', 8, 1);
    expect(trainIntentModel(train, { seed: 4 })).toEqual(trainIntentModel(train, { seed: 4 }));
  });

  it('one intent, or one example of each, is enough to begin with', () => {
    const one = createTrainedClassifier([{ text: 'open the door', intent: 'open' }]);
    expect(one.predict('open the door').intent).toBe('open');
    expect(one.predict('bananas are yellow').intent).toBeUndefined();
    const two = createTrainedClassifier([
      { text: 'yes', intent: 'yes' },
      { text: 'no', intent: 'no' },
    ]);
    expect(two.predict('yes').intent).toBe('yes');
    expect(two.predict('no').intent).toBe('no');
  });

  it('a text given for two intents is for neither with certainty', () => {
    const { predict } = createTrainedClassifier([
      { text: 'go on', intent: 'yes' },
      { text: 'go on', intent: 'repeat' },
      { text: 'again', intent: 'repeat' },
      { text: 'yes', intent: 'yes' },
    ]);
    expect(predict('go on').confidence).toBeLessThan(0.9);
  });

  it.each([[[]], [[{ text: '???', intent: 'x' }]]])('nothing to learn from is a coded error', (examples) => {
    expect(() => trainIntentModel(examples)).toThrow(expect.objectContaining({ code: 'examples_missing' }));
  });

  it('names that mean nothing do no harm, and swapped ones hardly any', () => {
    const { train, test } = drawFrom('en', 12, 3);
    const intents = [...new Set(train.map(({ intent }) => intent))];
    const rawWith = (name: (at: number) => string) => {
      const renamed = (examples: typeof train) =>
        examples.map(({ text, intent }) => ({ text, intent: name(intents.indexOf(intent)) }));
      const { predict } = createTrainedClassifier(renamed(train));
      return evaluateIntents(predict, renamed(test)).accuracyRaw ?? 0;
    };
    const unnamed = rawWith((at) => `##${at}##`.replace(/\d/g, (digit) => '!?+-*/=<>~'[Number(digit)] ?? ''));
    expect(rawWith((at) => `intent_${at}`)).toBeGreaterThanOrEqual(unnamed - 0.01);
    expect(rawWith((at) => intents[(at + 7) % intents.length] ?? '')).toBeGreaterThanOrEqual(unnamed - 0.03);
    expect(rawWith((at) => intents[at] ?? '')).toBeGreaterThan(unnamed - 0.005);
  });
});

describe('how sure it is', () => {
  it('is right as often as it says it is, over many draws, with and without what no intent is for', () => {
    const own: { confidence: number; right: boolean }[] = [];
    const foreign: { confidence: number; right: boolean }[] = [];
    const aurocs: number[] = [];
    for (let seed = 1; seed <= 8; seed += 1) {
      const draw = drawFrom('en', 10, seed * 31);
      const { predict } = createTrainedClassifier(draw.train);
      const ofDraw = draw.test.map(({ text, intent }) => {
        const { confidence, ranking } = predict(text);
        return { confidence, right: ranking[0]?.intent === intent };
      });
      const foreignOfDraw = draw.foreign.map(({ text }) => ({ confidence: predict(text).confidence, right: false }));
      own.push(...ofDraw);
      // One text in thirteen, as the calibration takes it.
      foreign.push(...foreignOfDraw.filter((_, at) => at % 4 === 0));
      const confidences = (guesses: typeof own) => guesses.map(({ confidence }) => confidence);
      aurocs.push(aurocOf(confidences(ofDraw), confidences(foreignOfDraw)) ?? 0);
    }
    expect(calibrationError(own)).toBeLessThan(0.05);
    expect(calibrationError([...own, ...foreign])).toBeLessThan(0.05);
    expect(aurocs.reduce((sum, auroc) => sum + auroc, 0) / aurocs.length).toBeGreaterThan(0.76);
  });

  it('is as sure as it should be of examples that differ in a value only', () => {
    const { train, test } = drawFrom('en', 8, 5);
    const cities = ['Leeds', 'York', 'Bath', 'Derby'];
    /** How much surer it is than it is right. */
    const conceitOf = (examples: Parameters<typeof createTrainedClassifier>[0]) => {
      const { predict } = createTrainedClassifier(examples);
      const excess = test.map(({ text, intent }) => {
        const { confidence, ranking } = predict(`${text} in Luton`);
        return confidence - (ranking[0]?.intent === intent ? 1 : 0);
      });
      return excess.reduce((sum, each) => sum + each, 0) / excess.length;
    };
    const multiplied = train.flatMap(({ text, intent }) =>
      cities.map((city) => ({ text: `${text} in ${city}`, intent, origin: text })),
    );
    expect(Math.abs(conceitOf(multiplied))).toBeLessThan(0.06);
    // Not knowing which belong together, it would trust nothing but what is nearly word for word an example.
    expect(conceitOf(multiplied.map(({ text, intent }) => ({ text, intent })))).toBeLessThan(-0.15);
  });

  it('finds the right intent among 52 for half of what was never said like this, and for three in four of 16', () => {
    const raw = (language: 'en' | 'vi', examples: number) => {
      const { train, test } = drawFrom(language, examples, 11);
      return evaluateIntents(createTrainedClassifier(train).predict, test).accuracyRaw ?? 0;
    };
    expect(raw('en', 12)).toBeGreaterThan(0.47);
    expect(raw('vi', 8)).toBeGreaterThan(0.7);
  });

  it('takes less than 60 µs to answer', () => {
    const { own, foreign } = wholeSet('en');
    const { p50Us } = evaluateIntents(classifier.predict, [...own, ...foreign]);
    expect(p50Us).toBeLessThan(60);
  });
});
