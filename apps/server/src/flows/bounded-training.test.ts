import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import type { IntentModel } from '@parley/dialogue/nlu/intent-model.ts';
import { expect, test } from 'vitest';
import { boundTraining } from './bounded-training.ts';

const definition = agentDefinitionSchema.parse({
  format: 1,
  id: 'hours',
  name: 'Hours',
  languages: ['en'],
  start: 'main',
  intents: { hours: { flow: 'main', examples: { en: ['when are you open'] } } },
  flows: { main: { nodes: { start: { type: 'start', next: 'end' }, end: { type: 'end' } } } },
});

test('agents that are asked for all at once are trained one after another, and too many are told to come back', async () => {
  const going: PromiseWithResolvers<ReadonlyMap<string, IntentModel>>[] = [];
  const train = boundTraining(
    () => {
      const one = Promise.withResolvers<ReadonlyMap<string, IntentModel>>();
      going.push(one);
      return one.promise;
    },
    { atOnce: 1, waiting: 2 },
  );
  const { signal } = new AbortController();
  const asked = [train(definition, signal), train(definition, signal), train(definition, signal)];
  await expect(train(definition, signal)).rejects.toMatchObject({ code: 'overloaded' });
  for (let n = 0; n < asked.length; n += 1) {
    await expect.poll(() => going.length).toBe(n + 1);
    going[n]?.resolve(new Map());
    await asked[n];
  }
});

test('those that wait are not begun any more when the server goes down', async () => {
  let begun = 0;
  const first = Promise.withResolvers<ReadonlyMap<string, IntentModel>>();
  const train = boundTraining(
    () => {
      begun += 1;
      return first.promise;
    },
    { atOnce: 1, waiting: 2 },
  );
  const stop = new AbortController();
  const asked = [train(definition, stop.signal), train(definition, stop.signal)];
  stop.abort(new Error('closing'));
  first.resolve(new Map());
  const ended = await Promise.allSettled(asked);
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(begun).toBe(1);
});
