import { z } from 'zod';

/** A yes or no that may come as text. */
export const yesOrNo = z.union([z.boolean(), z.stringbool()]);
