import { describeLanguageModel } from '@parley/fakes/conformance/describe-language-model.ts';
import { describeRecognizer } from '@parley/fakes/conformance/describe-recognizer.ts';
import { describeSynthesizer } from '@parley/fakes/conformance/describe-synthesizer.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { openaiCompatibleFake } from '@parley/fakes/openai-compatible/openai-compatible-fake.ts';
import { openaiCompatibleProvider } from './openai-compatible-provider.ts';

const accountAt = (url: string) => ({ apiKey: fakeKey, baseUrl: `${url}/v1` });
// By the suite's clock, of which a minute passes in a second where it waits for a failure.
const patient = { timeoutMs: 15_000, stallTimeoutMs: 15_000 };

const { 'openai-compatible': recognizer } = openaiCompatibleProvider.recognizers;
const { 'openai-compatible': voice } = openaiCompatibleProvider.synthesizers;
const { 'openai-compatible': model } = openaiCompatibleProvider.languageModels;
if (recognizer === undefined || voice === undefined || model === undefined) throw new Error('An engine is missing.');

describeRecognizer({
  name: `${recognizer.title}, with word times`,
  abilities: { ...recognizer.abilities, wordTimes: true },
  fake: openaiCompatibleFake,
  transport: 'request',
  create: (url, context) => recognizer.create(accountAt(url), { wordTimes: true, ...patient }, context),
});

for (const options of [{ format: 'wav' }, { format: 'pcm', sampleRateHz: '22050' }]) {
  describeSynthesizer({
    name: `${voice.title}, as ${options.format}`,
    abilities: voice.abilities,
    fake: openaiCompatibleFake,
    sound: 'resampled',
    create: (url, context) => voice.create(accountAt(url), { ...options, ...patient }, context),
  });
}

describeLanguageModel({
  name: model.title,
  fake: openaiCompatibleFake,
  create: (url, context) => model.create(accountAt(url), { model: 'small' }, context),
});
