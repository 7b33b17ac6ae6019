import { readFile } from 'node:fs/promises';
import { readAgent } from '@parley/dialogue/flow/load-agent.ts';
import type { ModelAgentParts } from '@parley/dialogue/model-agent/definition.ts';
import { createModelAgent } from '@parley/dialogue/model-agent/model-agent.ts';
import type { ForbiddenWords } from '@parley/dialogue/model-agent/rails/check-sentence.ts';
import type { AgentWording } from '@parley/dialogue/model-agent/wording.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import { forHouse, type HotelHouse } from './hotel-house.ts';
import { hotelTools } from './hotel-tools.ts';
import type { PropertySystem } from './property/property-system.ts';

export interface HotelModelOptions extends Pick<ModelAgentParts, 'clock' | 'handOff' | 'prices' | 'onError'> {
  readonly property: PropertySystem;
  /** Whose reception it is; the sandbox's hotel, if left out. */
  readonly house?: HotelHouse;
}

/**
 * The hotel's reception by a language model, with the same tools and facts as the flows. Rooms are booked, moved and cancelled
 * only after a read-back, whatever the model thinks.
 *
 * @throws what reading its folder throws
 */
export async function createHotelModelAgent(
  model: ModelAgentParts['model'],
  { property, house, ...parts }: HotelModelOptions,
): Promise<Agent> {
  const tools = hotelTools(property);
  const [instructions, asShipped] = await Promise.all([
    readFile(new URL('../instructions.md', import.meta.url), 'utf8'),
    readAgent(new URL('..', import.meta.url), { tools }),
  ]);
  const definition = house === undefined ? asShipped : forHouse(asShipped, house);
  const { rooms: types = [] } = definition.lists;
  const rooms = types.map(({ value, names }) => `- ${value}: ${JSON.stringify(names)}`);
  return createModelAgent(
    {
      id: 'hotel_model',
      description: definition.description,
      language: definition.languages[0] ?? 'en-US',
      instructions: `${instructions}\nThe hotel is ${definition.name}. Its room types, and what guests call them:\n${rooms.join('\n')}\n`,
      tools,
      person: {
        to: { kind: 'inbox' },
        when: 'the guest asks for a person, has no reservation number, or wants what no tool can do',
      },
      rails: {
        confirmFirst: ['book_room', 'change_reservation', 'cancel_reservation'],
        fulfils: { book: ['book_room'], change: ['change_reservation'], cancel: ['cancel_reservation'] },
        promises: [refunds],
      },
      wording: { en: wordingOf(definition.name) },
    },
    { model, ...parts },
  );
}

/** What a hotel gives back or gives away is not for its telephone agent to say. */
const refunds: ForbiddenWords = {
  name: 'refunds',
  description: 'that money will come back, or that something is free of charge that no tool said is free',
  phrases: { en: ['you will get your money back', 'we will refund', 'i will refund', 'full refund', 'free upgrade'] },
  instead: { en: 'The desk has to look into that with you.' },
};

function wordingOf(hotel: string): Partial<AgentWording> {
  return {
    greeting: `Hello, this is ${hotel}. How can I help you?`,
    resumed: `Hello again, this is ${hotel}. Shall we go on?`,
    nobodyFree: 'I’m sorry, my colleagues are all busy just now. I’ve noted that you’d like to speak to one.',
    goodbye: `Thank you for calling ${hotel}. Goodbye.`,
  };
}
