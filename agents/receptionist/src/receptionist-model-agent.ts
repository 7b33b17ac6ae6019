import { readFile } from 'node:fs/promises';
import type { ModelAgentParts } from '@parley/dialogue/model-agent/definition.ts';
import { createModelAgent } from '@parley/dialogue/model-agent/model-agent.ts';
import type { ForbiddenWords } from '@parley/dialogue/model-agent/rails/check-sentence.ts';
import type { AgentWording } from '@parley/dialogue/model-agent/wording.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import type { Calendar } from './availability/calendar.ts';
import { receptionistTools } from './availability/receptionist-tools.ts';
import { defaultShop, type Shop } from './availability/shop.ts';
import { readReceptionist } from './receptionist-agent.ts';

export interface ReceptionistModelOptions extends Pick<ModelAgentParts, 'clock' | 'handOff' | 'prices' | 'onError'> {
  readonly calendar: Calendar;
  /** The shop that ships, if left out. */
  readonly shop?: Shop;
}

/**
 * The receptionist by a language model, with the same tools and facts as the flows. The calendar is touched only after a
 * read-back and a yes, whatever the model thinks.
 *
 * @throws what reading its folder throws
 */
export async function createReceptionistModelAgent(
  model: ModelAgentParts['model'],
  { calendar, shop = defaultShop, ...parts }: ReceptionistModelOptions,
): Promise<Agent> {
  const tools = receptionistTools(calendar, shop);
  const [instructions, definition] = await Promise.all([
    readFile(new URL('../instructions.md', import.meta.url), 'utf8'),
    readReceptionist(tools, shop),
  ]);
  const facts = Object.entries(definition.facts).map(([name, fact]) => `- ${name}: ${String(fact)}`);
  return createModelAgent(
    {
      id: 'receptionist_model',
      description: definition.description,
      language: definition.languages[0] ?? 'en-US',
      instructions: `${instructions}\nFacts of the shop, whose clock is ${shop.timeZone}'s:\n${facts.join('\n')}\n`,
      tools,
      person: { to: { kind: 'inbox' }, when: 'the caller asks for a person, or their appointment cannot be found' },
      rails: {
        confirmFirst: ['book_appointment', 'reschedule_appointment', 'cancel_appointment'],
        fulfils: {
          book: ['book_appointment', 'reschedule_appointment'],
          cancel: ['cancel_appointment'],
          change: ['reschedule_appointment'],
        },
        promises: [discounts],
      },
      wording: { en: wordingOf(shop) },
    },
    { model, ...parts },
  );
}

/** What something costs is the shop's to say. */
const discounts: ForbiddenWords = {
  name: 'discounts',
  description: 'a discount, or anything for free',
  phrases: { en: ['for free', 'free of charge', 'discount', 'on the house', 'i guarantee'] },
  instead: { en: 'Prices are the shop’s to say; I can only tell you the usual ones.' },
};

function wordingOf({ name }: Shop): Partial<AgentWording> {
  return {
    greeting: `Hello, this is the front desk at ${name}. What can I do for you?`,
    resumed: 'Hello again. Shall we go on?',
    nobodyFree:
      'I’m sorry, everybody is busy with a customer just now. I’ve noted that you’d like to speak to someone.',
    goodbye: 'Thanks for calling. Goodbye.',
  };
}
