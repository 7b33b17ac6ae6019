import { MessagePort, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { askSchema, type CodeAsk, defaultMemoryBytes } from './code-protocol.ts';
import { loadEngine } from './quickjs-run.ts';

/** The thread of the sandbox: answers one ask after another, by the port, and then raises `state`. */
const { state, port } = z
  .object({ state: z.instanceof(Int32Array), port: z.instanceof(MessagePort) })
  .parse(workerData);

let engine = await loadEngine(defaultMemoryBytes);

port.on('message', (message: unknown) => void take(askSchema.parse(message)));
raise();
parentPort?.postMessage('ready');

async function take(ask: CodeAsk): Promise<void> {
  if (engine.memoryBytes !== ask.memoryBytes) engine = await loadEngine(ask.memoryBytes);
  const { answer, spent } = engine.run(ask);
  // What the code left behind in the engine's memory must not meet the next code: the engine is made anew first.
  if (spent) engine = await loadEngine(ask.memoryBytes);
  port.postMessage(answer);
  raise();
}

function raise(): void {
  Atomics.store(state, 0, 1);
  Atomics.notify(state, 0);
}
