import { type LoadedAgent, loadAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { FlowAgentOptions } from '@parley/dialogue/flow/runner/flow-agent.ts';
import type { FlowParts } from '@parley/dialogue/flow/runner/parts.ts';
import { hotelTools } from './hotel-tools.ts';
import type { PropertySystem } from './property/property-system.ts';

export interface HotelOptions extends FlowAgentOptions {
  /** Where rooms and reservations are kept. */
  readonly property: PropertySystem;
  /** Asks for a person; without it the wish is recorded. */
  readonly handOff?: FlowParts['handOff'];
}

export interface HotelAgent extends LoadedAgent {
  readonly name: string;
  readonly description: string;
  /** What a caller may begin with. */
  readonly suggestions: readonly string[];
}

/** The folder with the agent's flows, examples and lists. */
const folder = new URL('..', import.meta.url);

/**
 * The hotel's reception: finds and books rooms, looks up, moves and cancels reservations, answers questions about the house.
 *
 * @throws Error that lists what is wrong with its files
 */
export async function createHotel({ property, handOff, ...options }: HotelOptions): Promise<HotelAgent> {
  const parts = { tools: hotelTools(property), ...(handOff !== undefined && { handOff }) };
  const loaded = await loadAgent(folder, parts, options);
  const { name, description } = loaded.definition;
  return {
    ...loaded,
    name,
    description,
    suggestions: [
      'I’d like a double room from Friday to Sunday',
      'What do you have free next weekend?',
      'When is breakfast?',
    ],
  };
}
