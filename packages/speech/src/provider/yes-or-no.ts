import { z } from 'zod';

/** Of an engine's options, which may come as text: `true`, `false`, `1`, `0`, `yes`, `no`. */
export const yesOrNo = z.union([z.boolean(), z.stringbool()]);
