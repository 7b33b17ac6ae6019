import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../storage/database.ts';
import type { SealedColumn } from './sealed-columns.ts';
import { formVersion, sealedPrefix } from './sealed-text.ts';

/** Sealed values wherever they lie, for whoever rotates keys. */
export interface SealedValuesRepository {
  /** How many values of the column each data key seals. */
  countByKey(column: SealedColumn): Promise<ReadonlyMap<string, number>>;
  /**
   * Replace one batch of values that another key seals. Rows that somebody else holds are passed over, which is why a pass is over
   * only when `countByKey` says so.
   */
  replaceBatch(
    column: SealedColumn,
    currentKeyId: string,
    /** `last` of the batch before; undefined begins at the beginning. */
    after: string | undefined,
    limit: number,
    replace: (sealed: string) => Promise<string>,
  ): Promise<{ readonly count: number; readonly last: string | undefined }>;
}

export function createSealedValuesRepository(database: Database): SealedValuesRepository {
  return {
    countByKey: (column) =>
      database.acrossOrganizations(async (tx) => {
        const { rows } = await tx.execute(
          sql`select split_part(${value(column)}, '.', 2) as key, count(*)::int as count from ${table(column)}
            where ${value(column)} like ${`${formVersion}.%`} group by 1`,
        );
        return new Map(countsSchema.parse(rows).map(({ key, count }) => [key, count]));
      }),
    replaceBatch: (column, currentKeyId, after, limit, replace) =>
      database.acrossOrganizations(async (tx) => {
        const { rows } = await tx.execute(
          sql`select ctid::text as place, ${value(column)} as sealed from ${table(column)}
            where ctid > ${after ?? beforeAll}::tid and ${value(column)} like ${`${formVersion}.%`} and ${value(column)} not like ${`${sealedPrefix(currentKeyId)}%`}
            limit ${limit} for update skip locked`,
        );
        const batch = batchSchema.parse(rows);
        for (const { place, sealed } of batch) {
          const replaced = await replace(sealed);
          const set =
            column.kind === 'text'
              ? sql`${replaced}`
              : sql`jsonb_set(${name(column)}, '{sealed}', to_jsonb(${replaced}::text))`;
          // A row that this transaction holds stays in its place.
          await tx.execute(sql`update ${table(column)} set ${name(column)} = ${set} where ctid = ${place}::tid`);
        }
        return { count: batch.length, last: batch.at(-1)?.place };
      }),
  };
}

/** Rows are walked in the order in which they lie, so that each batch begins where the one before ended. */
const beforeAll = '(0,0)';

const table = (column: SealedColumn): SQL => sql`${sql.identifier(column.table)}`;
const name = (column: SealedColumn): SQL => sql`${sql.identifier(column.column)}`;
const value = (column: SealedColumn): SQL =>
  column.kind === 'text' ? name(column) : sql`(${name(column)} ->> 'sealed')`;

const countsSchema = z.array(z.object({ key: z.string(), count: z.number() }));
const batchSchema = z.array(z.object({ place: z.string(), sealed: z.string() }));
