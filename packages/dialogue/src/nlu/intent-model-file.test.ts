import { integer, property, uint8Array, assert as verify } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIntentModel, serializeIntentModel } from './intent-model-file.ts';
import { NluError } from './nlu-error.ts';
import { drawFrom } from './testing-sets.ts';
import { trainIntentModel } from './train-intent-model.ts';
import { createTrainedClassifier } from './trained-classifier.ts';

const { train, test } = drawFrom('vi', 8, 2);
const model = trainIntentModel(train);
const bytes = serializeIntentModel(model);

describe('a model that was kept', () => {
  it('is the one that was trained', () => {
    expect(parseIntentModel(bytes)).toEqual(model);
    const kept = createTrainedClassifier(parseIntentModel(bytes));
    const fresh = createTrainedClassifier(model);
    for (const { text } of test) expect(kept.predict(text)).toEqual(fresh.predict(text));
  });

  it('is read from the middle of other bytes too', () => {
    const among = new Uint8Array(bytes.length + 3);
    among.set(bytes, 3);
    expect(parseIntentModel(among.subarray(3))).toEqual(model);
  });

  it('is kept with more than 256 intents', () => {
    const many = Array.from({ length: 300 }, (_, at) => ({ text: `word${at} thing`, intent: `i${at}` }));
    const large = trainIntentModel(many);
    expect(parseIntentModel(serializeIntentModel(large))).toEqual(large);
    expect(createTrainedClassifier(large).predict('word299 thing').intent).toBe('i299');
  });

  it('is made smaller when it must be, and still finds most', () => {
    const { train: english, test: asked } = drawFrom('en', 12, 2);
    const whole = trainIntentModel(english);
    const kept = whole.weights.length / 2;
    const small = trainIntentModel(english, { maxModelBytes: 1, leastRoomBytes: kept });
    expect(small.weights.length).toBeLessThanOrEqual(kept / 2);
    const right = (of: typeof whole) => {
      const { predict } = createTrainedClassifier(of);
      return asked.filter(({ text, intent }) => predict(text).ranking[0]?.intent === intent).length;
    };
    expect(right(small)).toBeGreaterThan(right(whole) * 0.9);
  });

  it('that is cut off, lengthened or no model at all is a coded error', () => {
    const wrong = [
      new Uint8Array(0),
      new Uint8Array(8),
      bytes.subarray(0, 100),
      bytes.subarray(0, -4),
      new Uint8Array([...bytes, 0, 0, 0, 0]),
    ];
    for (const broken of wrong) {
      expect(() => parseIntentModel(broken)).toThrow(expect.objectContaining({ code: 'model_invalid' }));
    }
  });

  it('with any byte changed is a coded error or a model that answers', () => {
    verify(
      property(integer({ min: 0, max: bytes.length - 1 }), integer({ min: 1, max: 255 }), (at, change) => {
        const broken = bytes.slice();
        broken[at] = (broken[at] ?? 0) ^ change;
        answersOrThrowsCoded(broken);
      }),
      { numRuns: 300 },
    );
    verify(
      property(uint8Array({ maxLength: 400 }), (noise) =>
        answersOrThrowsCoded(new Uint8Array([...bytes.subarray(0, 8), ...noise])),
      ),
    );
  });
});

function answersOrThrowsCoded(broken: Uint8Array): void {
  try {
    const guess = createTrainedClassifier(parseIntentModel(broken)).predict('tôi muốn đặt phòng');
    expect(guess.confidence).toBeGreaterThanOrEqual(0);
    expect(guess.confidence).toBeLessThanOrEqual(1);
  } catch (error) {
    if (!(error instanceof NluError)) throw error;
    expect(error.code).toBe('model_invalid');
  }
}
