import type { Pooling } from './model-folder.ts';

/**
 * One vector of length 1 for each text, from the vectors of its tokens.
 *
 * @param hidden of `rows` texts with `tokens` tokens of `size` numbers each
 * @param mask 1 for each token that is one, 0 for what fills up shorter texts
 */
export function poolVectors(
  hidden: Float32Array,
  mask: BigInt64Array,
  { rows, tokens, size }: { readonly rows: number; readonly tokens: number; readonly size: number },
  pooling: Pooling,
): Float32Array<ArrayBuffer> {
  const vectors = new Float32Array(rows * size);
  for (let row = 0; row < rows; row += 1) {
    const vector = vectors.subarray(row * size, (row + 1) * size);
    const counted = pooling === 'cls' ? 1 : tokens;
    for (let token = 0; token < counted; token += 1) {
      if (mask[row * tokens + token] === 0n) continue;
      const from = (row * tokens + token) * size;
      for (let at = 0; at < size; at += 1) vector[at] = (vector[at] ?? 0) + (hidden[from + at] ?? 0);
    }
    toUnit(vector);
  }
  return vectors;
}

/** In place. A vector of zeros stays one. */
export function toUnit(vector: Float32Array): void {
  let square = 0;
  for (const value of vector) square += value * value;
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] ?? 0) * scale;
}
