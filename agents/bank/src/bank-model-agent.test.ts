import { type AskOptions, askAgent } from '@parley/dialogue/testing/agent-turns.ts';
import { type ScriptedPart, scriptedModel } from '@parley/dialogue/testing/scripted-model.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import type { PreparedTransfer } from './bank/bank.ts';
import { createBankModelAgent } from './bank-model-agent.ts';
import { sandboxBank } from './sandbox/sandbox-bank.ts';

const maya = { customerNumber: '10482736', pin: '4821' };

/** Turn after turn with the memory and the history of the one before; the bank is the sandbox's. */
async function call(...answers: readonly (readonly ScriptedPart[])[]) {
  const script = scriptedModel(...answers);
  const bank = sandboxBank();
  const prepared: PreparedTransfer[] = [];
  const agent = await createBankModelAgent(script.model, {
    bank: {
      ...bank,
      prepareTransfer: async (...order) => {
        const transfer = await bank.prepareTransfer(...order);
        prepared.push(transfer);
        // A script has to know it ahead.
        return { ...transfer, preparedTransferId: 'prepared' };
      },
      makeTransfer: (sessionRef, order, signal) =>
        bank.makeTransfer(
          sessionRef,
          { ...order, preparedTransferId: prepared.at(-1)?.preparedTransferId ?? '' },
          signal,
        ),
    },
    clock: createVirtualClock(),
  });
  let before: Pick<AskOptions, 'memory' | 'history'> = { history: [] };
  let turnNumber = 0;
  return {
    script,
    agent,
    async say(text: string) {
      turnNumber += 1;
      const answer = await askAgent(agent, text, { ...before, turnNumber });
      before = {
        memory: answer.memory,
        history: [...(before.history ?? []), { speaker: 'caller', text }, { speaker: 'agent', text: answer.said }],
      };
      return answer;
    },
    /** Current account, in cents. */
    balanceMinor: async () => (await bank.accounts('conv_1', AbortSignal.timeout(1000)))[0]?.balance.amountMinor,
    told: () => JSON.stringify(script.asked.map(({ prompt }) => prompt)),
  };
}

const pay = { preparedTransferId: 'prepared' };

describe('the bank by a language model', () => {
  test('verifies the caller and tells a balance', async () => {
    const { say, told } = await call(
      ['Gladly. What’s your customer number, and your PIN?'],
      [{ tool: 'verify_caller', input: maya }],
      [{ tool: 'get_balance', input: { account: 'current' } }],
      ['Thank you, Maya. Your current account holds €2,450.75.'],
    );
    expect((await say('what’s my balance')).said).toContain('customer number');
    expect((await say('10482736 and 4821')).said).toContain('€2,450.75');
    expect(told()).toContain('"amountMinor":245075');
  });

  test('sends money only once the caller has agreed to what was read back', async () => {
    const { say, told, balanceMinor } = await call(
      [{ tool: 'verify_caller', input: maya }],
      [{ tool: 'prepare_transfer', input: { payee: 'Tom', amountMinor: 4000 } }],
      [{ tool: 'make_transfer', input: pay }],
      ['Transfers cannot be taken back. €40 to Tom Becker from your current account, shall I send it?'],
      [{ tool: 'make_transfer', input: pay }],
      ['I have sent €40 to Tom Becker.'],
    );
    const first = await say('I’m 10482736, PIN 4821, send forty euros to Tom');
    expect(first.said).toContain('shall I send it?');
    // The model was too quick, and was held back.
    expect(told()).toContain('confirm_first');
    expect(first.acted.map(({ name }) => name)).toEqual(['verify_caller']);
    expect(await balanceMinor()).toBe(245_075);
    const second = await say('yes, send it');
    expect(second.acted.map(({ name }) => name)).toEqual(['make_transfer']);
    expect(second.said).toContain('I have sent €40');
    expect(await balanceMinor()).toBe(241_075);
  });

  test('is not believed when it says that it sent what it did not send', async () => {
    const { say } = await call(
      [{ tool: 'verify_caller', input: maya }],
      ['I have sent €40 to Tom Becker.'],
      ['I have sent €40 to Tom Becker.'],
    );
    const { said, acted } = await say('I’m 10482736, PIN 4821, send forty euros to Tom');
    expect(said).not.toContain('I have sent');
    expect(acted.map(({ name }) => name)).toEqual(['verify_caller']);
  });

  test('says no to an amount over the limit, and knows the limits', async () => {
    const { say, told } = await call(
      [{ tool: 'verify_caller', input: maya }],
      [{ tool: 'prepare_transfer', input: { payee: 'Tom', amountMinor: 600_000, fromAccount: 'savings' } }],
      ['By phone it’s five thousand euros at most. How much shall it be?'],
    );
    expect((await say('I’m 10482736, PIN 4821, send six thousand to Tom from savings')).said).toContain('at most');
    expect(told()).toContain('over_transfer_limit');
    expect(told()).toContain('transfer limit: 5000');
  });

  test('blocks a card after a yes, and passes a locked out caller on', async () => {
    const block = { kind: 'credit', reason: 'lost' };
    const { say } = await call(
      [{ tool: 'verify_caller', input: maya }],
      [{ tool: 'block_card', input: block }],
      ['I can block your credit card ending in 7720. That is for good. Shall I?'],
      [{ tool: 'block_card', input: block }],
      ['Your credit card is blocked.'],
    );
    expect((await say('10482736, 4821, I lost my credit card')).acted.map(({ name }) => name)).toEqual([
      'verify_caller',
    ]);
    expect((await say('yes')).acted).toMatchObject([{ name: 'block_card', data: { status: 'blocked' } }]);

    const wrong = { ...maya, pin: '1111' };
    const other = await call(
      [{ tool: 'verify_caller', input: wrong }],
      [{ tool: 'verify_caller', input: { ...wrong, pin: '2222' } }],
      [{ tool: 'verify_caller', input: { ...wrong, pin: '3333' } }],
      [{ tool: 'transfer_to_person', input: { reason: 'asked' } }],
    );
    expect((await other.say('10482736, and 1111, or 2222, or 3333')).acted.map(({ name }) => name)).toContain(
      'handoff_requested',
    );
  });
});
