import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { trainModels } from '@parley/dialogue/flow/build-agent.ts';
import type { IntentModel } from '@parley/dialogue/nlu/intent-model.ts';
import { parseIntentModel, serializeIntentModel } from '@parley/dialogue/nlu/intent-model-file.ts';
import { z } from 'zod';

/** Fifteen thousand examples take ten seconds on a core of its own, and longer beside calls. */
const trainingTimeoutMs = 120_000;

/** Learn what an agent's examples mean in a thread of its own: calls go on meanwhile without a hitch. */
export async function trainInThread(
  definition: AgentDefinition,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, IntentModel>> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { train: JSON.stringify(definition) } });
  const stop = AbortSignal.any([signal, AbortSignal.timeout(trainingTimeoutMs)]);
  try {
    const message = await new Promise<unknown>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The training ended without a model.')));
      stop.addEventListener('abort', () => reject(stop.reason), { once: true });
    });
    return new Map(trainedSchema.parse(message).map(([language, bytes]) => [language, parseIntentModel(bytes)]));
  } finally {
    await worker.terminate();
  }
}

const trainedSchema = z.array(z.tuple([z.string(), z.instanceof(Uint8Array)]));
const taskSchema = z.object({ train: z.string() });

if (!isMainThread) {
  const task = taskSchema.safeParse(workerData);
  if (task.success) {
    const models = trainModels(agentDefinitionSchema.parse(JSON.parse(task.data.train)));
    parentPort?.postMessage([...models].map(([language, model]) => [language, serializeIntentModel(model)]));
  }
}
