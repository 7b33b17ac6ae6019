import { z } from 'zod';
import { fileSchema } from './schema.ts';

/** The format of conversation files as JSON schema, for editors that complete and check while one writes. */
export function conversationJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7', reused: 'ref' });
  return { ...schema, title: 'Parley conversation' };
}
