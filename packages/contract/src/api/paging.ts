import { z } from 'zod';

/** Query of every list: newest first; pass `next_cursor` back as `cursor`. */
export const pageQuerySchema = z.object({
  cursor: z
    .string()
    .min(1)
    .max(400)
    .optional()
    .meta({ description: 'The `next_cursor` of the page before, unchanged.' }),
  // A screenful; a hundred rows of the widest list are well under a megabyte.
  limit: z.coerce.number().int().min(1).max(100).default(20).meta({ description: 'Rows a page at most.' }),
});
export type PageQuery = z.output<typeof pageQuerySchema>;

/** The last field of every list's answer, beside its rows. */
export const nextCursorSchema = z.string().nullable().meta({ description: 'Null on the last page.' });
