import type { JsonObject } from '../tools/tool.ts';
import type { CodeAsk } from './code-protocol.ts';
import { askOf, type CodeLimits, type CodeResult, endedLate, failed, resultOf } from './code-result.ts';
import { type CodeThread, graceMs, startThread, startTimeoutMs } from './code-worker.ts';

export interface AsyncCodeSandbox {
  /**
   * Runs the body of a JavaScript function that gets `input` and returns JSON, after those that were asked before. Never rejects
   * for what the code does.
   */
  run(source: string, input: JsonObject, limits: CodeLimits): Promise<CodeResult>;
  /** Ends the thread. Runs under way fail. Idempotent. */
  close(): Promise<void>;
}

/** Half a second's worth of steps that take 10 ms each. */
const maxWaiting = 50;

/**
 * As `createCodeSandbox`, on a thread of its own, and without holding up this process: for servers that carry calls, where a
 * step that runs to its deadline must not stop anyone's audio.
 *
 * @throws Error when the thread cannot be started
 */
export async function createAsyncCodeSandbox(): Promise<AsyncCodeSandbox> {
  let thread = startThread();
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const closing = new AbortController();
  await thread.ready;

  const runNow = async (ask: CodeAsk): Promise<CodeResult> => {
    if (closing.signal.aborted) return failed('unavailable', 'The sandbox is closed.');
    if (thread.died()) thread = startThread();
    const current = thread;
    const started = await within(
      current.ready.then(() => true),
      startTimeoutMs,
      closing.signal,
    );
    if (started !== true) return failed('unavailable', 'The thread of code steps did not start in time.');
    const answered = answerOf(current);
    current.port.postMessage(ask);
    const message = await within(answered, ask.deadlineMs + graceMs, closing.signal);
    if (message !== undefined) return resultOf(message);
    void current.worker.terminate();
    if (closing.signal.aborted) return failed('unavailable', 'The sandbox is closed.');
    thread = startThread();
    // A start that fails is seen by the run that waits for it.
    thread.ready.catch(() => {});
    return endedLate(ask);
  };

  return {
    async run(source, input, limits) {
      const ask = askOf(source, input, limits);
      if ('kind' in ask) return ask;
      if (waiting >= maxWaiting) return failed('unavailable', `${maxWaiting} code steps wait already.`);
      waiting += 1;
      const result = last
        .then(() => runNow(ask))
        .finally(() => {
          waiting -= 1;
        });
      last = result.catch(() => {});
      return result;
    },
    async close() {
      closing.abort();
      await thread.worker.terminate();
    },
  };
}

function answerOf({ port }: CodeThread): Promise<unknown> {
  return new Promise((resolve) => port.once('message', resolve));
}

/** undefined when it does not come in time, fails, or is not waited for any more. */
async function within<Value>(work: Promise<Value>, ms: number, signal: AbortSignal): Promise<Value | undefined> {
  const ended = Promise.withResolvers<undefined>();
  const end = () => ended.resolve(undefined);
  const timer = setTimeout(end, ms);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work.catch(() => undefined), ended.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
