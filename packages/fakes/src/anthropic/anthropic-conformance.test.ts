import { anthropicProvider } from '@parley/speech/anthropic/anthropic-provider.ts';
import { describeLanguageModel } from '../conformance/describe-language-model.ts';
import { fakeKey } from '../fake-vendor.ts';
import { anthropicFake } from './anthropic-fake.ts';

const engine = anthropicProvider.languageModels.anthropic;
if (engine === undefined) throw new Error('There is no such engine.');

describeLanguageModel({
  name: 'anthropic',
  fake: anthropicFake,
  create: (baseUrl, context) => engine.create({ apiKey: fakeKey, baseUrl }, { model: 'claude-fake-small' }, context),
});
