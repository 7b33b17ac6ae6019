import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { IntentExample } from '../agent-intents.ts';
import type { IntentTest } from '../evaluate-intents.ts';
import { NluError } from '../nlu-error.ts';

/** Bounds the memory that a wrong file may take. */
const maxFileBytes = 64 * 1024 * 1024;

const exampleSchema = z.object({
  text: z.string(),
  intent: z.string('Give the name of an intent; null is for tests.').min(1),
});
const testSchema = z.object({ text: z.string(), intent: z.string().min(1).nullable() });

/** @throws NluError naming the file and the first thing wrong in it */
export function readExamples(path: string): IntentExample[] {
  return parse(path, z.array(exampleSchema).min(1));
}

/** `intent: null` is out of scope. @throws NluError naming the file and the first thing wrong in it */
export function readTests(path: string): IntentTest[] {
  return parse(path, z.array(testSchema).min(1));
}

/** @throws NluError when there is no such file or it is too large */
export function readBytes(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > maxFileBytes) throw new NluError('file_too_large', `${path} has ${size} bytes.`);
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof NluError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NluError('file_unreadable', `${path} cannot be read: ${reason}`, { cause });
  }
}

function parse<Value>(path: string, schema: z.ZodType<Value>): Value {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(readBytes(path)).replace(/^\uFEFF/, ''));
  } catch (cause) {
    if (cause instanceof NluError) throw cause;
    throw new NluError('file_invalid', `${path} is no JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new NluError('file_invalid', `${path}, ${issue?.path.join('.') || 'as a whole'}: ${issue?.message ?? 'wrong'}`);
}
