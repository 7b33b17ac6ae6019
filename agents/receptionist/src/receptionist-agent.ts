import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { type BuildOptions, buildFlowAgent } from '@parley/dialogue/flow/build-agent.ts';
import { type LoadedAgent, readAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { FlowParts } from '@parley/dialogue/flow/runner/parts.ts';
import type { AnyTool } from '@parley/dialogue/tools/tool.ts';
import type { Calendar } from './availability/calendar.ts';
import { receptionistTools } from './availability/receptionist-tools.ts';
import { defaultShop, type Shop } from './availability/shop.ts';
import { forShop } from './shop-facts.ts';

export interface ReceptionistOptions extends BuildOptions {
  /** Where appointments are kept. */
  readonly calendar: Calendar;
  /** Whose front desk it is; the shop that ships, if left out. */
  readonly shop?: Shop;
  /** Asks for a person; without it the wish is recorded. */
  readonly handOff?: FlowParts['handOff'];
}

export interface ReceptionistAgent extends LoadedAgent {
  readonly name: string;
  readonly description: string;
  /** What a caller may begin with. */
  readonly suggestions: readonly string[];
}

/** The folder with the agent's flows, examples and lists. */
const folder = new URL('..', import.meta.url);

/**
 * The receptionist of a shop: books, moves, looks up and cancels appointments, and answers questions about the shop.
 *
 * @throws Error that lists what is wrong with its files
 */
export async function createReceptionist(options: ReceptionistOptions): Promise<ReceptionistAgent> {
  const { calendar, shop = defaultShop, handOff, ...rest } = options;
  const tools = receptionistTools(calendar, shop);
  const definition = await readReceptionist(tools, shop);
  const built = buildFlowAgent(definition, { tools, ...(handOff !== undefined && { handOff }) }, rest);
  const { name, description } = definition;
  return { ...built, definition, name, description, suggestions };
}

/** The agent as data, with the shop's facts in it. */
export async function readReceptionist(tools: readonly AnyTool[], shop: Shop): Promise<AgentDefinition> {
  return forShop(await readAgent(folder, { tools }), shop);
}

const suggestions = [
  'I’d like to book a haircut for Friday at three',
  'What services do you offer?',
  'When are you open?',
];
