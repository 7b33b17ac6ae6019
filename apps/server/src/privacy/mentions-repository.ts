import { type SQL, sql } from 'drizzle-orm';
import type { Person } from './person.ts';

/** Whether the text (an SQL expression) mentions the person. Telephones are found however they are written in digits. */
export function mentions(expression: SQL, { kind, needle }: Person): SQL {
  return kind === 'phone'
    ? sql`strpos(regexp_replace(coalesce(${expression}, ''), '[^0-9]+', '', 'g'), ${needle}) > 0`
    : sql`strpos(lower(coalesce(${expression}, '')), ${needle}) > 0`;
}
