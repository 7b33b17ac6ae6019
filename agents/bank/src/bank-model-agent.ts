import { readFile } from 'node:fs/promises';
import { readAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { ModelAgentParts } from '@parley/dialogue/model-agent/definition.ts';
import { createModelAgent } from '@parley/dialogue/model-agent/model-agent.ts';
import type { ForbiddenWords } from '@parley/dialogue/model-agent/rails/check-sentence.ts';
import type { AgentWording } from '@parley/dialogue/model-agent/wording.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import type { Bank } from './bank/bank.ts';
import { bankTools } from './bank-tools.ts';

export interface BankModelOptions extends Pick<ModelAgentParts, 'clock' | 'handOff' | 'prices' | 'onError'> {
  readonly bank: Bank;
}

/**
 * The bank's agent by a language model, with the same tools and facts as the flows. That the caller is verified is the bank's
 * to see to, and money and cards are touched only after a read-back, whatever the model thinks.
 *
 * @throws what reading its folder throws
 */
export async function createBankModelAgent(
  model: ModelAgentParts['model'],
  { bank, ...parts }: BankModelOptions,
): Promise<Agent> {
  const tools = bankTools(bank);
  const [instructions, definition] = await Promise.all([
    readFile(new URL('../instructions.md', import.meta.url), 'utf8'),
    readAgent(new URL('..', import.meta.url), { tools }),
  ]);
  const facts = Object.entries(definition.facts).map(
    ([name, fact]) => `- ${name.replaceAll('_', ' ')}: ${String(fact)}`,
  );
  return createModelAgent(
    {
      id: 'bank_model',
      description: definition.description,
      language: definition.languages[0] ?? 'en-GB',
      instructions: `${instructions}\nFacts (amounts in euros):\n${facts.join('\n')}\n`,
      tools,
      person: {
        to: { kind: 'inbox' },
        when: 'the caller asks for a person, is locked out, or reports a payment that was not theirs',
      },
      rails: {
        confirmFirst: ['make_transfer', 'block_card'],
        fulfils: { send: ['make_transfer'], pay: ['make_transfer'], block: ['block_card'] },
        promises: [refunds],
      },
      wording: { en: wording },
    },
    { model, ...parts },
  );
}

/** What a bank pays back is not for its telephone agent to say. */
const refunds: ForbiddenWords = {
  name: 'refunds',
  description: 'that money will come back, or that the bank will bear a loss',
  phrases: { en: ['you will get your money back', 'we will refund', 'i will refund', 'i guarantee'] },
  instead: { en: 'A colleague has to look into that with you.' },
};

const wording: Partial<AgentWording> = {
  greeting: 'Hello, this is Lantern Bank. How can I help?',
  resumed: 'Hello again, this is Lantern Bank. Shall we go on?',
  nobodyFree: 'I’m sorry, nobody is free to take over just now. I’ve noted that you asked for a person.',
  goodbye: 'Thank you for calling Lantern Bank. Goodbye.',
};
