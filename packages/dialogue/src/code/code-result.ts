import type { Json, JsonObject } from '../tools/tool.ts';
import { answerSchema, type CodeAsk, type CodeFailure, defaultMemoryBytes } from './code-protocol.ts';

export interface CodeLimits {
  /** Time that the code may take, up to 5,000; what the engine cannot stop is ended 100 ms later. */
  readonly deadlineMs: number;
  /** Of the engine's whole memory, itself and its stack (6 MB) included: 16.8–67 MB, by default 33.5. */
  readonly memoryBytes?: number;
  /** Of the result as JSON, up to 1 MB. */
  readonly outputBytes?: number;
  /** What `Date` tells the code, all through its run; now, if left out. Its time zone is UTC. */
  readonly nowEpochMs?: number;
  /** Makes `Math.random` give the same numbers again; a 32-bit integer. */
  readonly seed?: number;
}

/** As much as a flow keeps of a result, with room to spare. */
export const defaultOutputBytes = 100_000;

export type CodeResult =
  | { readonly kind: 'done'; readonly value: Json }
  | {
      readonly kind: 'failed';
      readonly code: CodeFailure;
      /** For the author of the code; never for a caller. */
      readonly message: string;
      /** 1-based, in the source as it was given. */
      readonly line: number | undefined;
    };

const maxDeadlineMs = 5000;
const minMemoryBytes = 16_777_216;
const maxMemoryBytes = 67_108_864;
const maxOutputBytes = 1_000_000;
/** Longer sources and inputs are refused before they are copied. */
const maxTextLength = 1_000_000;

/** What is asked of the thread, within its bounds; a failure if it is too much to ask. */
export function askOf(source: string, input: JsonObject, limits: CodeLimits): CodeAsk | CodeResult {
  const inputText = JSON.stringify(input);
  if (source.length + inputText.length > maxTextLength)
    return failed('memory', `Source and input have more than ${maxTextLength} characters.`);
  return {
    source,
    inputText,
    deadlineMs: Math.min(maxDeadlineMs, limits.deadlineMs),
    memoryBytes: Math.min(maxMemoryBytes, Math.max(minMemoryBytes, limits.memoryBytes ?? defaultMemoryBytes)),
    outputBytes: Math.min(maxOutputBytes, limits.outputBytes ?? defaultOutputBytes),
    nowEpochMs: limits.nowEpochMs ?? Date.now(),
    seed: limits.seed ?? Math.trunc(Math.random() * 2 ** 31),
  };
}

/** What the thread answered, checked once more: what ran in it is not trusted. */
export function resultOf(message: unknown): CodeResult {
  const answer = answerSchema.safeParse(message);
  if (!answer.success) return failed('unavailable', 'The thread of code steps gave no answer.');
  const { data } = answer;
  if (data.kind === 'failed') return { kind: 'failed', code: data.code, message: data.message, line: data.line };
  return readResult(data.text);
}

export function endedLate(ask: CodeAsk): CodeResult {
  return failed('deadline', `The code took longer than ${ask.deadlineMs} ms and was ended.`);
}

export function failed(code: CodeFailure, message: string): CodeResult {
  return { kind: 'failed', code, message, line: undefined };
}

/** Deeper values are hardly meant, and those who walk them by recursion would fail. */
const maxDepth = 50;

function readResult(text: string): CodeResult {
  const value: Json = JSON.parse(text);
  // `__proto__` as a key is JSON, and trouble for whoever copies it.
  const wrong = oddity(value, maxDepth);
  return wrong === undefined ? { kind: 'done', value } : failed('not_json', wrong);
}

function oddity(value: Json, depthLeft: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depthLeft === 0) return `The result is nested more than ${maxDepth} deep.`;
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') return 'The result has a key __proto__.';
    const wrong = oddity(item, depthLeft - 1);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
