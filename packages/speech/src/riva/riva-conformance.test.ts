import { describeRecognizer } from '@parley/fakes/conformance/describe-recognizer.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { rivaFake } from '@parley/fakes/riva/riva-fake.ts';
import type { EngineContext } from '../provider/provider.ts';
import { rivaProvider } from './riva-provider.ts';

for (const [name, transport] of [
  ['riva', 'socket'],
  ['riva-offline', 'request'],
] as const) {
  const engine = rivaProvider.recognizers[name];
  if (engine === undefined) throw new Error(`${name} is not there.`);
  describeRecognizer({
    name: engine.title,
    abilities: engine.abilities,
    fake: rivaFake,
    transport,
    create: (url: string, context: EngineContext) => {
      // An address of gRPC has no path: faults of this fake come as the function to call.
      const [, address = url, fault] = /^(.*)\/(fault=.*)$/.exec(url) ?? [];
      const account = { url: address, apiKey: fakeKey, ...(fault !== undefined && { functionId: fault }) };
      // Pings go by real time; both ends are in this process, which may be busy for half a second.
      return engine.create(account, { pingIntervalMs: 200, pongTimeoutMs: 1000 }, context);
    },
  });
}
