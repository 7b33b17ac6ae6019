import { createTextCall, type TextCall } from '@parley/dialogue/testing/text-call.ts';
import { createHotel } from '../hotel-agent.ts';
import type { PropertySystem } from '../property/property-system.ts';
import { inventoryProperty } from '../sandbox/inventory-property.ts';
import { type TroubledProperty, troubledProperty } from './troubled-property.ts';

/** Monday, 23 November 2026, nine in the morning in Dublin. */
export const nowEpochMs = Date.UTC(2026, 10, 23, 9);

/** A guest on the line of a hotel of their own. */
export interface Called {
  readonly call: TextCall;
  readonly property: TroubledProperty;
  readonly errors: unknown[];
  /** What was said to the last of the lines. */
  say(...lines: readonly string[]): Promise<string>;
}

/** @param prepare what happens at the hotel before; `behind` is the hotel without its troubles */
export async function called(
  ...prepare: readonly ((property: TroubledProperty, behind: PropertySystem) => unknown)[]
): Promise<Called> {
  const behind = inventoryProperty({ seed: 7, now: () => nowEpochMs });
  const property = troubledProperty(behind);
  for (const step of prepare) await step(property, behind);
  const errors: unknown[] = [];
  const { agent } = await createHotel({ property, onError: (error) => errors.push(error) });
  const call = createTextCall(agent, { nowEpochMs, timeZone: 'Europe/London' });
  await call.greet();
  return {
    call,
    property,
    errors,
    async say(...lines) {
      let said = '';
      for (const line of lines) said = (await call.say(line)).said;
      return said;
    },
  };
}

/** All that a booking needs, in three sentences. */
export const whole = [
  "i'd like a double room from friday to sunday for two",
  'my name is nora murphy',
  'oh eight six one two three four five six seven',
];
