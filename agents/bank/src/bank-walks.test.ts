import { randomWalk, type Walk } from '@parley/dialogue/testing/random-walk.ts';
import { describe, expect, test } from 'vitest';
import { createBank } from './bank-agent.ts';
import { sandboxBank } from './sandbox/sandbox-bank.ts';

const callers = 500;
/** Some PINs are wrong: one in four. */
const answers = {
  customer_number: ['10482736', 'my number is 10482736', 'one zero four eight two seven three six'],
  pin: ['4821', 'four eight two one', '48 21', '1234'],
  card_digits: ['7720', '3391', 'double seven two oh'],
  birth: ['12 April 1988', 'the twelfth of April nineteen eighty-eight'],
  payee: ['Tom', 'Tom Becker', 'Anna Keane', 'Anna', 'City Energy', 'the energy company'],
  amount: ['forty euros', 'a hundred', '12.50', 'nine thousand euros', 'three thousand'],
};

/** A read-back, and the yes to it. */
const agreed = /(Shall I send it|Shall I do it now)\?\ncaller: .*\byes\b/g;

describe('callers who change their mind', () => {
  test(`${callers} of them each come to an end, and most get what they wanted`, { timeout: 60_000 }, async () => {
    const outcomes: Record<Walk['outcome'], number> = { goal: 0, handoff: 0, farewell: 0, circle: 0 };
    const troubles: unknown[] = [];
    let bank = sandboxBank();
    // One agent, and a bank for each caller, so that none finds the customer locked by the one before.
    const { agent, definition } = await createBank({
      bank: {
        verify: (...given) => bank.verify(...given),
        accounts: (...given) => bank.accounts(...given),
        payees: (...given) => bank.payees(...given),
        cards: (...given) => bank.cards(...given),
        prepareTransfer: (...given) => bank.prepareTransfer(...given),
        makeTransfer: (...given) => bank.makeTransfer(...given),
        blockCard: (...given) => bank.blockCard(...given),
      },
      onError: (error) => troubles.push(error),
    });
    for (let seed = 1; seed <= callers; seed += 1) {
      bank = sandboxBank();
      const walk = await randomWalk(agent, definition, seed, { answers, call: { timeZone: 'Europe/Dublin' } });
      const place = `seed ${seed}\n${walk.transcript}`;
      outcomes[walk.outcome] += 1;
      expect(walk.outcome, place).not.toBe('circle');
      expect(troubles, place).toEqual([]);
      // A PIN is never said back, wherever it was said.
      expect(walk.transcript, place).not.toMatch(/agent: .*\b(4821|1234)\b/);
      // Nothing is sent or blocked without a yes of its own.
      const deeds = walk.actions.filter((name) => name === 'transfer_made' || name === 'card_blocked');
      expect(deeds.length, place).toBeLessThanOrEqual([...walk.transcript.matchAll(agreed)].length);
    }
    // Those who only asked have done nothing, and most wishes are questions: four of the sixteen need to know who is calling.
    expect(outcomes.goal, JSON.stringify(outcomes)).toBeGreaterThan(callers * 0.3);
  });
});
