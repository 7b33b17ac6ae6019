import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRecognizer } from '@parley/fakes/conformance/describe-recognizer.ts';
import { afterAll, beforeAll, describe } from 'vitest';
import { isSherpaInstalled } from './sherpa-installed.ts';
import { sherpaProvider } from './sherpa-provider.ts';
import { createToneTransducer } from './testing/tone-transducer.ts';

const root = mkdtempSync(join(tmpdir(), 'parley-sherpa-'));
const transducer = createToneTransducer('i would like to book a haircut tomorrow please yes thank you'.split(' '));
const engine = sherpaProvider.recognizers.sherpa;
if (engine === undefined) throw new Error('sherpa is not there.');

describe.skipIf(!isSherpaInstalled())('with tiny models', { timeout: 20_000 }, () => {
  beforeAll(async () => {
    await Promise.all((['streaming', 'offline'] as const).map((kind) => transducer.write(join(root, kind), kind)));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  for (const kind of ['streaming', 'offline'] as const) {
    describeRecognizer({
      name: `sherpa (${kind} transducer)`,
      abilities: { ...engine.abilities, partials: kind === 'streaming' },
      sentences: ['i would like to book a haircut', 'tomorrow please', 'yes thank you'],
      speak: async (text) => transducer.speak(text),
      create: (_url, context) => engine.create({ modelDir: join(root, kind) }, {}, context),
    });
  }
});
