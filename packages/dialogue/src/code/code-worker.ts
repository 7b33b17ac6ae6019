import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';

/** The engine stops code at its deadline by itself; a built-in that it cannot stop is ended with its thread after this. */
export const graceMs = 100;
/** Start of a thread with the engine takes 60–140 ms; a run waits for it only after one had to be ended. */
export const startTimeoutMs = 2000;

/** A thread with the engine, and the way to it. Whoever starts it ends it, by `worker.terminate()`. */
export interface CodeThread {
  readonly worker: Worker;
  readonly port: MessagePort;
  /** 0: an answer is awaited or the thread starts; 1: ready, or the answer is in the port. */
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly ready: Promise<void>;
  died(): boolean;
}

export function startThread(): CodeThread {
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
