import { describeSynthesizer } from '@parley/fakes/conformance/describe-synthesizer.ts';
import { deepgramFake } from '@parley/fakes/deepgram/deepgram-fake.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { deepgramProvider } from './deepgram-provider.ts';

const engine = deepgramProvider.synthesizers.deepgram;
if (engine === undefined) throw new Error('The provider has no such voice.');

for (const transport of ['websocket', 'rest']) {
  // A request's time-outs go by real timers.
  const options = (timeoutMs: number) =>
    transport === 'rest' ? { transport, firstAudioTimeoutMs: timeoutMs, stallTimeoutMs: timeoutMs } : {};
  describeSynthesizer({
    name: `Deepgram Aura by ${transport}`,
    fake: deepgramFake,
    abilities: engine.abilities,
    create: (url, context, timeoutMs) => engine.create({ apiKey: fakeKey, baseUrl: url }, options(timeoutMs), context),
  });
}
