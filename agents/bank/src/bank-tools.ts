import { type AnyTool, type Json, type Tool, ToolError } from '@parley/dialogue/tools/tool.ts';
import { z } from 'zod';
import type { Account, Bank, Card, Payee, Proof } from './bank/bank.ts';
import { BankError } from './bank/bank-error.ts';
import { payeeEntries, payeeMentioned } from './payee-entries.ts';
import { payeesCalled } from './payees-called.ts';

/**
 * What a bank's agent can look up and do, for flows and for language models alike. What the caller may do hangs on their being
 * verified in the same conversation, and the bank sees to that. They reject with a `ToolError` whose code is that of the
 * `BankError`, or `payee_ambiguous`, `account_ambiguous` or `card_ambiguous`. Nothing that they answer holds an account number
 * or a secret.
 */
export function bankTools(bank: Bank): readonly AnyTool[] {
  return [
    verifyCaller(bank),
    getBalance(bank),
    listPayees(bank),
    listCards(bank),
    prepareTransfer(bank),
    makeTransfer(bank),
    blockCard(bank),
  ];
}

const digits = (least: number, most: number) =>
  z
    .string()
    .transform((text) => text.replace(/[\s-]/gu, ''))
    .pipe(z.string().regex(new RegExp(`^\\d{${least},${most}}$`, 'u')));

const accountKind = z.enum(['current', 'savings']).optional();

function verifyCaller(bank: Bank): AnyTool {
  const input = z.object({
    customerNumber: digits(4, 16).describe('The customer number, digits'),
    pin: digits(4, 6).optional().describe('The PIN, when the caller gives it'),
    cardLastFour: digits(4, 4).optional().describe('The last four digits of a card, together with dateOfBirth'),
    dateOfBirth: z.iso.date().optional().describe('YYYY-MM-DD, together with cardLastFour'),
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'verify_caller',
    description:
      'Verify who is calling, by customer number and either PIN or last four card digits with date of birth. Three failed tries lock the caller out. Answers with outcome verified, refused (with triesLeft) or locked_out.',
    input,
    // Not `reads`: half a PIN, heard ahead of time, would use up a try.
    effect: 'changes',
    run: ({ customerNumber, ...given }, { conversationId, idempotencyKey, signal }) =>
      orToolError(() => bank.verify(conversationId, { customerNumber, proof: proofOf(given), idempotencyKey }, signal)),
  };
  return tool;
}

function getBalance(bank: Bank): AnyTool {
  const input = z.object({ account: accountKind.describe('Which account; all of them when not given') });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'get_balance',
    description: "The balances of the verified caller's accounts, in minor units.",
    input,
    effect: 'reads',
    run: ({ account }, context) =>
      orToolError(async () => {
        const accounts = await bank.accounts(context.conversationId, context.signal);
        return { accounts: accounts.filter((one) => account === undefined || one.kind === account).map(accountJson) };
      }),
  };
  return tool;
}

