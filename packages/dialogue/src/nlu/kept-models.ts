import { createHash } from 'node:crypto';
import type { IntentExample } from './agent-intents.ts';
import type { IntentModel } from './intent-model.ts';
import { trainIntentModel } from './train-intent-model.ts';

/**
 * As many as a server's own agents have languages, and some that are being worked on. One takes 4.5 MB at most, those that
 * ship a few hundred kilobytes.
 */
const maxModels = 8;

/** By what they were learnt from, the one asked for last at the end. */
const kept = new Map<string, IntentModel>();

/**
 * What `trainIntentModel` learns from the examples, learnt once in this process: the same examples always give the same model, and
 * an agent with two languages, a model twin or a second copy asks for it again. It is shared: nobody may write to it.
 *
 * @throws NluError as `trainIntentModel` does
 */
export function keptIntentModel(examples: readonly IntentExample[]): IntentModel {
  const key = keyOf(examples);
  const model = kept.get(key) ?? trainIntentModel(examples);
  kept.delete(key);
  kept.set(key, model);
  for (const [oldest] of kept) {
    if (kept.size <= maxModels) break;
    kept.delete(oldest);
  }
  return model;
}

function keyOf(examples: readonly IntentExample[]): string {
  const hash = createHash('sha256');
  for (const { text, intent, origin } of examples) hash.update(`${JSON.stringify([text, intent, origin ?? null])}\n`);
  return hash.digest('base64url');
}
