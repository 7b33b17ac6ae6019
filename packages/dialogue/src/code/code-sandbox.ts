import { receiveMessageOnPort } from 'node:worker_threads';
import type { JsonObject } from '../tools/tool.ts';
import type { CodeAsk } from './code-protocol.ts';
import { askOf, type CodeLimits, type CodeResult, endedLate, failed, resultOf } from './code-result.ts';
import { type CodeThread, graceMs, startThread, startTimeoutMs } from './code-worker.ts';

export interface CodeSandbox {
  /**
   * Runs the body of a JavaScript function that gets `input` and returns JSON. Waits in place, so that
   * nothing else of this process goes on: for at most `deadlineMs` and 100 ms, and 2 s for a new thread after one had to be ended.
   * Never throws for what the code does.
   */
  run(source: string, input: JsonObject, limits: CodeLimits): CodeResult;
  /** Ends the thread. Runs fail afterwards. Idempotent. */
  close(): Promise<void>;
}

/**
 * A place to run users' JavaScript: QuickJS as WebAssembly, on a thread of its own that has nothing of the host in it. Some of
 * the engine's built-ins (a search in a long string) cannot be interrupted: then the thread is ended, and a new one made.
 *
 * @throws Error when the thread cannot be started
 */
export async function createCodeSandbox(): Promise<CodeSandbox> {
  let thread: CodeThread | undefined = startThread();
  let closed = false;
  await thread.ready;

  const replace = (dead: CodeThread) => {
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
      const ask = askOf(source, input, limits);
      if ('kind' in ask) return ask;
      const current = thread;
      const result = askThread(current, ask);
      if (result === 'late') {
        replace(current);
        return endedLate(ask);
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

function askThread({ state, port }: CodeThread, ask: CodeAsk): CodeResult | 'late' {
  if (Atomics.wait(state, 0, 0, startTimeoutMs) === 'timed-out')
    return failed('unavailable', 'The thread of code steps did not start in time.');
  Atomics.store(state, 0, 0);
  port.postMessage(ask);
  if (Atomics.wait(state, 0, 0, ask.deadlineMs + graceMs) === 'timed-out') return 'late';
  return resultOf(receiveMessageOnPort(port)?.message);
}
