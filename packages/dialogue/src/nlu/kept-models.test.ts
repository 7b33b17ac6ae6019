import { expect, test } from 'vitest';
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
