/** Rows of a sparse matrix: row `r` holds the columns and values from `starts[r]` to `starts[r + 1]`. */
export interface SparseRows {
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float32Array;
  /** Columns in all. */
  readonly width: number;
}

export interface SvmOptions {
  /** What an error costs against the size of the weights. */
  readonly cost: number;
  readonly epochs: number;
  /** The same seed and rows give the same weights. */
  readonly seed: number;
}

/** Weights of one class against the rest; `bias` is added to the sum. */
export interface SvmWeights {
  readonly weights: Float64Array;
  readonly bias: number;
}

/**
 * Train one class after the other against the rest: a linear support vector machine with squared hinge, by coordinate descent on
 * the dual (Hsieh et al. 2008), leaving out rows that have come to rest (shrinking).
 *
 * @param rows which rows to learn from
 * @param classOf class of each row of the matrix
 * @param done called with each class as it is trained; the weights are overwritten by the next
 */
export function trainOneVersusRest(
  matrix: SparseRows,
  rows: Uint32Array,
  classOf: Uint16Array,
  classes: readonly number[],
  options: SvmOptions,
  done: (ofClass: number, trained: SvmWeights) => void,
): void {
  const weights = new Float64Array(matrix.width);
  const dual = new Float64Array(rows.length);
  const curvature = new Float64Array(rows.length);
  const damping = 1 / (2 * options.cost);
  for (let at = 0; at < rows.length; at += 1) {
    curvature[at] = squareOf(matrix, rows[at] ?? 0) + biasInput * biasInput + damping;
  }
  for (const ofClass of classes) {
    weights.fill(0);
    dual.fill(0);
    const next = randomOf(options.seed + ofClass);
    const bias = descend(matrix, rows, classOf, ofClass, weights, dual, curvature, damping, options.epochs, next);
    done(ofClass, { weights, bias });
  }
}

/** The constant input that the bias is the weight of. Smaller than a row (length 1), so that words decide rather than class sizes. */
const biasInput = 0.5;

/** Largest violation at which a class is taken for trained. */
const tolerance = 0.05;

function descend(
  matrix: SparseRows,
  rows: Uint32Array,
  classOf: Uint16Array,
  ofClass: number,
  weights: Float64Array,
  dual: Float64Array,
  curvature: Float64Array,
  damping: number,
  epochs: number,
  next: () => number,
): number {
  const { starts, columns, values } = matrix;
  const order = new Uint32Array(rows.length);
  for (let at = 0; at < order.length; at += 1) order[at] = at;
  let active = order.length;
  let restLimit = Number.POSITIVE_INFINITY;
  let bias = 0;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    let largest = 0;
    let smallest = 0;
    for (let at = 0; at < active; at += 1) {
      const other = at + Math.floor(next() * (active - at));
      const chosen = order[other] ?? 0;
      order[other] = order[at] ?? 0;
      order[at] = chosen;
      const row = rows[chosen] ?? 0;
      const sign = classOf[row] === ofClass ? 1 : -1;
      const from = starts[row] ?? 0;
      const to = starts[row + 1] ?? 0;
      let sum = bias * biasInput;
      for (let index = from; index < to; index += 1) sum += (weights[columns[index] ?? 0] ?? 0) * (values[index] ?? 0);
      const old = dual[chosen] ?? 0;
      const gradient = sign * sum - 1 + damping * old;
      if (old === 0 && gradient > restLimit) {
        // At rest: the class is on its right side of the row by far.
        active -= 1;
        order[at] = order[active] ?? 0;
        order[active] = chosen;
        at -= 1;
        continue;
      }
      const violation = old === 0 ? Math.min(gradient, 0) : gradient;
      if (violation > largest) largest = violation;
      if (violation < smallest) smallest = violation;
      if (Math.abs(violation) < 1e-9) continue;
      const updated = Math.max(old - gradient / (curvature[chosen] ?? 1), 0);
      dual[chosen] = updated;
      const change = (updated - old) * sign;
      if (change === 0) continue;
      bias += change * biasInput;
      for (let index = from; index < to; index += 1) {
        const column = columns[index] ?? 0;
        weights[column] = (weights[column] ?? 0) + change * (values[index] ?? 0);
      }
    }
    restLimit = largest <= 0 ? Number.POSITIVE_INFINITY : largest;
    if (largest - smallest >= tolerance) continue;
    if (active === order.length) break;
    // Those at rest are looked at once more before it is called done.
    active = order.length;
    restLimit = Number.POSITIVE_INFINITY;
  }
  return bias * biasInput;
}

function squareOf(matrix: SparseRows, row: number): number {
  let sum = 0;
  for (let index = matrix.starts[row] ?? 0; index < (matrix.starts[row + 1] ?? 0); index += 1) {
    sum += (matrix.values[index] ?? 0) ** 2;
  }
  return sum;
}

/** At least 0, less than 1; Marsaglia's xorshift. */
export function randomOf(seed: number): () => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x2545f491) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4_294_967_296;
  };
}
