import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Json, JsonObject } from '../tools/tool.ts';
import { answerSchema, type CodeFailure, defaultMemoryBytes } from './code-protocol.ts';

export interface CodeLimits {
  /** Time that the code may take, up to 5,000; the caller of `run` waits at most 500 ms longer. */
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

export interface CodeSandbox {
  /**
   * Runs the body of a JavaScript function that gets `input` and returns JSON. Waits in place: for at most `deadlineMs` and a
   * little. Never throws for what the code does.
   */
  run(source: string, input: JsonObject, limits: CodeLimits): CodeResult;
  /** Ends the thread. Runs fail afterwards. Idempotent. */
  close(): Promise<void>;
}

/** The engine stops code at its deadline by itself; a built-in that it cannot stop is ended with its thread after this. */
const graceMs = 100;
/** Start of a thread with the engine takes 60–100 ms on an idle core; a run waits for it only after one had to be killed. */
const startTimeoutMs = 2000;
const maxDeadlineMs = 5000;
const minMemoryBytes = 16_777_216;
const maxMemoryBytes = 67_108_864;
const maxOutputBytes = 1_000_000;
/** Longer sources and inputs are refused before they are copied. */
const maxTextLength = 1_000_000;

/**
 * A place to run users' JavaScript: QuickJS as WebAssembly, on a thread of its own that has nothing of the host in it. Some of
 * the engine's built-ins (a search in a long string) cannot be interrupted: then the thread is ended, and a new one made.
 *
 * @throws Error when the thread cannot be started
 */
export async function createCodeSandbox(): Promise<CodeSandbox> {
  let thread: Thread | undefined = startThread();
  let closed = false;
  await thread.ready;

  const replace = (dead: Thread) => {
    void dead.worker.terminate();
    thread = closed ? undefined : startThread();
    // A start that fails is seen by the run that waits for it.
    thread?.ready.catch(() => {});
  };

  return {
    run(source, input, limits) {
      if (closed) return failed('unavailable', 'The sandbox is closed.');
      if (thread === undefined || thread.died()) {
        thread = startThread();
        thread.ready.catch(() => {});
      }
      const inputText = JSON.stringify(input);
      if (source.length + inputText.length > maxTextLength)
        return failed('memory', `Source and input have more than ${maxTextLength} characters.`);
      const current = thread;
      const result = askThread(current, source, inputText, limits);
      if (result === 'late') {
        replace(current);
        return failed('deadline', `The code took longer than ${limits.deadlineMs} ms and was ended.`);
      }
      return result;
    },
    async close() {
      closed = true;
      const last = thread;
      thread = undefined;
      await last?.worker.terminate();
    },
  };
}

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  /** 0: an answer is awaited or the thread starts; 1: ready, or the answer is in the port. */
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly ready: Promise<void>;
  died(): boolean;
}

function startThread(): Thread {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  let dead = false;
  const worker = new Worker(new URL('./code-thread.ts', import.meta.url), {
    workerData: { state, port: port2 },
    transferList: [port2],
    // The thread knows nothing of the process that started it, should code ever leave the engine.
    env: {},
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
  });
  worker.unref();
  port1.unref();
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The thread of code steps ended with code ${code}.`)));
  });
  const onEnd = () => {
    dead = true;
    port1.close();
  };
  worker.once('error', onEnd);
  worker.once('exit', onEnd);
  return { worker, port: port1, state, ready, died: () => dead };
}

function askThread(thread: Thread, source: string, inputText: string, limits: CodeLimits): CodeResult | 'late' {
  const deadlineMs = Math.min(maxDeadlineMs, limits.deadlineMs);
  if (Atomics.wait(thread.state, 0, 0, startTimeoutMs) === 'timed-out')
    return failed('unavailable', 'The thread of code steps did not start in time.');
  Atomics.store(thread.state, 0, 0);
  thread.port.postMessage({
    source,
    inputText,
    deadlineMs,
    memoryBytes: Math.min(maxMemoryBytes, Math.max(minMemoryBytes, limits.memoryBytes ?? defaultMemoryBytes)),
    outputBytes: Math.min(maxOutputBytes, limits.outputBytes ?? defaultOutputBytes),
    nowEpochMs: limits.nowEpochMs ?? Date.now(),
    seed: limits.seed ?? Math.trunc(Math.random() * 2 ** 31),
  });
  if (Atomics.wait(thread.state, 0, 0, deadlineMs + graceMs) === 'timed-out') return 'late';
  const answer = answerSchema.safeParse(receiveMessageOnPort(thread.port)?.message);
  if (!answer.success) return failed('unavailable', 'The thread of code steps gave no answer.');
  const { data } = answer;
  if (data.kind === 'failed') return { kind: 'failed', code: data.code, message: data.message, line: data.line };
  return readResult(data.text);
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

function failed(code: CodeFailure, message: string): CodeResult {
  return { kind: 'failed', code, message, line: undefined };
}
