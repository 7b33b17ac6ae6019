import { elevenLabsProvider } from '@parley/speech/elevenlabs/elevenlabs-provider.ts';
import { describeSynthesizer } from '../conformance/describe-synthesizer.ts';
import { fakeKey } from '../fake-vendor.ts';
import { elevenLabsFake } from './elevenlabs-fake.ts';

const engine = elevenLabsProvider.synthesizers.elevenlabs;
if (engine === undefined) throw new Error('There is no such engine.');

for (const transport of ['websocket', 'rest']) {
  describeSynthesizer({
    name: `elevenlabs over ${transport}`,
    fake: elevenLabsFake,
    create: (baseUrl, context, timeoutMs) =>
      engine.create(
        { apiKey: fakeKey, baseUrl },
        { transport, firstAudioTimeoutMs: timeoutMs, stallTimeoutMs: timeoutMs },
        context,
      ),
    abilities: engine.abilities,
  });
}
