import { findDigitRuns } from '../../entities/digits/digit-runs.ts';
import type { Json, JsonObject } from '../../tools/tool.ts';
import { hearSlots } from './hear-slots.ts';
import type { Run } from './run.ts';

/** What stands for a secret where it could be seen or heard. */
export const hidden = '•••';

/** Slots whose values are never said, shown or handed on, but to the tools that need them. */
export function secretNames({ plan }: Pick<Run, 'plan'>): readonly string[] {
  return plan.secrets;
}

/** Slots, or something else by slot, with the secret ones hidden. */
export function withoutSecrets(run: Pick<Run, 'plan'>, slots: JsonObject): JsonObject {
  const secrets = secretNames(run);
  if (secrets.length === 0) return slots;
  return Object.fromEntries(
    Object.entries(slots).map(([name, value]) => [name, secrets.includes(name) ? hidden : value]),
  );
}

/** The text without the secrets that the conversation holds, as they are written. */
export function hideSecrets(run: Pick<Run, 'plan' | 'memory'>, text: string): string {
  return secretTexts(run).reduce((rest, secret) => rest.replaceAll(secret, hidden), text);
}

/** The same for data of any shape: a tool may give back what it was given. */
export function hideSecretsIn(run: Pick<Run, 'plan' | 'memory'>, value: Json): Json {
  const secrets = secretTexts(run);
  return secrets.length === 0 ? value : hideIn(value, secrets);
}

/**
 * A line of the caller's without what could be the value of a secret, whole or in part, however it was said: "one oh four …".
 * Rather too much is hidden than too little.
 */
export function hideSaidSecrets(run: Run, text: string): string {
  const { plan, memory, request } = run;
  const said = secretNames(run).flatMap((name) => {
    const heard = hearSlots({
      definition: plan.definition,
      text,
      language: memory.language,
      nowEpochMs: request.nowEpochMs,
      timeZone: plan.definition.timeZone ?? request.timeZone,
      filled: {},
      results: memory.results,
      recent: [],
      partial: undefined,
    });
    // Any words are a text: it is hidden where it is as it is kept, see `hideSecrets`.
    if (plan.definition.slots[name]?.type === 'text') return [];
    return [heard.forSlots([name], name).get(name)?.text, heard.partialFor(name)?.text].flatMap((part) => part ?? []);
  });
  const longestFirst = said.toSorted((a, b) => b.length - a.length);
  return hideSecrets(
    run,
    longestFirst.reduce((rest, part) => (part === '' ? rest : rest.replaceAll(part, hidden)), text),
  );
}

/** A text without any number in it, in figures or in words. */
export function hideFigures({ memory }: Pick<Run, 'memory'>, text: string): string {
  return findDigitRuns(text, memory.language.startsWith('vi') ? 'vi' : 'en')
    .toSorted((a, b) => b.start - a.start)
    .reduce((rest, { start, end }) => rest.slice(0, start) + hidden + rest.slice(end), text)
    .replace(/\p{N}+/gu, hidden);
}

function secretTexts(run: Pick<Run, 'plan' | 'memory'>): readonly string[] {
  return secretNames(run).flatMap((name) => {
    const value = run.memory.slots[name];
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    return text.length < shortestHidden ? [] : [text];
  });
}

/** A shorter text is part of many others; where a slot's own value is meant it is hidden by its name. */
const shortestHidden = 3;

function hideIn(value: Json, secrets: readonly string[]): Json {
  if (typeof value === 'string') return secrets.reduce((rest, secret) => rest.replaceAll(secret, hidden), value);
  if (typeof value === 'number') return secrets.includes(String(value)) ? hidden : value;
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => hideIn(item, secrets));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, hideIn(item, secrets)]));
}

/** `Array.isArray` does not know read-only lists. */
function isList<Item>(value: readonly Item[] | object): value is readonly Item[] {
  return Array.isArray(value);
}
