import { type AnyTool, type Json, type ToolContext, ToolError } from '@parley/dialogue/tools/tool.ts';
import { useTool } from '@parley/dialogue/tools/use-tool.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bankApi } from './bank/bank-api.ts';
import { bankTools } from './bank-tools.ts';
import { type BankSandbox, startBankSandbox } from './sandbox/sandbox-server.ts';

const minuteMs = 60_000;
let now: number;
let sandbox: BankSandbox;
let tools: readonly AnyTool[];
let turn: number;

beforeEach(async () => {
  now = Date.parse('2026-03-02T12:00:00Z');
  turn = 0;
  sandbox = await startBankSandbox({ now: () => now });
  tools = bankTools(bankOf(sandbox));
});
afterEach(() => sandbox.close());

function bankOf({ url, clientId, clientSecret }: BankSandbox) {
  return bankApi({ baseUrl: url, clientId, clientSecret, now: () => now });
}

function context(conversationId: string, key?: string): ToolContext {
  turn += 1;
  return {
    conversationId,
    turnNumber: turn,
    nowEpochMs: now,
    timeZone: 'Europe/Dublin',
    language: 'en',
    idempotencyKey: key ?? `${conversationId} ${turn}`,
    signal: new AbortController().signal,
  };
}

function use(name: string, input: { readonly [key: string]: Json }, call = 'call', key?: string): Promise<Json> {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return useTool(tool, input, context(call, key), 5_000);
}

async function outcome(promise: Promise<Json>): Promise<string> {
  return promise.then(
    () => 'it came about',
    (error: unknown) => (error instanceof ToolError ? error.code : String(error)),
  );
}

const maya = { customerNumber: '1048 2736', pin: '4821' };
const verified = { outcome: 'verified', firstName: 'Maya' };

describe('who is calling', () => {
  test('before the caller is verified nothing is told and nothing is done', async () => {
    expect(await outcome(use('get_balance', {}))).toBe('not_verified');
    expect(await outcome(use('list_payees', {}))).toBe('not_verified');
    expect(await outcome(use('prepare_transfer', { payee: 'Tom', amountMinor: 100 }))).toBe('not_verified');
    expect(await outcome(use('make_transfer', { preparedTransferId: 'x' }))).toBe('not_verified');
    expect(await outcome(use('block_card', { reason: 'lost' }))).toBe('not_verified');
  });

  test('a PIN verifies, and so do the last four digits of a card with the date of birth', async () => {
    expect(await use('verify_caller', maya)).toEqual(verified);
    const byCard = { customerNumber: '10482736', cardLastFour: '7720', dateOfBirth: '1988-04-12' };
    expect(await use('verify_caller', byCard, 'other call')).toEqual(verified);
    const wrongDay = { ...byCard, dateOfBirth: '1988-04-13' };
    expect(await use('verify_caller', wrongDay, 'third call')).toEqual({ outcome: 'refused', triesLeft: 2 });
    expect(await outcome(use('verify_caller', { customerNumber: '10482736', cardLastFour: '7720' }))).toBe(
      'proof_missing',
    );
  });

  test('being verified in one call verifies no other', async () => {
    await use('verify_caller', maya, 'her call');
    expect(await outcome(use('get_balance', {}, 'his call'))).toBe('not_verified');
  });

  test('after three wrong PINs even the right one is locked out, in every call, for half an hour', async () => {
    const wrong = { ...maya, pin: '0000' };
    expect(await use('verify_caller', wrong)).toEqual({ outcome: 'refused', triesLeft: 2 });
    expect(await use('verify_caller', wrong)).toEqual({ outcome: 'refused', triesLeft: 1 });
    expect(await use('verify_caller', wrong)).toEqual({ outcome: 'locked_out' });
    expect(await use('verify_caller', maya)).toEqual({ outcome: 'locked_out' });
    expect(await use('verify_caller', maya, 'another call')).toEqual({ outcome: 'locked_out' });
    now += 31 * minuteMs;
    expect(await use('verify_caller', maya)).toEqual(verified);
  });

  test('one call may not try three customers, and a stranger is refused like a customer', async () => {
    expect(await use('verify_caller', { customerNumber: '99999999', pin: '1111' })).toEqual({
      outcome: 'refused',
      triesLeft: 2,
    });
    expect(await use('verify_caller', { customerNumber: '20913845', pin: '1111' })).toMatchObject({ triesLeft: 1 });
    expect(await use('verify_caller', { customerNumber: '30571924', pin: '1111' })).toEqual({ outcome: 'locked_out' });
    // The other customers have tries left in calls of their own.
    expect(await use('verify_caller', { customerNumber: '20913845', pin: '7305' }, 'call 2')).toMatchObject({
      outcome: 'verified',
    });
  });

  test('the same try sent twice is one try', async () => {
    const wrong = { ...maya, pin: '0000' };
    await use('verify_caller', wrong, 'call', 'turn 1');
    expect(await use('verify_caller', wrong, 'call', 'turn 1')).toEqual({ outcome: 'refused', triesLeft: 2 });
  });

  test('a wrong try ends what the right one before it had opened, and so does a quarter of an hour of silence', async () => {
    await use('verify_caller', maya);
    await use('verify_caller', { ...maya, pin: '0000' });
    expect(await outcome(use('get_balance', {}))).toBe('not_verified');
    await use('verify_caller', maya);
    now += 14 * minuteMs;
    expect(await outcome(use('get_balance', {}))).toBe('it came about');
    now += 16 * minuteMs;
    expect(await outcome(use('get_balance', {}))).toBe('not_verified');
  });
});

