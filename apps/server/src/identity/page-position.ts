import { and, eq, lt, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { readCursor, writeCursor } from '../api/cursor.ts';

/** Where a page of a list that is ordered by time of making, newest first, ended. */
export interface Position {
  readonly createdAt: Date;
  readonly id: string;
}

/** The condition that leaves out what stood on earlier pages. */
export function after(position: Position | undefined, createdAt: PgColumn, id: PgColumn): SQL | undefined {
  if (position === undefined) return undefined;
  return or(lt(createdAt, position.createdAt), and(eq(createdAt, position.createdAt), lt(id, position.id)));
}

/** One page of the rows, of which one more than `limit` was asked for, and the cursor of the next. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  positionOf: (row: T) => Position,
): { readonly rows: readonly T[]; readonly nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length <= limit || last === undefined) return { rows: page, nextCursor: null };
  const { createdAt, id } = positionOf(last);
  return { rows: page, nextCursor: writeCursor(createdAt, id) };
}

/** @throws WireError `invalid_request` for a cursor that is none of ours */
export function readPosition(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const { at, id } = readCursor(cursor);
  return { createdAt: new Date(at), id };
}
