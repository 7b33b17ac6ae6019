import { Worker } from 'node:worker_threads';

/** One worker thread that is started again when it dies. Owns the thread: `close` ends it. */
export interface WorkerHost<Request> {
  /** False when the worker died too often lately: give up for now, `retryInMs` says how long. */
  post(message: Request, transfer?: readonly ArrayBuffer[]): boolean;
  /** End the thread as if it had died by itself: it hangs. */
  kill(): void;
  close(): Promise<void>;
}

export interface WorkerHostEvents<Reply> {
  message(message: Reply): void;
  /** The thread is gone and with it all that was asked of it. A new one starts at the next `post`. */
  died(reason: string): void;
}

/** Five deaths a minute are a broken installation or a poisonous input, not bad luck: stop burning CPU on restarts. */
const MAX_DEATHS = 5;
const DEATH_WINDOW_MS = 60_000;

/**
 * The threads' work is in WebAssembly memory. Left alone, the nursery of their JavaScript grows to tens of megabytes while
 * a dictionary is read, and stays.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

export function createWorkerHost<Request, Reply>(
  url: URL,
  workerData: unknown,
  events: WorkerHostEvents<Reply>,
): WorkerHost<Request> {
  let worker: Worker | undefined;
  let closed = false;
  let deaths: number[] = [];

  function start(): Worker {
    // No flags of the parent (a test runner's loaders, say) are wanted in there.
    const started = new Worker(url, { workerData, execArgv: [], resourceLimits });
    let reason = 'it exited';
    started.on('message', (message: Reply) => {
      if (worker === started) events.message(message);
    });
    started.on('error', (error: Error) => {
      reason = error.message;
    });
    started.on('exit', () => {
      if (worker !== started) return;
      worker = undefined;
      if (closed) return;
      deaths.push(performance.now());
      events.died(reason);
    });
    return started;
  }

  worker = start();
  return {
    post(message, transfer = []) {
      if (closed) return false;
      if (worker === undefined) {
        deaths = deaths.filter((at) => at > performance.now() - DEATH_WINDOW_MS);
        if (deaths.length >= MAX_DEATHS) return false;
        worker = start();
      }
      worker.postMessage(message, [...transfer]);
      return true;
    },
    kill() {
      void worker?.terminate();
    },
    async close() {
      closed = true;
      const last = worker;
      worker = undefined;
      await last?.terminate();
    },
  };
}
