import type { LookupFunction } from 'node:net';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { listEngines, providers } from '../registry.ts';
import type { EngineContext, Provider } from './provider.ts';

// Tenants may enter addresses of these providers. All that their engines connect to must be looked up by the guard: one that goes the
// system's way would reach the server's own network.

let asked: string[] = [];
let scope = new AbortController();
beforeEach(() => {
  asked = [];
  scope = new AbortController();
});
afterEach(() => scope.abort());

const guard: LookupFunction = (name, _options, tell) => {
  asked.push(name);
  tell(new Error('refused by the guard'), '', 4);
};
const context: EngineContext = { clock: createSystemClock(), onError: () => {}, lookup: guard };

const schema = z.object({ properties: z.record(z.string(), z.looseObject({ format: z.string().optional() })) });

/** Whatever of it is an address is the tenant's. */
function accountOf({ account }: Provider): unknown {
  const { properties } = schema.parse(z.toJSONSchema(account, { io: 'input' }));
  return Object.fromEntries(
    Object.entries(properties).map(([name, { format }]) => [name, format === 'uri' ? 'http://vendor.invalid' : 'abc']),
  );
}

const guarded = (kind: Parameters<typeof listEngines>[0]) =>
  listEngines(kind).filter(({ provider }) => provider.connectsByLookup === true);

it('those that tenants may enter addresses for are some', () => {
  expect(providers.filter(({ connectsByLookup }) => connectsByLookup === true).length).toBeGreaterThan(4);
});

it.each(guarded('recognizer').map(({ name }) => name))(
  '%s listens nowhere but where the guard lets it',
  async (name) => {
    const found = listEngines('recognizer').find((one) => one.name === name);
    if (found === undefined) throw new Error('It was in the list.');
    const ear = found.engine.create(accountOf(found.provider), {}, context);
    const failed = new Promise<string>((resolve) => {
      const stream = ear.open({ language: 'en-US', vocabularyId: 'v', signal: scope.signal }, (event) => {
        if (event.type === 'failed') resolve(event.code);
      });
      stream.utteranceStarted([]);
      for (let frame = 0; frame < 20; frame += 1) stream.write(new Int16Array(320).fill(1000));
      stream.utteranceEnded();
    });
    expect(await failed).toBe('provider_unreachable');
    expect(new Set(asked)).toEqual(new Set(['vendor.invalid']));
    await ear.close();
  },
);

it.each(guarded('synthesizer').map(({ name }) => name))(
  '%s speaks nowhere but where the guard lets it',
  async (name) => {
    const found = listEngines('synthesizer').find((one) => one.name === name);
    if (found === undefined) throw new Error('It was in the list.');
    for (const options of [{}, { transport: 'rest' }]) {
      if (!found.engine.options.safeParse(options).success) continue;
      asked = [];
      const voice = found.engine.create(accountOf(found.provider), options, context);
      const failed = new Promise<string>((resolve, reject) => {
        voice.synthesize(
          {
            text: 'Good morning.',
            language: 'en-US',
            voice: undefined,
            tone: 'neutral',
            ssml: undefined,
            passage: undefined,
            signal: scope.signal,
          },
          { audio() {}, words() {}, done: () => reject(new Error('It spoke.')), failed: resolve },
        );
      });
      expect(await failed).toBe('provider_unreachable');
      expect(new Set(asked)).toEqual(new Set(['vendor.invalid']));
      await voice.close();
    }
  },
);

it.each(guarded('languageModel').map(({ name }) => name))(
  '%s thinks nowhere but where the guard lets it',
  async (name) => {
    const found = listEngines('languageModel').find((one) => one.name === name);
    if (found === undefined) throw new Error('It was in the list.');
    const model = found.engine.create(accountOf(found.provider), { model: 'abc' }, context);
    const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hello.' }] }];
    await expect(model.doGenerate({ prompt })).rejects.toThrow();
    expect(new Set(asked)).toEqual(new Set(['vendor.invalid']));
  },
);
