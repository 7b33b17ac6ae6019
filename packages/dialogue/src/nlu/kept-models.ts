import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { IntentExample } from './agent-intents.ts';
import type { IntentModel } from './intent-model.ts';
import { parseIntentModel, serializeIntentModel } from './intent-model-file.ts';
import { trainIntentModel } from './train-intent-model.ts';

/**
 * As many as a server's own agents have languages, and some that are being worked on. One takes 4.5 MB at most, those that
 * ship a few hundred kilobytes.
 */
const maxModels = 8;

/** Those of a team that tries its agent all day, and of the versions before; a hundred megabytes at the very most. */
const maxFiles = 64;

/** By what they were learnt from, the one asked for last at the end. */
const kept = new Map<string, IntentModel>();

/** Undefined: models live as long as the process. Those who start many processes name a folder for all of them. */
let folder = process.env.KEPT_MODELS_DIR;

/**
 * From now on models outlive the process, in this folder; unless KEPT_MODELS_DIR named another one. Learning takes seconds of a core,
 * reading what was learnt some milliseconds.
 */
export function keepModelsIn(path: string): void {
  folder = process.env.KEPT_MODELS_DIR ?? path;
}

/**
 * What `trainIntentModel` learns from the examples, learnt once: the same examples always give the same model, and an agent with two
 * languages, a model twin, a second copy or the next start asks for it again. It is shared: nobody may write to it.
 *
 * @throws NluError as `trainIntentModel` does
 */
export function keptIntentModel(examples: readonly IntentExample[]): IntentModel {
  const key = keyOf(examples);
  const model = kept.get(key) ?? modelOnDisk(key, examples);
  kept.delete(key);
  kept.set(key, model);
  for (const [oldest] of kept) {
    if (kept.size <= maxModels) break;
    kept.delete(oldest);
  }
  return model;
}

/** A folder that cannot be read or written is done without: it only saves time. */
function modelOnDisk(key: string, examples: readonly IntentExample[]): IntentModel {
  if (folder === undefined) return trainIntentModel(examples);
  const path = join(folder, `${key}.model`);
  try {
    return parseIntentModel(readFileSync(path));
  } catch {
    const model = trainIntentModel(examples);
    try {
      write(folder, path, serializeIntentModel(model));
    } catch {}
    return model;
  }
}

/** Whole or not at all, however many processes learn the same at once. */
function write(into: string, path: string, bytes: Uint8Array): void {
  mkdirSync(into, { recursive: true, mode: 0o700 });
  const draft = join(into, `${randomUUID()}.draft`);
  writeFileSync(draft, bytes, { mode: 0o600 });
  renameSync(draft, path);
  const files = readdirSync(into).map((name) => join(into, name));
  if (files.length <= maxFiles) return;
  const byAge = files.map((file) => ({ file, atMs: statSync(file).mtimeMs })).sort((a, b) => a.atMs - b.atMs);
  for (const { file } of byAge.slice(0, files.length - maxFiles)) unlinkSync(file);
}

function keyOf(examples: readonly IntentExample[]): string {
  const hash = createHash('sha256');
  if (folder !== undefined) hash.update(howItIsLearnt());
  for (const { text, intent, origin } of examples) hash.update(`${JSON.stringify([text, intent, origin ?? null])}\n`);
  return hash.digest('base64url');
}

/** Another version of this program may learn otherwise: what learns is part of the name of what was learnt. */
let source: string | undefined;
function howItIsLearnt(): string {
  if (source !== undefined) return source;
  const here = fileURLToPath(new URL('.', import.meta.url));
  const hash = createHash('sha256');
  for (const name of readdirSync(here).sort()) {
    if (name.endsWith('.ts') && !name.endsWith('.test.ts'))
      hash.update(`${name}\n`).update(readFileSync(join(here, name)));
  }
  source = hash.digest('hex');
  return source;
}
