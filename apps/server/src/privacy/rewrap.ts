import type { KeyRing } from './key-ring.ts';
import { type SealedColumn, sealedColumns } from './sealed-columns.ts';
import { parseSealed, rewrapText } from './sealed-text.ts';
import type { SealedValuesRepository } from './sealed-values-repository.ts';

export interface RewrapOptions {
  /** Rows of one transaction. */
  readonly batchSize: number;
  /** How often a column is walked again for rows that somebody else held. */
  readonly passes: number;
  /** Between two passes. */
  readonly waitMs: number;
}

export const rewrapDefaults: RewrapOptions = {
  // Locks are held for milliseconds, so that calls that write the same rows do not notice.
  batchSize: 200,
  // A turn's transaction holds its session's row for milliseconds.
  passes: 10,
  waitMs: 100,
};

export interface RewrapReport {
  readonly rewrapped: number;
  /** Values that other keys still seal: somebody wrote them meanwhile. Run it again. */
  readonly left: number;
}

/**
 * Bring all that is sealed under the data key in service, in batches that each stand for themselves: stopped anywhere it is taken up
 * by the next run. Servers may run meanwhile.
 */
export async function rewrapValues(
  keys: KeyRing,
  values: SealedValuesRepository,
  signal: AbortSignal,
  options: RewrapOptions = rewrapDefaults,
): Promise<RewrapReport> {
  const current = await keys.current();
  const replace = async (sealed: string) => {
    const parts = parseSealed(sealed);
    if (parts === undefined) throw new Error('A sealed value has no form that this version knows');
    return rewrapText(parts, await keys.byId(parts.dataKeyId), current);
  };
  const leftIn = async (column: SealedColumn) => {
    const counts = await values.countByKey(column);
    return [...counts].reduce((sum, [keyId, count]) => (keyId === current.id ? sum : sum + count), 0);
  };
  let rewrapped = 0;
  let left = 0;
  for (const column of sealedColumns) {
    let inColumn = await leftIn(column);
    for (let passes = 0; inColumn > 0 && passes < options.passes; passes += 1) {
      let after: string | undefined;
      do {
        signal.throwIfAborted();
        const { count, last } = await values.replaceBatch(column, current.id, after, options.batchSize, replace);
        rewrapped += count;
        after = last;
      } while (after !== undefined);
      inColumn = await leftIn(column);
      if (inColumn > 0) await new Promise((resolve) => setTimeout(resolve, options.waitMs));
    }
    left += inColumn;
  }
  return { rewrapped, left };
}
