import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import imported from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import type { CodeAnswer, CodeAsk } from './code-protocol.ts';
import { prelude } from './prelude.ts';

export interface CodeEngine {
  readonly memoryBytes: number;
  /** `spent`: the engine's memory has grown or may be damaged; use another engine for what comes next. */
  run(ask: CodeAsk): { readonly answer: CodeAnswer; readonly spent: boolean };
}

const pageBytes = 65_536;
/** What the engine's program asks for at least: 16.8 MB, of which 5 MB are its stack and about 11 MB are for code. */
const initialPages = 256;
/** Of the engine's own calls. Deeper recursion of the code is an error of the code. */
const maxStackBytes = 256 * 1024;
const maxMessageLength = 500;
const fileName = 'code.js';

/**
 * QuickJS in a WebAssembly memory of its own that cannot grow beyond the given bytes: 1–2 ms, the first 7. The engine's own limit
 * does not count what blocks hold, so that 90 MB of strings passed a limit of 8 MB; the memory's does.
 */
export async function loadEngine(memoryBytes: number): Promise<CodeEngine> {
  program ??= readFile(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')).then(
    (bytes) => WebAssembly.compile(bytes),
  );
  const memory = makeMemory(Math.max(initialPages, Math.ceil(memoryBytes / pageBytes)));
  const module = await newQuickJSWASMModuleFromVariant(
    newVariant(variant, { wasmModule: await program, wasmMemory: memory }),
  );
  const hasGrown = () => memory.buffer.byteLength > initialPages * pageBytes;
  return { memoryBytes, run: (ask) => runIn(module, ask, hasGrown) };
}

const variant = variantOf(imported);

/** The package's types say that its export is one level deeper than it is. */
function variantOf(value: unknown): QuickJSSyncVariant {
  const isVariant = (found: unknown): found is QuickJSSyncVariant =>
    typeof found === 'object' && found !== null && 'importFFI' in found && 'importModuleLoader' in found;
  if (!isVariant(value)) throw new Error('The build of QuickJS is not what it was: check its version.');
  return value;
}

function makeMemory(maximum: number): WebAssembly.Memory {
  // The package's types know the class without its constructor.
  const memory: unknown = Reflect.construct(WebAssembly.Memory, [{ initial: initialPages, maximum }]);
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('WebAssembly has no memory here.');
  return memory;
}

let program: Promise<WebAssembly.Module> | undefined;

function runIn(
  module: QuickJSWASMModule,
  ask: CodeAsk,
  hasGrown: () => boolean,
): { answer: CodeAnswer; spent: boolean } {
  const deadline = performance.now() + ask.deadlineMs;
  let late = false;
  try {
    const runtime = module.newRuntime({ memoryLimitBytes: ask.memoryBytes, maxStackSizeBytes: maxStackBytes });
    runtime.setInterruptHandler(() => {
      late ||= performance.now() > deadline;
      return late;
    });
    const context = runtime.newContext();
    const answer = evaluate(context, ask, () => late, hasGrown);
    // One that has grown is thrown away as it is. Not in a finally: after a failure of the engine itself, tidying up fails too.
    if (hasGrown()) return { answer, spent: true };
    context.dispose();
    runtime.dispose();
    return { answer, spent: false };
  } catch (error) {
    if (late) return { answer: lateFailure(ask), spent: true };
    // Native recursion (deeply nested JSON, an array in an array in an array…) overran the stack, or memory ended where the
    // engine cannot bear it.
    const nested = error instanceof RangeError && !hasGrown();
    const answer = nested ? failure('threw', 'Nested too deep.') : failure('memory', 'The engine ran out of memory.');
    return { answer, spent: true };
  }
}

function evaluate(context: QuickJSContext, ask: CodeAsk, isLate: () => boolean, hasGrown: () => boolean): CodeAnswer {
  const explain = (error: QuickJSHandle): CodeAnswer => {
    // Without memory for an error, the engine throws null.
    const empty = hasGrown() && context.typeof(error) !== 'string' && context.dump(error) === null;
    const answer = empty ? noMemory() : describe(context, error);
    error.dispose();
    // Reading the error runs the code's getters: they too may be late.
    return isLate() ? lateFailure(ask) : answer;
  };

  const prepared = context.evalCode(prelude(ask.nowEpochMs, ask.seed), 'prelude.js');
  if (prepared.error) return explain(prepared.error);
  const harness = prepared.value;
  // On one line with the source, so that its lines keep their numbers. A source that closes the function early gains nothing.
  const compiled = context.evalCode(`(function (input) {"use strict"; ${ask.source}\n})`, fileName);
  if (compiled.error) {
    harness.dispose();
    return explain(compiled.error);
  }
  const inputText = context.newString(ask.inputText);
  const result = context.callFunction(harness, context.undefined, compiled.value, inputText);
  for (const handle of [inputText, compiled.value, harness]) handle.dispose();
  if (result.error) return explain(result.error);
  const answer = readText(context, result.value, ask.outputBytes);
  result.value.dispose();
  return answer;
}

function readText(context: QuickJSContext, handle: QuickJSHandle, outputBytes: number): CodeAnswer {
  const type = context.typeof(handle);
  if (type !== 'string') {
    return failure(
      'not_json',
      type === 'boolean'
        ? 'The code returned a promise; it must return its result at once.'
        : 'The code returned nothing that JSON can hold. Write return and a value.',
    );
  }
  const length = context.getProp(handle, 'length');
  const characters = context.getNumber(length);
  length.dispose();
  // Counted before it is copied.
  if (characters <= outputBytes) {
    const text = context.getString(handle);
    if (Buffer.byteLength(text) <= outputBytes) return { kind: 'done', text };
  }
  return failure('output_too_large', `The result has more than ${outputBytes} bytes as JSON.`);
}

function describe(context: QuickJSContext, error: QuickJSHandle): CodeAnswer {
  const read = (name: string): string => {
    if (context.typeof(error) !== 'object') return '';
    const handle = context.getProp(error, name);
    const text = context.typeof(handle) === 'string' ? context.getString(handle) : '';
    handle.dispose();
    return text;
  };
  const name = read('name');
  const reason = context.typeof(error) === 'string' ? context.getString(error) : read('message');
  const message = `${name === '' ? '' : `${name}: `}${reason || 'the code threw something without a message'}`;
  const stack = read('stack');
  const line = /code\.js:(\d{1,6})/.exec(stack)?.[1];
  const at = line === undefined ? {} : { line: Number(line) };
  if (name === 'InternalError' && reason === 'out of memory') return { ...noMemory(), ...at };
  if (stack.includes(notJsonMark)) return failure('not_json', message);
  // A syntax error of the source itself has no frame of a function; one from `JSON.parse` or `new Function` has.
  const code = name === 'SyntaxError' && !/^\s*at \S+ \(/m.test(stack) ? 'syntax' : 'threw';
  return { ...failure(code, message), ...at };
}

function noMemory() {
  return failure('memory', 'The code needs more memory than it may have.');
}

function lateFailure(ask: CodeAsk) {
  return failure('deadline', `The code took longer than ${ask.deadlineMs} ms.`);
}

/** The prelude's function that writes the result: an error from under it is the result's. */
const notJsonMark = 'at parleyWriteResult';

function failure(code: Extract<CodeAnswer, { kind: 'failed' }>['code'], message: string) {
  return { kind: 'failed' as const, code, message: message.slice(0, maxMessageLength) };
}
