import type { Calibration } from './calibration.ts';

/** A trained classifier as data: what `serializeIntentModel` keeps and `createPredictor` reads. */
export interface IntentModel {
  readonly intents: readonly string[];
  /** Hash of each feature that says something. */
  readonly keys: Uint32Array;
  /** How much each feature says; see `Weighing`. */
  readonly idf: Float32Array;
  readonly unseenIdf: number;
  /** Weights of feature `f` stand from `starts[f]` to `starts[f + 1]`; what is not there is 0. */
  readonly starts: Uint32Array;
  readonly classes: Uint16Array;
  readonly weights: Int8Array;
  /** What a weight of 1 stands for, for each intent. */
  readonly scales: Float32Array;
  readonly biases: Float32Array;
  /** What a difference in score is divided by before it is one of log probability. */
  readonly temperature: number;
  readonly calibration: Calibration;
  /** The examples word for word: their `textKey`, and the intent of each. */
  readonly exampleKeys: Uint32Array;
  readonly exampleClasses: Uint16Array;
}
