import { describeLanguageModel } from '@parley/fakes/conformance/describe-language-model.ts';
import { describeRecognizer } from '@parley/fakes/conformance/describe-recognizer.ts';
import { describeSynthesizer } from '@parley/fakes/conformance/describe-synthesizer.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { openaiFake } from '@parley/fakes/openai/openai-fake.ts';
import { openaiProvider } from './openai-provider.ts';

const accountAt = (url: string) => ({ apiKey: fakeKey, baseUrl: `${url}/v1` });
// By the suite's clock, of which a minute passes in a second where it waits for a failure.
const patient = { timeoutMs: 15_000, stallTimeoutMs: 15_000 };

const { openai: byRequests, 'openai-realtime': realtime } = openaiProvider.recognizers;
const { openai: voice } = openaiProvider.synthesizers;
const { openai: model } = openaiProvider.languageModels;
if (byRequests === undefined || realtime === undefined || voice === undefined || model === undefined) {
  throw new Error('An engine is missing.');
}

describeRecognizer({
  name: byRequests.title,
  abilities: byRequests.abilities,
  fake: openaiFake,
  transport: 'request',
  create: (url, context) => byRequests.create(accountAt(url), patient, context),
});

describeRecognizer({
  name: realtime.title,
  abilities: realtime.abilities,
  fake: openaiFake,
  create: (url, context) => realtime.create(accountAt(url), {}, context),
});

describeSynthesizer({
  name: voice.title,
  abilities: voice.abilities,
  fake: openaiFake,
  sound: 'resampled',
  create: (url, context) => voice.create(accountAt(url), patient, context),
});

describeLanguageModel({
  name: model.title,
  fake: openaiFake,
  create: (url, context) => model.create(accountAt(url), { model: 'gpt-4o-mini' }, context),
});

describeLanguageModel({
  name: `${model.title}, by responses`,
  fake: openaiFake,
  create: (url, context) => model.create(accountAt(url), { model: 'gpt-4.1-mini', api: 'responses' }, context),
});
