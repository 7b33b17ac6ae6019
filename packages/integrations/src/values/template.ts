import type { Json, JsonObject } from '@parley/dialogue/tools/tool.ts';

/** What templates can name: `input.NAME`, and of the conversation `context.conversationId`, `context.language` and so on. */
export interface TemplateScope {
  readonly input: JsonObject;
  readonly context: JsonObject;
}

/** A text with `{{ input.name }}` in it, or JSON with such texts. */
export type JsonTemplate = Json;

/** A placeholder whose value was left out, in the middle of a text. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * JSON with the values put in as values: a text that is one placeholder becomes the value with its type, and the key or the item
 * is left out when there is none. Nothing is ever pasted into JSON text.
 *
 * @throws TemplateError when a placeholder in the middle of a text has no value
 */
export function fillJson(template: JsonTemplate, scope: TemplateScope): Json | undefined {
  if (typeof template === 'string') return fillValue(template, scope);
  if (isList(template)) {
    return template.map((item) => fillJson(item, scope)).filter((item) => item !== undefined);
  }
  if (typeof template !== 'object' || template === null) return template;
  const filled: Record<string, Json> = {};
  for (const [key, item] of Object.entries(template)) {
    const value = fillJson(item, scope);
    if (value !== undefined) filled[key] = value;
  }
  return filled;
}

/** @throws TemplateError when a placeholder in the middle of a text has no value */
export function fillValue(template: string, scope: TemplateScope): Json | undefined {
  const whole = wholePlaceholder.exec(template)?.[1];
  if (whole !== undefined) return resolve(whole, scope);
  return fillText(template, scope, (text) => text);
}

/**
 * Text with the values put in, each through `encode`.
 * @throws TemplateError for a value that was left out or is no text, number or truth value
 */
export function fillText(
  template: string,
  scope: TemplateScope,
  encode: (text: string, path: string) => string,
): string {
  return template.replace(placeholder, (_, path: string) => {
    const value = resolve(path, scope);
    if (value === undefined || value === null) throw new TemplateError(path, `${path} has no value.`);
    if (typeof value === 'object')
      throw new TemplateError(path, `${path} is a list or an object, which no text can hold.`);
    return encode(String(value), path);
  });
}

/** The paths of all placeholders in it, also those that are written wrongly (`undefined` then). */
export function placeholdersIn(template: JsonTemplate): readonly (string | undefined)[] {
  if (typeof template === 'string') {
    const rest = template.replace(placeholder, '');
    const found = [...template.matchAll(placeholder)].map((match) => match[1]);
    return /\{\{|\}\}/.test(rest) ? [...found, undefined] : found;
  }
  if (typeof template !== 'object' || template === null) return [];
  return Object.values(template).flatMap(placeholdersIn);
}

/** Only names and dots: no expression, no call, no index that could reach a prototype. */
const path = '(?:input|context)(?:\\.[A-Za-z][A-Za-z0-9_]{0,63}){1,6}';
const placeholder = new RegExp(`\\{\\{ {0,2}(${path}) {0,2}\\}\\}`, 'g');
const wholePlaceholder = new RegExp(`^\\{\\{ {0,2}(${path}) {0,2}\\}\\}$`);

function resolve(dotted: string, scope: TemplateScope): Json | undefined {
  const [root, ...names] = dotted.split('.');
  let value: Json | undefined = root === 'input' ? scope.input : scope.context;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || isList(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
