import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';

/** Where the next page of a list begins: after the row of this moment and id. */
export interface CursorPlace {
  /** ISO 8601. */
  readonly at: string;
  readonly id: string;
}

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);

export function writeCursor(at: Date, id: string): string {
  return Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url');
}

/** @throws WireError `invalid_request` for a text that is none of ours */
export function readCursor(cursor: string): CursorPlace {
  try {
    const [at, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { at, id };
  } catch {
    throw new WireError('invalid_request', { cursor: 'Pass back the next_cursor of the page before, unchanged.' });
  }
}
