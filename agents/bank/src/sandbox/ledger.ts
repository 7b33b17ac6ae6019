import { randomUUID } from 'node:crypto';
import type { Account, Card, Money, Payee, PreparedTransfer, Transfer } from '../bank/bank.ts';
import { BankError } from '../bank/bank-error.ts';
import { type SandboxCustomer, sandboxRules } from './sandbox-customers.ts';

/** The sandbox bank's money and cards, in memory. */
export interface Ledger {
  accounts(customer: SandboxCustomer): readonly Account[];
  payees(customer: SandboxCustomer): readonly Payee[];
  cards(customer: SandboxCustomer): readonly Card[];
  prepare(
    customer: SandboxCustomer,
    order: { readonly fromAccountId: string; readonly payeeId: string; readonly amount: Money },
  ): PreparedTransfer;
  make(customer: SandboxCustomer, preparedTransferId: string): Transfer;
  block(customer: SandboxCustomer, cardId: string): Card;
}

interface Prepared {
  readonly customerNumber: string;
  readonly transfer: PreparedTransfer;
  made: boolean;
}

/** Prepared transfers that are kept at most; the oldest is forgotten, and is then prepared again. */
const maxPrepared = 10_000;

/** Every method is synchronous: funds and limits are checked and the money moved in one step. */
export function sandboxLedger(customers: readonly SandboxCustomer[], now: () => number): Ledger {
  const balancesMinor = new Map<string, number>();
  const blocked = new Set<string>();
  const prepared = new Map<string, Prepared>();
  /** Moved on the day, by customer; of earlier days nothing is kept. */
  const moved = new Map<string, { readonly day: string; readonly minor: number }>();
  let references = 0;
  for (const one of customers.flatMap((customer) => customer.accounts)) {
    balancesMinor.set(one.accountId, one.balance.amountMinor);
  }

  return {
    accounts: (customer) => customer.accounts.map(current),
    payees: (customer) => customer.payees,
    cards: (customer) => customer.cards.map(asItStands),
    prepare(customer, { fromAccountId, payeeId, amount }) {
      const from = accountOf(customer, fromAccountId);
      const to = customer.payees.find((one) => one.payeeId === payeeId);
      if (to === undefined) throw new BankError('payee_not_found', 'The customer has no such payee');
      check(customer, from, amount);
      const transfer: PreparedTransfer = {
        preparedTransferId: randomUUID(),
        from,
        payee: to,
        amount,
        balanceAfter: less(from.balance, amount),
        expiresAtEpochMs: now() + sandboxRules.preparedForMs,
      };
      prepared.set(transfer.preparedTransferId, { customerNumber: customer.customerNumber, transfer, made: false });
      if (prepared.size > maxPrepared) {
        const oldest = prepared.keys().next();
        if (oldest.done !== true) prepared.delete(oldest.value);
      }
      return transfer;
    },
    make(customer, preparedTransferId) {
      const kept = prepared.get(preparedTransferId);
      if (kept === undefined || kept.customerNumber !== customer.customerNumber) {
        throw new BankError('prepared_transfer_gone', 'No such prepared transfer of this customer: prepare it again');
      }
      if (kept.made) throw new BankError('already_made', 'This transfer was made before');
      const { transfer } = kept;
      if (now() > transfer.expiresAtEpochMs) {
        throw new BankError('prepared_transfer_gone', 'The prepared transfer is too old: prepare it again');
      }
      const from = accountOf(customer, transfer.from.accountId);
      check(customer, from, transfer.amount);
      kept.made = true;
      const balanceAfter = less(from.balance, transfer.amount);
      balancesMinor.set(from.accountId, balanceAfter.amountMinor);
      const minor = movedToday(customer) + transfer.amount.amountMinor;
      moved.set(customer.customerNumber, { day: today(), minor });
      references += 1;
      const reference = `T${String(references).padStart(6, '0')}`;
      return { reference, payee: transfer.payee, amount: transfer.amount, balanceAfter };
    },
    block(customer, cardId) {
      const card = customer.cards.find((one) => one.cardId === cardId);
      if (card === undefined) throw new BankError('card_not_found', 'The customer has no such card');
      blocked.add(cardId);
      return asItStands(card);
    },
  };

  function check(customer: SandboxCustomer, from: Account, amount: Money): void {
    if (amount.amountMinor <= 0 || amount.currency !== from.balance.currency) {
      throw new BankError('invalid_amount', `The amount must be more than zero and in ${from.balance.currency}`);
    }
    if (amount.amountMinor > sandboxRules.transferLimitMinor) {
      throw new BankError(
        'over_transfer_limit',
        `One transfer may move ${sandboxRules.transferLimitMinor} cents at most`,
      );
    }
    if (movedToday(customer) + amount.amountMinor > sandboxRules.dailyLimitMinor) {
      throw new BankError(
        'over_daily_limit',
        `A day's transfers may come to ${sandboxRules.dailyLimitMinor} cents at most`,
      );
    }
    if (amount.amountMinor > from.balance.amountMinor) {
      throw new BankError('insufficient_funds', 'The account does not hold the amount');
    }
  }

  function accountOf(customer: SandboxCustomer, accountId: string): Account {
    const found = customer.accounts.find((one) => one.accountId === accountId);
    if (found === undefined) throw new BankError('account_not_found', 'The customer has no such account');
    return current(found);
  }

  function current(account: Account): Account {
    const amountMinor = balancesMinor.get(account.accountId) ?? 0;
    return { ...account, balance: { amountMinor, currency: account.balance.currency } };
  }

  function asItStands(card: Card): Card {
    return blocked.has(card.cardId) ? { ...card, status: 'blocked' } : card;
  }

  function movedToday(customer: SandboxCustomer): number {
    const kept = moved.get(customer.customerNumber);
    return kept?.day === today() ? kept.minor : 0;
  }

  function today(): string {
    return new Intl.DateTimeFormat('en-CA', { timeZone: sandboxRules.timeZone, dateStyle: 'short' }).format(now());
  }
}

function less(from: Money, amount: Money): Money {
  return { amountMinor: from.amountMinor - amount.amountMinor, currency: from.currency };
}
