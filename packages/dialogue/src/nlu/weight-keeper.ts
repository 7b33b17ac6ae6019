import type { SvmWeights } from './linear-svm.ts';

/** Largest of a quantised weight. */
const largest = 127;

/** Bytes of a weight in a file: the weight and its class. */
const bytesAWeight = 2;
const bytesAWeightOfMany = 3;

/** Quantises weights to eight bits, class by class as they are trained, and keeps them feature by feature as they are asked for. */
export class WeightKeeper {
  readonly #features: number;
  readonly #scales: Float32Array;
  readonly #biases: Float32Array;
  readonly #columns: Int8Array[] = [];

  constructor(features: number, classes: number) {
    this.#features = features;
    this.#scales = new Float32Array(classes);
    this.#biases = new Float32Array(classes);
  }

  keep(ofClass: number, { weights, bias }: SvmWeights): void {
    let most = 0;
    for (const weight of weights) most = Math.max(most, Math.abs(weight));
    const scale = most / largest || 1;
    this.#scales[ofClass] = scale;
    this.#biases[ofClass] = bias;
    const column = new Int8Array(this.#features);
    for (let at = 0; at < column.length; at += 1) column[at] = Math.round((weights[at] ?? 0) / scale);
    this.#columns[ofClass] = column;
  }

  /** Weights under a size that makes the whole fit are dropped; 0 always is. */
  kept(roomBytes: number) {
    const sizes = new Float64Array(largest + 1);
    for (const column of this.#columns)
      for (const weight of column) sizes[Math.abs(weight)] = (sizes[Math.abs(weight)] ?? 0) + 1;
    const room = roomBytes / (this.#columns.length > 256 ? bytesAWeightOfMany : bytesAWeight);
    let least = largest + 1;
    let count = 0;
    while (least > 1 && count + (sizes[least - 1] ?? 0) <= room) {
      least -= 1;
      count += sizes[least] ?? 0;
    }
    const starts = new Uint32Array(this.#features + 1);
    const classes = new Uint16Array(count);
    const weights = new Int8Array(count);
    let at = 0;
    for (let feature = 0; feature < this.#features; feature += 1) {
      for (const [ofClass, column] of this.#columns.entries()) {
        const weight = column[feature] ?? 0;
        if (Math.abs(weight) < least) continue;
        classes[at] = ofClass;
        weights[at] = weight;
        at += 1;
      }
      starts[feature + 1] = at;
    }
    return { starts, classes, weights, scales: this.#scales, biases: this.#biases };
  }
}
