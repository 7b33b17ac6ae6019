import { describe, expect, it } from 'vitest';
import { randomOf, type SparseRows, type SvmWeights, trainOneVersusRest } from './linear-svm.ts';

describe('the linear support vector machine', () => {
  it('finds the least of what it promises to make least, with rest rows left out and all', () => {
    const { matrix, classOf, rows } = noisyRows(120, 40);
    const cost = 1;
    const best = train(matrix, rows, classOf, { cost, epochs: 200, seed: 3 });
    const least = lossOf(matrix, classOf, best, cost);
    const next = randomOf(5);
    // The loss is convex: if no small step in any of many directions lowers it, nothing does.
    for (let trial = 0; trial < 300; trial += 1) {
      const step = 0.02 * (1 + (trial % 5));
      const weights = best.weights.map((weight) => weight + step * (next() - 0.5));
      expect(lossOf(matrix, classOf, { weights, bias: best.bias + step * (next() - 0.5) }, cost)).toBeGreaterThan(
        least - 0.002 * least,
      );
    }
  });

  it('comes near to it in the fifteen rounds that are used', () => {
    const { matrix, classOf, rows } = noisyRows(200, 60);
    const long = lossOf(matrix, classOf, train(matrix, rows, classOf, { cost: 1, epochs: 300, seed: 1 }), 1);
    const short = lossOf(matrix, classOf, train(matrix, rows, classOf, { cost: 1, epochs: 15, seed: 1 }), 1);
    expect(short).toBeLessThan(long * 1.02);
  });

  it('gives the same weights for the same seed', () => {
    const { matrix, classOf, rows } = noisyRows(60, 20);
    const options = { cost: 1, epochs: 5, seed: 9 };
    expect(train(matrix, rows, classOf, options).weights).toEqual(train(matrix, rows, classOf, options).weights);
  });
});

function train(
  matrix: SparseRows,
  rows: Uint32Array,
  classOf: Uint16Array,
  options: { cost: number; epochs: number; seed: number },
): SvmWeights {
  const trained: SvmWeights[] = [];
  trainOneVersusRest(matrix, rows, classOf, [1], options, (_, { weights, bias }) =>
    trained.push({ weights: weights.slice(), bias }),
  );
  const [only] = trained;
  if (only === undefined) throw new Error('Nothing was trained.');
  return only;
}

/** Half the square of the weights and, for each row, the cost of being on the wrong side or too near. */
function lossOf(matrix: SparseRows, classOf: Uint16Array, { weights, bias }: SvmWeights, cost: number): number {
  // The bias is the weight of an input of one half.
  let loss = ((bias / 0.5) ** 2 + weights.reduce((sum, weight) => sum + weight * weight, 0)) / 2;
  for (const [row, ofClass] of classOf.entries()) {
    let sum = bias;
    for (let at = matrix.starts[row] ?? 0; at < (matrix.starts[row + 1] ?? 0); at += 1) {
      sum += (weights[matrix.columns[at] ?? 0] ?? 0) * (matrix.values[at] ?? 0);
    }
    loss += cost * Math.max(0, 1 - (ofClass === 1 ? sum : -sum)) ** 2;
  }
  return loss;
}

/** Rows of five columns each, of two classes that overlap. */
function noisyRows(count: number, width: number) {
  const next = randomOf(17);
  const classOf = Uint16Array.from({ length: count }, () => (next() < 0.3 ? 1 : 0));
  const starts = Uint32Array.from({ length: count + 1 }, (_, row) => row * 5);
  const columns = new Uint32Array(count * 5);
  for (let at = 0; at < columns.length; at += 1) {
    const own = classOf[Math.floor(at / 5)] === 1;
    const block = Math.floor(width / 5);
    columns[at] = (at % 5) * block + Math.floor(next() * block * (own ? 0.7 : 1));
  }
  const values = new Float32Array(columns.length).fill(Math.sqrt(1 / 5));
  return {
    matrix: { starts, columns, values, width },
    classOf,
    rows: Uint32Array.from({ length: count }, (_, at) => at),
  };
}
