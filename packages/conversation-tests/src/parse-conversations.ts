import { dirname, resolve } from 'node:path';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { bareSteps, expectSchema, headSchema, stepSchemas } from './schema.ts';
import type { Conversation, Over, PlacedStep, Step } from './step.ts';

/** A file that cannot be used. The message begins with `file:line:column` and says what is wrong there. */
export class ConversationFileError extends Error {
  override readonly name = 'ConversationFileError';
}

type Path = readonly PropertyKey[];
type Fail = (path: Path, message: string) => ConversationFileError;

const everywhere: readonly Over[] = ['virtual', 'chat', 'audio'];

/**
 * Reads conversations written in YAML (docs/conversation-tests.md): one a file, or one for each row of `with`. Paths of
 * recordings are relative to the file.
 * @param file its path, for messages and recordings
 * @throws ConversationFileError for the first thing that is wrong
 */
export function parseConversations(source: string, file: string): Conversation[] {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new ConversationFileError(`${file}:${line}:${col} is not YAML: ${broken.message.split('\n')[0]}`);
  }
  const fail: Fail = (path, message) => {
    const { line, col } = lines.linePos(offsetOf(document, path));
    return new ConversationFileError(`${file}:${line}:${col} ${nameOf(path)} ${message}.`);
  };
  const lineOf = (path: Path) => lines.linePos(offsetOf(document, path)).line;
  const written: unknown = document.toJS();
  const head = parse(headSchema, written, [], fail);
  const rows = head.with ?? [undefined];
  return rows.map((row) => {
    const filled = parse(headSchema, row === undefined ? written : fill(written, row, [], fail), [], fail);
    const suffix =
      row === undefined
        ? ''
        : ` (${Object.entries(row)
            .map(([key, value]) => `${key}: ${value}`)
            .join(', ')})`;
    const steps = filled.steps.map((step, index): PlacedStep => {
      const path = ['steps', index];
      return {
        step: inFolder(parseStep(step, path, fail), dirname(resolve(file))),
        line: lineOf(path),
        source: oneLine(step),
      };
    });
    checkOrder(steps, fail);
    return {
      name: `${filled.name ?? file.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/, '')}${suffix}`,
      file,
      agent: filled.agent,
      over: filled.over ?? everywhere,
      nowEpochMs: filled.now === undefined ? undefined : Date.parse(filled.now),
      timeZone: filled.time_zone,
      voice: filled.voice,
      noiseDbfs: filled.noise_db,
      never: filled.never ?? [],
      steps,
    };
  });
}

/**
 * Reads one step as it is written in a file.
 * @throws what `fail` makes of the first thing that is wrong
 */
export function parseStep(step: unknown, path: Path, fail: Fail): Step {
  const bare = bareSteps.find((name) => name === step);
  if (bare !== undefined) return parse(stepSchemas[bare], { [bare]: null }, path, fail);
  const keys = typeof step === 'object' && step !== null && !Array.isArray(step) ? Object.keys(step) : [];
  const key = stepNames.find((name) => keys.includes(name));
  if (key === undefined) {
    const got = keys[0] ?? JSON.stringify(step);
    throw fail(path, `is no step: "${got}" is none of ${stepNames.join(', ')}`);
  }
  // A mapping is no text: its own errors say more than "none of these".
  const value: unknown = typeof step === 'object' && step !== null ? Reflect.get(step, key) : undefined;
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  const isMatch =
    isMapping &&
    Object.keys(value).length > 0 &&
    Object.keys(value).every((name) => ['any_of', 'all_of', 'not'].includes(name));
  if (key === 'expect' && isMapping && !isMatch) parse(expectSchema, step, path, fail);
  return parse<Step>(stepSchemas[key], step, path, fail);
}

const stepNames = Object.keys(stepSchemas).filter((name): name is keyof typeof stepSchemas => name in stepSchemas);

function parse<T>(schema: z.ZodType<T>, value: unknown, path: Path, fail: Fail): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw fail(path, 'is wrong');
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    throw fail([...path, ...issue.path, key ?? ''], 'is not known here');
  }
  // What one of several forms says of its own says more than that it is none of them.
  const own = issue.code === 'invalid_union' ? findOwn(issue.errors.flat()) : undefined;
  throw fail([...path, ...issue.path, ...(own?.path ?? [])], sentence(own?.message ?? issue.message));
}

function findOwn(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  for (const issue of issues) {
    if (issue.code === 'custom') return issue;
    const inner = issue.code === 'invalid_union' ? findOwn(issue.errors.flat()) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** zod's own messages, made to follow the name of the place. */
function sentence(message: string): string {
  return /^[A-Z]/.test(message) ? `is wrong: ${message.charAt(0).toLowerCase()}${message.slice(1)}` : message;
}

/** Puts a row's values where the file says `${name}`. */
function fill(value: unknown, row: Readonly<Record<string, string | number>>, path: Path, fail: Fail): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
      const given = row[name];
      if (given === undefined) throw fail(path, `uses ${whole}, which this row of \`with\` does not have`);
      return String(given);
    });
  }
  if (Array.isArray(value)) return value.map((one, index) => fill(one, row, [...path, index], fail));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === 'with' ? one : fill(one, row, [...path, key], fail)]),
  );
}

/** What interrupts must come while the agent speaks: an `expect` or a `pause` before it waits until it has finished. */
function checkOrder(steps: readonly PlacedStep[], fail: Fail): void {
  for (const [index, { step }] of steps.entries()) {
    const before = steps[index - 1]?.step.type;
    if (!('interruptAfterMs' in step) || step.interruptAfterMs === undefined) continue;
    if (before !== 'expect' && before !== 'pause') continue;
    throw fail(
      ['steps', index],
      `cannot interrupt: \`${before}\` before it waits until the agent has finished. Put \`${before}\` after it`,
    );
  }
}

function inFolder(step: Step, folder: string): Step {
  return step.type === 'wav' ? { ...step, path: resolve(folder, step.path) } : step;
}

/** The nearest thing to the path that is written in the file. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.range[0];
}

function nameOf(path: Path): string {
  const [field, index, ...rest] = path;
  if (field === undefined) return 'The file';
  if (field !== 'steps' || typeof index !== 'number') return `\`${path.map(String).join('.')}\``;
  const inside = rest.length === 0 ? '' : `, \`${rest.map(String).join('.')}\`,`;
  return `step ${index + 1}${inside}`;
}

function oneLine(step: unknown): string {
  if (typeof step === 'string') return step;
  if (typeof step !== 'object' || step === null) return String(step);
  return Object.entries(step)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
