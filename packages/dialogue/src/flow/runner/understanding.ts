import type { Understanding } from '@parley/engine/ports/agent.ts';
import type { Json } from '../../tools/tool.ts';
import type { Heard } from './hearing.ts';
import { topOf } from './memory.ts';
import type { Run } from './run.ts';
import { hidden, hideFigures, hideSaidSecrets, hideSecrets, secretNames, withoutSecrets } from './secrets.ts';

/**
 * What is recorded with the turn: the slots that are filled after it, and what of them was said.
 *
 * @param before the caller's words as `retoldOf` gave them, before the turn was acted on
 */
export function understandingOf(run: Run, heard: Heard, before: string | undefined): Understanding {
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
  const retold = secretTexts.reduce((text, secret) => text.replaceAll(secret, hidden), before ?? heard.text);
  return {
    intent: heard.guess.intent,
    confidence: heard.guess.confidence,
    entities,
    slots,
    ...(retold !== heard.text && { retold }),
  };
}

/**
 * The caller's words without the secret that they were asked for, or that the conversation holds already; undefined when there is
 * none in them. To be told before anything else is done with the turn.
 */
export function retoldOf(run: Run, { text }: Heard): string | undefined {
  if (secretNames(run).length === 0) return undefined;
  const retold = run.toldSecret ? hideAnswer(run, text) : hideSecrets(run, text);
  return retold === text ? undefined : retold;
}

function hideAnswer(run: Run, text: string): string {
  const asked = topOf(run.memory)?.asked;
  // Any words are a text: who was asked for a secret one told nothing else.
  if (asked !== undefined && run.plan.definition.slots[asked]?.type === 'text') return hidden;
  return hideFigures(run, hideSaidSecrets(run, text));
}
