import { azureSpeechFake } from '@parley/fakes/azure-speech/azure-speech-fake.ts';
import { describeRecognizer } from '@parley/fakes/conformance/describe-recognizer.ts';
import { describeSynthesizer } from '@parley/fakes/conformance/describe-synthesizer.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { azureSpeechProvider } from './azure-speech-provider.ts';

const fake = azureSpeechFake;
for (const engine of Object.values(azureSpeechProvider.recognizers)) {
  const { title: name, abilities } = engine;
  describeRecognizer({
    name,
    fake,
    abilities,
    create: (url, context) => engine.create({ key: fakeKey, host: url }, {}, context),
  });
}
for (const engine of Object.values(azureSpeechProvider.synthesizers)) {
  const { title: name, abilities } = engine;
  describeSynthesizer({
    name,
    fake,
    abilities,
    create: (url, context) => engine.create({ key: fakeKey, host: url }, {}, context),
  });
}