describe('money', () => {
  beforeEach(async () => {
    await use('verify_caller', maya);
  });

  async function prepared(amountMinor: number, call = 'call'): Promise<string> {
    const answer = await use('prepare_transfer', { payee: 'Tom', amountMinor }, call);
    if (answer === null || typeof answer !== 'object' || !('preparedTransferId' in answer))
      throw new Error('not prepared');
    return String(answer.preparedTransferId);
  }
  const currentBalance = async () => {
    const answer = await use('get_balance', { account: 'current' });
    return answer;
  };
  const holds = (amountMinor: number) => ({
    accounts: [{ kind: 'current', lastFour: '0417', balance: { amountMinor, currency: 'EUR' } }],
  });

  test('the balance is told by account, in cents', async () => {
    expect(await currentBalance()).toEqual(holds(245_075));
    const all = await use('get_balance', {});
    expect(JSON.stringify(all)).toContain('1280000');
  });

  test('preparing moves nothing; making moves the amount once, however often it is asked', async () => {
    const id = await prepared(30_000);
    expect(await currentBalance()).toEqual(holds(245_075));
    const made = await use('make_transfer', { preparedTransferId: id }, 'call', 'turn 5');
    expect(made).toMatchObject({ reference: 'T000001', balanceAfter: { amountMinor: 215_075 } });
    expect(await use('make_transfer', { preparedTransferId: id }, 'call', 'turn 5')).toEqual(made);
    expect(await outcome(use('make_transfer', { preparedTransferId: id }, 'call', 'turn 6'))).toBe('already_made');
    expect(await currentBalance()).toEqual(holds(215_075));
  });

  test('thirty transfers at once move what the account holds and not a cent more', async () => {
    // 2 450.75 euros hold eight times 300 and no ninth.
    const ids = await Promise.all(Array.from({ length: 30 }, () => prepared(30_000)));
    const outcomes = await Promise.all(ids.map((id) => outcome(use('make_transfer', { preparedTransferId: id }))));
    expect(outcomes.filter((one) => one === 'it came about')).toHaveLength(8);
    expect(outcomes.filter((one) => one === 'insufficient_funds')).toHaveLength(22);
    expect(await currentBalance()).toEqual(holds(245_075 - 8 * 30_000));
  });

  test('more than the account holds, nothing, and another currency are refused', async () => {
    expect(await outcome(use('prepare_transfer', { payee: 'Tom', amountMinor: 245_076 }))).toBe('insufficient_funds');
    expect(await outcome(use('prepare_transfer', { payee: 'Tom', amountMinor: 0 }))).toBe('tool_input_wrong');
    expect(await outcome(use('prepare_transfer', { payee: 'Tom', amountMinor: 10.5 }))).toBe('tool_input_wrong');
    const dollars = { payee: 'Tom', amountMinor: 100, currency: 'USD' };
    expect(await outcome(use('prepare_transfer', dollars))).toBe('invalid_amount');
  });

  test('five thousand in one transfer and ten thousand in a day are the limits; the next day it goes on', async () => {
    const linh = 'call of Linh';
    const transfer = async (amountMinor: number) => {
      const answer = await use('prepare_transfer', { payee: 'Minh', amountMinor }, linh);
      return answer !== null && typeof answer === 'object' && 'preparedTransferId' in answer
        ? use('make_transfer', { preparedTransferId: String(answer.preparedTransferId) }, linh)
        : Promise.reject(new Error('not prepared'));
    };
    await use('verify_caller', { customerNumber: '30571924', pin: '1946' }, linh);
    expect(await outcome(transfer(500_001))).toBe('over_transfer_limit');
    expect(await outcome(transfer(500_000))).toBe('it came about');
    expect(await outcome(transfer(499_999))).toBe('it came about');
    expect(await outcome(transfer(2))).toBe('over_daily_limit');
    expect(await outcome(transfer(1))).toBe('it came about');
    now += 24 * 60 * minuteMs;
    await use('verify_caller', { customerNumber: '30571924', pin: '1946' }, linh);
    expect(await outcome(transfer(2))).toBe('it came about');
  });

  test('two that were prepared within the limit are not both made beyond it', async () => {
    const linh = 'call of Linh';
    await use('verify_caller', { customerNumber: '30571924', pin: '1946' }, linh);
    const one = { payee: 'Minh', amountMinor: 400_000 };
    const ids = await Promise.all(
      [one, one, one].map(async (order) => {
        const answer = await use('prepare_transfer', order, linh);
        return answer !== null && typeof answer === 'object' && 'preparedTransferId' in answer
          ? String(answer.preparedTransferId)
          : '';
      }),
    );
    const outcomes = await Promise.all(
      ids.map((id) => outcome(use('make_transfer', { preparedTransferId: id }, linh))),
    );
    expect(outcomes.toSorted()).toEqual(['it came about', 'it came about', 'over_daily_limit']);
  });

  test('what was prepared is forgotten after five minutes, and is nobody else’s', async () => {
    const id = await prepared(1_000);
    await use('verify_caller', { customerNumber: '20913845', pin: '7305' }, 'his call');
    expect(await outcome(use('make_transfer', { preparedTransferId: id }, 'his call'))).toBe('prepared_transfer_gone');
    now += 6 * minuteMs;
    expect(await outcome(use('make_transfer', { preparedTransferId: id }))).toBe('prepared_transfer_gone');
    expect(await currentBalance()).toEqual(holds(245_075));
  });

  test('a payee is found by a part of the name, and asked for when two have it', async () => {
    const to = async (payee: string) => {
      const answer = await use('prepare_transfer', { payee, amountMinor: 100 });
      return answer !== null && typeof answer === 'object' && 'payee' in answer ? answer.payee : undefined;
    };
    expect(await to('becker')).toMatchObject({ name: 'Tom Becker' });
    expect(await to('anna novak')).toMatchObject({ name: 'Anna Novák' });
    expect(await outcome(use('prepare_transfer', { payee: 'Anna', amountMinor: 100 }))).toBe('payee_ambiguous');
    expect(await outcome(use('prepare_transfer', { payee: 'Zed', amountMinor: 100 }))).toBe('payee_not_found');
  });
});

