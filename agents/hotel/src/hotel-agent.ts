import { type BuildOptions, buildFlowAgent } from '@parley/dialogue/flow/build-agent.ts';
import { type LoadedAgent, readAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { FlowParts } from '@parley/dialogue/flow/runner/parts.ts';
import { forHouse, type HotelHouse } from './hotel-house.ts';
import { hotelTools } from './hotel-tools.ts';
import type { PropertySystem } from './property/property-system.ts';
import { sandboxProperty } from './property/sandbox.ts';
import { startHotelSandbox } from './sandbox/sandbox-server.ts';

export interface HotelOptions extends BuildOptions {
  /** Where rooms and reservations are kept; a sandbox hotel of its own, over its API on a port of loopback, if left out. */
  readonly property?: PropertySystem;
  /** Whose reception it is; the sandbox's hotel, if left out. */
  readonly house?: HotelHouse;
  /** Asks for a person; without it the wish is recorded. */
  readonly handOff?: FlowParts['handOff'];
}

export interface HotelAgent extends LoadedAgent {
  readonly name: string;
  readonly description: string;
  /** What a caller may begin with. */
  readonly suggestions: readonly string[];
  /** Where its rooms and reservations are kept: an agent of another kind may share them. */
  readonly property: PropertySystem;
  /** Ends the sandbox, if it has one of its own. */
  close(): Promise<void>;
}

/** The folder with the agent's flows, examples and lists. */
const folder = new URL('..', import.meta.url);

/**
 * The hotel's reception: finds and books rooms, looks up, moves and cancels reservations, answers questions about the house.
 *
 * @throws Error that lists what is wrong with its files; what the sandbox throws when it cannot listen
 */
export async function createHotel(given: HotelOptions = {}): Promise<HotelAgent> {
  const { property, house, handOff, ...options } = given;
  const world = property === undefined ? await sandboxWorld() : { property, close: nothingToClose };
  try {
    const parts = { tools: hotelTools(world.property), ...(handOff !== undefined && { handOff }) };
    const asShipped = await readAgent(folder, parts);
    const definition = house === undefined ? asShipped : forHouse(asShipped, house);
    const built = buildFlowAgent(definition, parts, options);
    const { name, description } = definition;
    const suggestions = property === undefined ? [...firstWords, sandboxGuest] : firstWords;
    return { ...built, definition, name, description, suggestions, property: world.property, close: world.close };
  } catch (error) {
    await world.close();
    throw error;
  }
}

const firstWords: readonly string[] = [
  'I’d like a double room from Friday to Sunday',
  'What do you have free next weekend?',
  'When is breakfast?',
];
const sandboxGuest = 'Look up my reservation (try 204815, Doyle)';

async function sandboxWorld(): Promise<{ readonly property: PropertySystem; close(): Promise<void> }> {
  const { url: baseUrl, apiKey, close } = await startHotelSandbox();
  return { property: sandboxProperty({ baseUrl, apiKey }), close };
}

async function nothingToClose(): Promise<void> {}
