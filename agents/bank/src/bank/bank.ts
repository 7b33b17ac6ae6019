import { z } from 'zod';

/** An amount in the currency's smallest unit: 12 950 with EUR is 129.50 euros. */
export const money = z.object({ amountMinor: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) });
export type Money = z.infer<typeof money>;

const lastFour = z.string().regex(/^\d{4}$/);

/** What a caller proves with who they are. */
export const proof = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pin'), pin: z.string().regex(/^\d{4,6}$/) }),
  z.object({ type: z.literal('card_and_birth'), cardLastFour: lastFour, dateOfBirth: z.iso.date() }),
]);
export type Proof = z.infer<typeof proof>;

/** What came of a try to verify. `locked_out`: too many tries; no proof is looked at until the bank lifts it. */
export const verification = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('verified'), firstName: z.string() }),
  z.object({ outcome: z.literal('refused'), triesLeft: z.int().positive() }),
  z.object({ outcome: z.literal('locked_out') }),
]);
export type Verification = z.infer<typeof verification>;

/** An account as it may be spoken of: its number never leaves the bank. */
export const account = z.object({
  accountId: z.string().min(1),
  kind: z.enum(['current', 'savings']),
  lastFour,
  balance: money,
});
export type Account = z.infer<typeof account>;

/** Someone to whom the customer has allowed transfers; new ones are not made by voice. */
export const payee = z.object({ payeeId: z.string().min(1), name: z.string(), lastFour });
export type Payee = z.infer<typeof payee>;

export const card = z.object({
  cardId: z.string().min(1),
  kind: z.enum(['debit', 'credit']),
  lastFour,
  status: z.enum(['active', 'blocked']),
});
export type Card = z.infer<typeof card>;

/** A transfer that was checked and not made: no money has moved. */
export const preparedTransfer = z.object({
  preparedTransferId: z.string().min(1),
  from: account,
  payee,
  amount: money,
  balanceAfter: money,
  expiresAtEpochMs: z.number(),
});
export type PreparedTransfer = z.infer<typeof preparedTransfer>;

/** A transfer that was made. */
export const transfer = z.object({
  /** To be told to the caller. */
  reference: z.string().min(1),
  payee,
  amount: money,
  balanceAfter: money,
});
export type Transfer = z.infer<typeof transfer>;

/**
 * A bank, wherever it is. All but `verify` is for the caller who was verified under the same `sessionRef` (the conversation's
 * id) and rejects with `not_verified` otherwise: the bank keeps that, so that no agent can leave it out. Every method rejects
 * with a `BankError`, or with the signal's reason.
 */
export interface Bank {
  /** A try for each idempotency key. Three refused ones for a customer, or in a session, lock it. */
  verify(
    sessionRef: string,
    claim: { readonly customerNumber: string; readonly proof: Proof; readonly idempotencyKey: string },
    signal: AbortSignal,
  ): Promise<Verification>;
  accounts(sessionRef: string, signal: AbortSignal): Promise<readonly Account[]>;
  payees(sessionRef: string, signal: AbortSignal): Promise<readonly Payee[]>;
  cards(sessionRef: string, signal: AbortSignal): Promise<readonly Card[]>;
  /** Checks funds and limits, and keeps what was asked for a few minutes. */
  prepareTransfer(
    sessionRef: string,
    order: { readonly fromAccountId: string; readonly payeeId: string; readonly amount: Money },
    signal: AbortSignal,
  ): Promise<PreparedTransfer>;
  /** Makes what was prepared, once, whatever the key; funds and limits are checked again. */
  makeTransfer(
    sessionRef: string,
    order: { readonly preparedTransferId: string; readonly idempotencyKey: string },
    signal: AbortSignal,
  ): Promise<Transfer>;
  /** For good; blocking a blocked card is harmless. */
  blockCard(
    sessionRef: string,
    order: { readonly cardId: string; readonly reason: 'lost' | 'stolen'; readonly idempotencyKey: string },
    signal: AbortSignal,
  ): Promise<Card>;
}
