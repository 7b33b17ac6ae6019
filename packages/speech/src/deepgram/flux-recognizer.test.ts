import { describeRecognizer } from '@parley/fakes/conformance/describe-recognizer.ts';
import { createDeepgramFake, deepgramFakeDefaults } from '@parley/fakes/deepgram/deepgram-fake.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { deepgramProvider } from './deepgram-provider.ts';

const engine = deepgramProvider.recognizers['deepgram-flux'];
if (engine === undefined) throw new Error('The provider has no such recogniser.');

describeRecognizer({
  name: 'Deepgram Flux',
  fake: createDeepgramFake({ ...deepgramFakeDefaults, fluxEndOfTurnMs: 300 }),
  abilities: engine.abilities,
  create: (url, context) => engine.create({ apiKey: fakeKey, baseUrl: url }, {}, context),
});
