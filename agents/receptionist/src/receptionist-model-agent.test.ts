import { type AskOptions, askAgent } from '@parley/dialogue/testing/agent-turns.ts';
import { type ScriptedPart, scriptedModel } from '@parley/dialogue/testing/scripted-model.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import { createMemoryCalendar } from './availability/memory-calendar.ts';
import { memoryBook } from './memory-book.ts';
import { createReceptionistModelAgent } from './receptionist-model-agent.ts';

/** Turn after turn with the memory and the history of the one before; the calendar is real and empty. */
async function call(...answers: readonly (readonly ScriptedPart[])[]) {
  const script = scriptedModel(...answers);
  const book = memoryBook();
  const agent = await createReceptionistModelAgent(script.model, {
    calendar: createMemoryCalendar(book),
    clock: createVirtualClock(),
  });
  let before: Pick<AskOptions, 'memory' | 'history'> = { history: [] };
  let turnNumber = 0;
  return {
    script,
    agent,
    rows: book.rows,
    async say(text: string) {
      turnNumber += 1;
      const answer = await askAgent(agent, text, { ...before, language: 'en-US', turnNumber });
      before = {
        memory: answer.memory,
        history: [...(before.history ?? []), { speaker: 'caller', text }, { speaker: 'agent', text: answer.said }],
      };
      return answer;
    },
    /** All that the model was asked with so far. */
    told: () => JSON.stringify(script.asked.map(({ prompt }) => prompt)),
  };
}

const when = { date: '2026-11-27', time: '15:00' };
const look = { tool: 'find_free_times', input: { service: 'haircut', ...when } };
const booking = {
  tool: 'book_appointment',
  input: { service: 'haircut', ...when, name: 'Alice Brown', phone: '4155551234' },
};
const readBack = 'A haircut on Friday, November 27 at 3 PM, for Alice Brown, 415 555 1234. Shall I book it?';

describe('the receptionist by a language model', () => {
  test('books only once the caller has agreed to what was read back', async () => {
    const { say, told, rows, script } = await call(
      [look],
      ['Friday at 3 PM is free. What name shall I put down?'],
      [booking],
      [readBack],
      [booking],
      ['Done, you are booked for Friday at 3 PM.'],
    );
    expect((await say('a haircut on Friday at three')).said).toContain('What name');
    expect(told()).toContain('free');
    // The model was too quick, and was held back.
    expect((await say('Alice Brown, 415 555 1234')).said).toContain('Shall I book it?');
    expect(rows).toEqual([]);
    const done = await say('yes please');
    expect(done.said).toContain('booked for Friday');
    // Called as by the flows, so that the page shows the same card.
    expect(done.acted).toMatchObject([
      { name: 'appointment_booked', data: { service: 'haircut', bookingId: 'booking-1' } },
    ]);
    expect(rows).toMatchObject([{ service: 'haircut', name: 'Alice Brown', phone: '4155551234', status: 'booked' }]);
    expect(script.left).toBe(0);
  });

  test('finds an appointment by number and name, and cancels it after a yes', async () => {
    const { say, told, rows, script } = await call(
      [booking],
      [readBack],
      [booking],
      ['You are booked for Friday at 3 PM.'],
      [{ tool: 'find_appointments', input: { phone: '4155551234', name: 'Alice Brown' } }],
      [{ tool: 'cancel_appointment', input: { bookingId: 'booking-1' } }],
      ['That is your haircut on Friday at 3 PM. Shall I cancel it?'],
      [{ tool: 'cancel_appointment', input: { bookingId: 'booking-1' } }],
      ['Your haircut is cancelled.'],
    );
    await say('a haircut on Friday at three for Alice Brown, 415 555 1234');
    await say('yes');
    expect((await say('I have to cancel that')).said).toContain('Shall I cancel it?');
    expect(told()).toContain('booking-1');
    expect(rows).toMatchObject([{ status: 'booked' }]);
    const cancelled = await say('yes, cancel it');
    expect(cancelled.said).toContain('cancelled');
    expect(cancelled.acted.map(({ name }) => name)).toEqual(['appointment_cancelled']);
    expect(rows).toMatchObject([{ status: 'cancelled' }]);
    expect(script.left).toBe(0);
  });

  test('is told why a time cannot be had, and what is near it', async () => {
    const { say, told } = await call(
      [{ tool: 'find_free_times', input: { service: 'haircut', date: '2026-11-27', time: '19:00' } }],
      ['We close at 6 PM on Friday. I could do 5 or 5:30. Which would you like?'],
    );
    expect((await say('a haircut on Friday at seven in the evening')).said).toContain('5:30');
    expect(told()).toContain('closed');
    expect(told()).toContain('17:30');
    expect(told()).toContain('Monday to Saturday, 9 AM to 6 PM');
  });

  test('promises no discounts, greets without the model, and passes on who wants a person', async () => {
    const { say, agent } = await call(
      ['Sure, I can give you a discount of ten percent.'],
      [{ tool: 'transfer_to_person', input: { reason: 'asked' } }],
    );
    const greeting = await askAgent(agent, '', { language: 'en-US', cue: { type: 'greet' } });
    expect(greeting.said).toContain('front desk at Fig Street Barbers');
    expect((await say('is there a discount')).said).not.toContain('ten percent');
    const asked = await say('I would like to talk to a person');
    expect(asked.acted.map(({ name }) => name)).toEqual(['handoff_requested']);
  });
});
