import { type AskOptions, askAgent } from '@parley/dialogue/testing/agent-turns.ts';
import { type ScriptedPart, scriptedModel } from '@parley/dialogue/testing/scripted-model.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import { createHotelModelAgent } from './hotel-model-agent.ts';
import { inventoryProperty } from './sandbox/inventory-property.ts';

/** The moment of `askAgent`'s requests. */
const now = () => Date.UTC(2026, 10, 21, 9, 30);
const nora = { number: '204815', lastName: 'Doyle' };
const stay = { arrival: '2026-11-27', departure: '2026-11-29', adults: 2, children: 0 };
const order = {
  ...stay,
  offerId: 'double',
  quotedTotal: { amountMinor: 30_960, currency: 'EUR' },
  firstName: 'Ana',
  lastName: 'Silva',
};
const signal = () => AbortSignal.timeout(1000);

/** Turn after turn with the memory and the history of the one before; the hotel is the sandbox's. */
async function call(...answers: readonly (readonly ScriptedPart[])[]) {
  const script = scriptedModel(...answers);
  const property = inventoryProperty({ seed: 7, now });
  const agent = await createHotelModelAgent(script.model, { property, clock: createVirtualClock() });
  let before: Pick<AskOptions, 'memory' | 'history'> = { history: [] };
  let turnNumber = 0;
  return {
    property,
    async say(text: string) {
      turnNumber += 1;
      const answer = await askAgent(agent, text, { ...before, turnNumber });
      before = {
        memory: answer.memory,
        history: [...(before.history ?? []), { speaker: 'caller', text }, { speaker: 'agent', text: answer.said }],
      };
      return { said: answer.said, done: answer.acted.map(({ name }) => name) };
    },
    /** What the tools told the model; its instructions are left out. */
    told: () => JSON.stringify(script.asked.map(({ prompt }) => prompt.filter(({ role }) => role !== 'system'))),
  };
}

describe('the hotel by a language model', () => {
  test('books a room only once the guest has agreed to what was read back', async () => {
    const { say, told } = await call(
      [{ tool: 'find_rooms', input: stay }],
      ['From Friday to Sunday I have a double for €309.60 in all. On what name?'],
      [{ tool: 'book_room', input: order }],
      ['A double room, Friday to Sunday, two nights, for two. €309.60 in all, under Ana Silva. Shall I book it?'],
      [{ tool: 'book_room', input: order }],
      ['It is booked.'],
    );
    expect((await say('a double from friday to sunday for two')).said).toContain('€309.60');
    expect(told()).toContain('"amount":309.6');
    const second = await say('Ana Silva');
    // The model was too quick, and was held back.
    expect(second.done).toEqual([]);
    expect(told()).toContain('confirm_first');
    expect(second.said).toContain('Shall I book it?');
    const third = await say('yes please');
    expect(third).toEqual({ said: 'It is booked.', done: ['book_room'] });
  });

  test('is not believed when it says that it booked what it did not book', async () => {
    const { say } = await call(['I have booked your room.'], ['I have booked your room.']);
    const { said, done } = await say('book me a double from friday to sunday');
    expect(said).not.toContain('have booked');
    expect(done).toEqual([]);
  });

  test('cancels a reservation after the fee was told and the guest said yes', async () => {
    const { say, told, property } = await call(
      [{ tool: 'find_reservation', input: nora }],
      [{ tool: 'cancel_reservation', input: nora }],
      ['Your double from December 1 to 4. Cancelling is free of charge. Shall I cancel it for good?'],
      [{ tool: 'cancel_reservation', input: nora }],
      ['It is cancelled.'],
    );
    await say('please cancel 204815 Doyle');
    expect(told()).toContain('"cancellationFee":{"amountMinor":0');
    expect((await property.findReservation(nora, signal())).status).toBe('confirmed');
    expect((await say('yes')).done).toEqual(['cancel_reservation']);
    expect((await property.findReservation(nora, signal())).status).toBe('cancelled');
  });

  test('tells nothing of a reservation without the right name, and passes the guest on', async () => {
    const { say, told } = await call(
      [{ tool: 'find_reservation', input: { ...nora, lastName: 'Murphy' } }],
      ['That number and that name do not fit together. Could you give me both again?'],
      [{ tool: 'transfer_to_person', input: { reason: 'asked' } }],
    );
    await say('when does 204815 start, it is Murphy');
    expect(told()).toContain('reservation_not_found');
    expect(told()).not.toContain('2026-12-01');
    expect((await say('I have no other, give me a person')).done).toContain('handoff_requested');
  });

  test('hears from the hotel that a price has changed, and that too many want one room', async () => {
    const tooCheap = { ...order, quotedTotal: { amountMinor: 10_000, currency: 'EUR' } };
    const { say, told } = await call(
      [{ tool: 'find_rooms', input: { ...stay, adults: 9 } }],
      ['The largest room takes four. Shall I look for one room after the other?'],
      [{ tool: 'book_room', input: tooCheap }],
      ['A double for €100 in all, under Ana Silva. Shall I book it?'],
      [{ tool: 'book_room', input: tooCheap }],
      ['I am sorry, it costs €309.60 by now. Would you still like it?'],
    );
    await say('nine of us from friday to sunday');
    expect(told()).toContain('"mostGuests":4');
    await say('then a double for two, Ana Silva');
    const { said, done } = await say('yes');
    expect(told()).toContain('price_changed');
    expect(said).toContain('still like it');
    expect(done).not.toContain('book_room');
  });
});
