import { randomWalk } from '@parley/dialogue/testing/random-walk.ts';
import { expect, test } from 'vitest';
import { createHotel } from './hotel-agent.ts';
import { sandboxInventory } from './sandbox/inventory.ts';
import { inventoryProperty } from './sandbox/inventory-property.ts';

const nowEpochMs = Date.UTC(2026, 10, 23, 9);
const hotel = { seed: 7, now: () => nowEpochMs };
const walks = 500;

test(`${walks} guests who change their minds come to an end, and some of them to a room`, async () => {
  const errors: unknown[] = [];
  const { agent, definition } = await createHotel({
    property: inventoryProperty(hotel),
    onError: (error) => errors.push(error),
  });
  const guests = sandboxInventory(hotel).confirmed();
  const done = new Map<string, number>();
  for (let seed = 1; seed <= walks; seed += 1) {
    const guest = guests[seed % guests.length];
    const { outcome, transcript, actions } = await randomWalk(agent, definition, seed, {
      answers: { reservation_number: [guest?.number ?? ''], surname: [guest?.guestLastName ?? ''] },
      call: { nowEpochMs, timeZone: 'Europe/Dublin' },
    });
    expect(outcome === 'circle' ? `walk ${seed} goes round in circles:\n${transcript}` : '').toBe('');
    for (const action of actions) done.set(action, (done.get(action) ?? 0) + 1);
  }
  expect(errors).toEqual([]);
  // Measured: 50 rooms, 26 changes and 23 cancellations. Far fewer would mean that guests do not get what they came for.
  expect(done.get('room_booked') ?? 0).toBeGreaterThan(20);
  expect(done.get('reservation_changed') ?? 0).toBeGreaterThan(10);
  expect(done.get('reservation_cancelled') ?? 0).toBeGreaterThan(8);
}, 60_000);
