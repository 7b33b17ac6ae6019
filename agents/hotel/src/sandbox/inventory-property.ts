import { keptAnswers } from '@parley/agent-worlds/kept-answers.ts';
import { PropertyError } from '../property/property-error.ts';
import type { PropertySystem, Reservation } from '../property/property-system.ts';
import { type InventoryOptions, sandboxInventory } from './inventory.ts';
import { sandboxInformation } from './sandbox-hotel.ts';

/** Changes within a conversation or two. */
const keptKeys = 1_000;

/**
 * The sandbox hotel without its wire, for conversations in virtual time: no answer is a network away, so the same conversation
 * goes the same way each time.
 */
export function inventoryProperty(options: InventoryOptions): PropertySystem {
  const inventory = sandboxInventory(options);
  const kept = keptAnswers<Reservation>(keptKeys);
  const once = (key: string, what: string, request: unknown, act: () => Reservation): Reservation => {
    const answer = kept.once(key, `${what} ${JSON.stringify(request)}`, act);
    if (answer.outcome === 'conflict') {
      throw new PropertyError('idempotency_conflict', 'This key was used for another request');
    }
    return answer.value;
  };
  return {
    async searchAvailability(stay, signal) {
      signal.throwIfAborted();
      return inventory.search(stay).sort((one, other) => one.total.amountMinor - other.total.amountMinor);
    },
    async findReservation(claim, signal) {
      signal.throwIfAborted();
      return inventory.find(claim);
    },
    async createReservation({ idempotencyKey, offerId, ...request }, signal) {
      signal.throwIfAborted();
      const wanted = { ...request, roomType: offerId };
      return once(idempotencyKey, 'create', wanted, () => inventory.create(wanted));
    },
    async changeDates(claim, { arrival, departure, idempotencyKey }, signal) {
      signal.throwIfAborted();
      return once(idempotencyKey, 'change', [claim, arrival, departure], () =>
        inventory.changeDates(claim, arrival, departure),
      );
    },
    async cancelReservation(claim, { idempotencyKey }, signal) {
      signal.throwIfAborted();
      return once(idempotencyKey, 'cancel', claim, () => inventory.cancel(claim));
    },
    async information(signal) {
      signal.throwIfAborted();
      return sandboxInformation;
    },
  };
}
