import { eachFeature, kindWeights } from './features.ts';
import { KeyTable } from './key-table.ts';
import type { SparseRows } from './linear-svm.ts';

/** Texts as counts of features, before anything is known of how much each feature says. */
export interface Corpus {
  /** Hash of each feature. */
  readonly keys: Uint32Array;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  /** (1 + ln count) × the weight of the kind, for each feature of each row. */
  readonly counts: Float32Array;
}

/** How much features say: the fewer rows have one, the more. */
export interface Weighing {
  /** 0 for a feature that no row has. */
  readonly idf: Float32Array;
  /** Of a feature never seen. */
  readonly unseenIdf: number;
}

export function corpusOf(texts: readonly (readonly string[])[]): Corpus {
  const table = new KeyTable(1024);
  const kinds: number[] = [];
  const starts = new Uint32Array(texts.length + 1);
  const columns: number[] = [];
  const counts: number[] = [];
  for (const [row, words] of texts.entries()) {
    const seen = new Map<number, number>();
    eachFeature(words, (key, kind) => {
      const id = table.add(key);
      kinds[id] = kind;
      seen.set(id, (seen.get(id) ?? 0) + 1);
    });
    for (const [id, count] of seen) {
      columns.push(id);
      counts.push(weightOfCount(count, kinds[id] ?? 0));
    }
    starts[row + 1] = columns.length;
  }
  return {
    keys: table.keys(),
    kinds: Uint8Array.from(kinds),
    starts,
    columns: Uint32Array.from(columns),
    counts: Float32Array.from(counts),
  };
}

export function weightOfCount(count: number, kind: number): number {
  return (1 + Math.log(count)) * (kindWeights[kind] ?? 1);
}

/** What the rows tell of the features; a feature that fewer than `leastRows` of them have is taken for unseen. */
export function weigh(corpus: Corpus, rows: Uint32Array, leastRows: number): Weighing {
  const holders = new Uint32Array(corpus.keys.length);
  for (const row of rows) {
    for (let at = corpus.starts[row] ?? 0; at < (corpus.starts[row + 1] ?? 0); at += 1) {
      const column = corpus.columns[at] ?? 0;
      holders[column] = (holders[column] ?? 0) + 1;
    }
  }
  const idf = new Float32Array(holders.length);
  for (const [column, held] of holders.entries()) {
    if (held >= leastRows) idf[column] = Math.log((rows.length + 1) / (held + 1)) + 1;
  }
  return { idf, unseenIdf: Math.log(rows.length + 1) + 1 };
}

/** Rows of length 1: count × √idf. Rare features say more, but not by as much as idf itself has it. */
export function weighRows(corpus: Corpus, { idf }: Weighing): SparseRows {
  const { starts, columns, counts } = corpus;
  const values = new Float32Array(columns.length);
  for (let row = 0; row + 1 < starts.length; row += 1) {
    const from = starts[row] ?? 0;
    const to = starts[row + 1] ?? 0;
    let square = 0;
    for (let at = from; at < to; at += 1) {
      const value = (counts[at] ?? 0) * Math.sqrt(idf[columns[at] ?? 0] ?? 0);
      values[at] = value;
      square += value * value;
    }
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let at = from; at < to; at += 1) values[at] = (values[at] ?? 0) * scale;
  }
  return { starts, columns, values, width: corpus.keys.length };
}
