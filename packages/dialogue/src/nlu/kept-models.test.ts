import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { IntentExample } from './agent-intents.ts';
import { keptIntentModel } from './kept-models.ts';
import { trainIntentModel } from './train-intent-model.ts';

const examples = (wish: string): readonly IntentExample[] => [
  { text: `I want ${wish}`, intent: 'order' },
  { text: `give me ${wish} please`, intent: 'order' },
  { text: 'goodbye then', intent: 'leave' },
  { text: 'that is all', intent: 'leave' },
];

test('the same examples are learnt once, and give what learning them gives', () => {
  const model = keptIntentModel(examples('tea'));
  expect(keptIntentModel(examples('tea'))).toBe(model);
  expect(model).toEqual(trainIntentModel(examples('tea')));
});

test('an example more, another intent or another origin is learnt anew', () => {
  const model = keptIntentModel(examples('tea'));
  const changed = [
    [...examples('tea'), { text: 'see you', intent: 'leave' }],
    examples('tea').map((example) => ({ ...example, intent: `${example.intent}_2` })),
    examples('tea').map((example) => ({ ...example, origin: 'one' })),
  ];
  for (const others of changed) expect(keptIntentModel(others)).not.toBe(model);
});

test('what nobody asked for lately is let go, what is asked for stays', () => {
  const first = keptIntentModel(examples('tea'));
  const second = keptIntentModel(examples('milk'));
  for (let count = 0; count < 8; count += 1) {
    keptIntentModel(examples(`${count} cups`));
    expect(keptIntentModel(examples('tea'))).toBe(first);
  }
  expect(keptIntentModel(examples('milk'))).not.toBe(second);
});

describe('in a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'parley-models-')), 'models');
    vi.stubEnv('KEPT_MODELS_DIR', undefined);
    vi.resetModules();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(dirname(folder), { recursive: true, force: true });
  });
  /** As the next process has it. */
  const nextStart = async () => {
    vi.resetModules();
    const module = await import('./kept-models.ts');
    module.keepModelsIn(folder);
    return module.keptIntentModel;
  };

  test('models outlive the process, to the bit', async () => {
    const learnt = (await nextStart())(examples('tea'));
    const [file = ''] = readdirSync(folder);
    const written = statSync(join(folder, file));
    expect((await nextStart())(examples('tea'))).toEqual(learnt);
    expect(learnt).toEqual(trainIntentModel(examples('tea')));
    expect(statSync(join(folder, file)).mtimeMs).toBe(written.mtimeMs);
  });

  test('a file that is broken is learnt anew', async () => {
    (await nextStart())(examples('tea'));
    const [file = ''] = readdirSync(folder);
    writeFileSync(join(folder, file), 'no model');
    expect((await nextStart())(examples('tea'))).toEqual(trainIntentModel(examples('tea')));
  });

  test('there are never more than sixty-four', async () => {
    mkdirSync(folder);
    for (let n = 0; n < 70; n += 1) writeFileSync(join(folder, `${n}.model`), '');
    (await nextStart())(examples('tea'));
    expect(readdirSync(folder)).toHaveLength(64);
  });
});
