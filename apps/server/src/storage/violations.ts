import { DrizzleQueryError } from 'drizzle-orm';
import { z } from 'zod';

const violationSchema = z.object({ code: z.string(), constraint: z.string() });

/**
 * Whether the database refused a row because of the constraint or unique index of this name.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html class 23
 */
export function isViolation(error: unknown, constraint: string): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  const violation = violationSchema.safeParse(cause);
  return violation.success && violation.data.code.startsWith('23') && violation.data.constraint === constraint;
}
