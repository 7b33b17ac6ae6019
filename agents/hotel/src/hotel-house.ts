import { type AgentDefinition, listEntrySchema } from '@parley/contract/flow/agent-definition.ts';
import { z } from 'zod';
import { hotelInformation } from './property/property-system.ts';

/** What a hotel is asked about and its property system does not know, or does not say in a guest's words. */
export const hotelHouse = z.strictObject({
  information: hotelInformation,
  /** Room types by the codes of the property system, with the names by which guests call them, the first being said. */
  rooms: z.array(listEntrySchema).min(1).max(50),
  /** The rooms in half a sentence, after "We have": `doubles, and suites over the harbour`. */
  roomsInWords: z.string().min(1).max(300),
});
export type HotelHouse = z.infer<typeof hotelHouse>;

/** The agent as data, speaking for the house: its name, its zone, its country's telephone numbers, its rooms. */
export function forHouse(definition: AgentDefinition, house: HotelHouse): AgentDefinition {
  const { name, timeZone, address } = house.information;
  return {
    ...definition,
    name,
    timeZone,
    region: address.countryCode,
    lists: { ...definition.lists, rooms: house.rooms },
    facts: { ...definition.facts, hotel: name, rooms: house.roomsInWords },
  };
}
