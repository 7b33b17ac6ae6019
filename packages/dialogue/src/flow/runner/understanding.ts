import type { Understanding } from '@parley/engine/ports/agent.ts';
import type { Json } from '../../tools/tool.ts';
import type { Heard } from './hearing.ts';
import type { Run } from './run.ts';
import { hidden, secretNames, withoutSecrets } from './secrets.ts';

/** What is recorded with the turn: the slots that are filled after it, and what of them was said. */
export function understandingOf(run: Run, heard: Heard): Understanding {
  const { memory } = run;
  const slots = withoutSecrets(run, { ...memory.slots });
  const secrets = secretNames(run);
  const said = heard.values(Object.keys(memory.slots), undefined);
  const secretTexts = [...said].flatMap(([name, { text }]) => (secrets.includes(name) ? [text] : []));
  const entities: { type: string; text: string; value: Json }[] = [];
  for (const [name, { text, value }] of said) {
    if (secrets.includes(name)) entities.push({ type: name, text: hidden, value: null });
    // The digits of a secret may be a value of another slot's kind: they are not that slot's, and not to be seen.
    else if (!run.toldSecret && !secretTexts.some((secret) => secret.includes(text) || text.includes(secret))) {
      entities.push({ type: name, text, value });
    }
  }
  return { intent: heard.guess.intent, confidence: heard.guess.confidence, entities, slots };
}
