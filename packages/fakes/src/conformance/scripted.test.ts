import { scriptedProvider } from '@parley/speech/scripted/scripted-provider.ts';
import { createToneBrain } from '../brains/tone-brain.ts';
import { describeRecognizer } from './describe-recognizer.ts';
import { describeSynthesizer } from './describe-synthesizer.ts';
import { plainSentences } from './subject.ts';

const account = { scripts: { plain: [...plainSentences] } };
const tones = createToneBrain();
const { scripted: hearing } = scriptedProvider.recognizers;
const { scripted: speaking } = scriptedProvider.synthesizers;
if (hearing === undefined || speaking === undefined) throw new Error('The provider has both.');

describeRecognizer({
  name: 'scripted',
  create: (_url, context) => hearing.create(account, { script: 'plain' }, context),
  abilities: hearing.abilities,
  // Whatever is said, the script goes on: the sentences in order.
  speak: async (text) => (await tones.speak(text, 'en-US', new AbortController().signal)).samples,
  exceptions: {
    twoCallers: 'each caller hears the script from its beginning, whatever they say',
  },
});

describeSynthesizer({
  name: 'scripted',
  create: (_url, context) => speaking.create(account, {}, context),
  abilities: speaking.abilities,
});