describe('a lost card', () => {
  test('with two cards it must be said which; a blocked one stays blocked', async () => {
    await use('verify_caller', maya);
    expect(await outcome(use('block_card', { reason: 'lost' }))).toBe('card_ambiguous');
    const blocked = { kind: 'credit', lastFour: '7720', status: 'blocked' };
    expect(await use('block_card', { kind: 'credit', reason: 'stolen' })).toEqual(blocked);
    expect(await use('block_card', { cardLastFour: '7720', reason: 'stolen' })).toEqual(blocked);
    expect(await outcome(use('block_card', { cardLastFour: '1058', reason: 'lost' }))).toBe('card_not_found');
  });
});

describe('what the tools tell', () => {
  test('no answer holds a PIN, a date of birth, a customer number or more than four digits of an account', async () => {
    const answers = [
      await use('verify_caller', maya),
      await use('get_balance', {}),
      await use('list_payees', {}),
      await use('prepare_transfer', { payee: 'Tom', amountMinor: 100 }),
      await use('block_card', { kind: 'debit', reason: 'lost' }),
    ];
    const told = JSON.stringify(answers);
    for (const secret of ['4821', '1988-04-12', '10482736', 'acc-maya']) expect(told).not.toContain(secret);
  });
});

test('a language model can be told what each tool takes', () => {
  for (const tool of tools) {
    for (const io of ['input', 'output'] as const) {
      const schema = z.toJSONSchema(tool.input, { io });
      expect(schema.type, tool.name).toBe('object');
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        expect(field, `${tool.name}.${name}`).toSatisfy(
          (one) => typeof one === 'object' && ('type' in one || 'anyOf' in one),
        );
      }
    }
  }
});