function listPayees(bank: Bank): AnyTool {
  const input = z.object({
    mentionedIn: z
      .string()
      .max(2000)
      .optional()
      .describe('Words of the caller in which a payee may be named: tells who is meant, or which ones may be'),
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'list_payees',
    description: 'The people and firms to whom the verified caller may transfer money.',
    input,
    effect: 'reads',
    run: ({ mentionedIn }, context) =>
      orToolError(async () => {
        const payees = await bank.payees(context.conversationId, context.signal);
        const mention = mentionedIn === undefined ? {} : payeeMentioned(payees, mentionedIn, context);
        return { payees, entries: payeeEntries(payees), ...mention };
      }),
  };
  return tool;
}

function listCards(bank: Bank): AnyTool {
  const input = z.object({});
  const tool: Tool<z.infer<typeof input>> = {
    name: 'list_cards',
    description: "The verified caller's cards: their kind, last four digits, and whether they are active or blocked.",
    input,
    effect: 'reads',
    run: (_, context) =>
      orToolError(async () => {
        const cards = await bank.cards(context.conversationId, context.signal);
        return { cards: cards.map(cardJson) };
      }),
  };
  return tool;
}

function prepareTransfer(bank: Bank): AnyTool {
  const input = z.object({
    payee: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .describe('The payee: a payeeId of list_payees, or a name as the caller says it'),
    // Flows reckon in templates, which give text.
    amountMinor: z
      .union([
        z.int(),
        z
          .string()
          .regex(/^-?\d{1,15}$/u)
          .transform(Number),
      ])
      .pipe(z.int().positive())
      .describe('The amount in minor units: 2500 for 25.00'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/u)
      .optional()
      .describe("ISO 4217; the account's own when not given"),
    fromAccount: accountKind.describe('Which account pays; the current account when not given'),
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'prepare_transfer',
    description:
      'Check a transfer against funds and limits without making it. Answers with the preparedTransferId for make_transfer and with what must be read back to the caller.',
    input,
    effect: 'reads',
    run: (order, context) =>
      orToolError(async () => {
        const payee = thePayee(await bank.payees(context.conversationId, context.signal), order.payee);
        const from = theAccount(await bank.accounts(context.conversationId, context.signal), order.fromAccount);
        const amount = { amountMinor: order.amountMinor, currency: order.currency ?? from.balance.currency };
        const prepared = await bank.prepareTransfer(
          context.conversationId,
          { fromAccountId: from.accountId, payeeId: payee.payeeId, amount },
          context.signal,
        );
        return { ...prepared, from: accountJson(prepared.from) };
      }),
  };
  return tool;
}

function makeTransfer(bank: Bank): AnyTool {
  const input = z.object({
    preparedTransferId: z.string().min(1).max(100).describe('From prepare_transfer, in the same conversation'),
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'make_transfer',
    description:
      'Move the money of a prepared transfer. Only after payee, amount and account were read back and the caller has said yes. It cannot be undone.',
    input,
    effect: 'changes',
    run: ({ preparedTransferId }, { conversationId, idempotencyKey, signal }) =>
      orToolError(() => bank.makeTransfer(conversationId, { preparedTransferId, idempotencyKey }, signal)),
  };
  return tool;
}

function blockCard(bank: Bank): AnyTool {
  const input = z.object({
    cardLastFour: digits(4, 4)
      .optional()
      .describe('The last four digits of the card; needed when there is more than one'),
    kind: z.enum(['debit', 'credit']).optional().describe('Which card, when the caller says that instead of digits'),
    reason: z.enum(['lost', 'stolen']).describe('What happened to the card'),
  });
  const tool: Tool<z.infer<typeof input>> = {
    name: 'block_card',
    description: "Block a card of the verified caller for good. Only after the caller has agreed. It can't be undone.",
    input,
    effect: 'changes',
    run: (order, context) =>
      orToolError(async () => {
        const { conversationId, idempotencyKey, signal } = context;
        const { cardId } = theCard(await bank.cards(conversationId, signal), order);
        return cardJson(await bank.blockCard(conversationId, { cardId, reason: order.reason, idempotencyKey }, signal));
      }),
  };
  return tool;
}

type Given = Readonly<Record<'pin' | 'cardLastFour' | 'dateOfBirth', string | undefined>>;

function proofOf(given: Partial<Given>): Proof {
  const { pin, cardLastFour, dateOfBirth } = given;
  if (pin !== undefined) return { type: 'pin', pin };
  if (cardLastFour !== undefined && dateOfBirth !== undefined) {
    return { type: 'card_and_birth', cardLastFour, dateOfBirth };
  }
  throw new ToolError('proof_missing', 'Ask for the PIN, or for the last four digits of a card and the date of birth');
}

function thePayee(payees: readonly Payee[], asked: string): Payee {
  const found = payeesCalled(payees, asked);
  const [only] = found;
  if (only === undefined) throw new ToolError('payee_not_found', 'The caller has no payee of this name');
  if (found.length > 1) {
    throw new ToolError('payee_ambiguous', `Ask which one: ${found.map((one) => one.name).join(', ')}`);
  }
  return only;
}

function theAccount(accounts: readonly Account[], kind: Account['kind'] | undefined): Account {
  const found = accounts.filter((one) => one.kind === (kind ?? 'current'));
  const [only] = found;
  if (only === undefined) throw new ToolError('account_not_found', 'The caller has no such account');
  if (found.length > 1) throw new ToolError('account_ambiguous', 'Ask for the last four digits of the account');
  return only;
}

function theCard(
  cards: readonly Card[],
  asked: { readonly cardLastFour?: string | undefined; readonly kind?: Card['kind'] | undefined },
): Card {
  const found = cards.filter(
    (one) =>
      (asked.cardLastFour === undefined || one.lastFour === asked.cardLastFour) &&
      (asked.kind === undefined || one.kind === asked.kind),
  );
  const [only] = found;
  if (only === undefined) throw new ToolError('card_not_found', 'The caller has no such card');
  if (found.length > 1) {
    throw new ToolError(
      'card_ambiguous',
      `Ask which one: ${found.map((one) => `${one.kind} ${one.lastFour}`).join(', ')}`,
    );
  }
  return only;
}

/** Without the bank's own id, which is of no use to a caller. */
function accountJson({ kind, lastFour, balance }: Account): Json {
  return { kind, lastFour, balance };
}

function cardJson({ kind, lastFour, status }: Card): Json {
  return { kind, lastFour, status };
}

async function orToolError<T extends Json>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BankError) throw new ToolError(error.code, error.message, { cause: error });
    throw error;
  }
}
