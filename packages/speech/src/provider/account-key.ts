import { z } from 'zod';

/**
 * The key of an account. It goes into a header: what no header may hold is refused here, since the libraries that make headers quote
 * it whole in their errors. Blanks around it come from copying.
 */
export const accountKey = z
  .string()
  .trim()
  .min(1)
  // Keys have 30–200 characters, signed ones (JWT) some thousand.
  .max(4000)
  .regex(/^[\x21-\x7e]*$/, 'A key has letters, digits and signs of ASCII only, and no blanks.');
