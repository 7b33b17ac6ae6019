import type { SvmWeights } from './linear-svm.ts';

/** Largest of a quantised weight. */
const largest = 127;

/** Bytes of a weight in a file: the weight and its class. */
const bytesAWeight = 2;
const bytesAWeightOfMany = 3;

/** What is not 0 of a class, by feature. */
interface Column {
  readonly features: Uint32Array;
  readonly weights: Int8Array;
}

/** Quantises weights to eight bits, class by class as they are trained, and keeps them feature by feature as they are asked for. */
export class WeightKeeper {
  readonly #features: number;
  readonly #scales: Float32Array;
  readonly #biases: Float32Array;
  readonly #columns: Column[] = [];

  constructor(features: number, classes: number) {
    this.#features = features;
    this.#scales = new Float32Array(classes);
    this.#biases = new Float32Array(classes);
  }

  /** Classes come in the order of their numbers. */
  keep(ofClass: number, { weights, bias }: SvmWeights): void {
    let most = 0;
    for (const weight of weights) most = Math.max(most, Math.abs(weight));
    const scale = most / largest || 1;
    this.#scales[ofClass] = scale;
    this.#biases[ofClass] = bias;
    let count = 0;
    for (const weight of weights) if (Math.round(weight / scale) !== 0) count += 1;
    const column: Column = { features: new Uint32Array(count), weights: new Int8Array(count) };
    let at = 0;
    for (let feature = 0; feature < weights.length; feature += 1) {
      const quantised = Math.round((weights[feature] ?? 0) / scale);
      if (quantised === 0) continue;
      column.features[at] = feature;
      column.weights[at] = quantised;
      at += 1;
    }
    this.#columns[ofClass] = column;
  }

  /** Weights under a size that makes the whole fit are dropped; 0 always is. */
  kept(roomBytes: number) {
    const least = this.#leastThatFits(roomBytes / (this.#columns.length > 256 ? bytesAWeightOfMany : bytesAWeight));
    const starts = new Uint32Array(this.#features + 1);
    this.#each(least, (feature) => {
      starts[feature + 1] = (starts[feature + 1] ?? 0) + 1;
    });
    for (let feature = 0; feature < this.#features; feature += 1) {
      starts[feature + 1] = (starts[feature + 1] ?? 0) + (starts[feature] ?? 0);
    }
    const count = starts[this.#features] ?? 0;
    const classes = new Uint16Array(count);
    const weights = new Int8Array(count);
    const next = starts.slice();
    this.#each(least, (feature, ofClass, weight) => {
      const at = next[feature] ?? 0;
      next[feature] = at + 1;
      classes[at] = ofClass;
      weights[at] = weight;
    });
    return { starts, classes, weights, scales: this.#scales, biases: this.#biases };
  }

  #leastThatFits(room: number): number {
    const sizes = new Float64Array(largest + 1);
    this.#each(1, (_feature, _ofClass, weight) => {
      sizes[Math.abs(weight)] = (sizes[Math.abs(weight)] ?? 0) + 1;
    });
    let least = largest + 1;
    let count = 0;
    while (least > 1 && count + (sizes[least - 1] ?? 0) <= room) {
      least -= 1;
      count += sizes[least] ?? 0;
    }
    return least;
  }

  #each(least: number, tell: (feature: number, ofClass: number, weight: number) => void): void {
    for (const [ofClass, column] of this.#columns.entries()) {
      for (let at = 0; at < column.weights.length; at += 1) {
        const weight = column.weights[at] ?? 0;
        if (Math.abs(weight) >= least) tell(column.features[at] ?? 0, ofClass, weight);
      }
    }
  }
}
