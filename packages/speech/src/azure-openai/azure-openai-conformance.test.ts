import { azureOpenaiFake } from '@parley/fakes/azure-openai/azure-openai-fake.ts';
import { describeLanguageModel } from '@parley/fakes/conformance/describe-language-model.ts';
import { describeRecognizer } from '@parley/fakes/conformance/describe-recognizer.ts';
import { describeSynthesizer } from '@parley/fakes/conformance/describe-synthesizer.ts';
import { fakeKey } from '@parley/fakes/fake-vendor.ts';
import { azureOpenaiProvider } from './azure-openai-provider.ts';

const accountAt = (url: string) => ({ apiKey: fakeKey, endpoint: url });
// By the suite's clock, of which a minute passes in a second where it waits for a failure.
const patient = { timeoutMs: 15_000, stallTimeoutMs: 15_000 };

const { 'azure-openai': byRequests, 'azure-openai-realtime': realtime } = azureOpenaiProvider.recognizers;
const { 'azure-openai': voice } = azureOpenaiProvider.synthesizers;
const { azure: model } = azureOpenaiProvider.languageModels;
if (byRequests === undefined || realtime === undefined || voice === undefined || model === undefined) {
  throw new Error('An engine is missing.');
}

describeRecognizer({
  name: byRequests.title,
  abilities: byRequests.abilities,
  fake: azureOpenaiFake,
  transport: 'request',
  create: (url, context) => byRequests.create(accountAt(url), { deployment: 'our-transcriber', ...patient }, context),
});

describeRecognizer({
  name: realtime.title,
  abilities: realtime.abilities,
  fake: azureOpenaiFake,
  create: (url, context) => realtime.create(accountAt(url), {}, context),
});

describeSynthesizer({
  name: voice.title,
  abilities: voice.abilities,
  fake: azureOpenaiFake,
  sound: 'resampled',
  create: (url, context) => voice.create(accountAt(url), patient, context),
});

describeLanguageModel({
  name: model.title,
  fake: azureOpenaiFake,
  create: (url, context) => model.create(accountAt(url), { model: 'gpt-4o-mini' }, context),
});

describeLanguageModel({
  name: `${model.title}, by responses`,
  fake: azureOpenaiFake,
  create: (url, context) => model.create(accountAt(url), { model: 'gpt-4.1-mini', api: 'responses' }, context),
});
