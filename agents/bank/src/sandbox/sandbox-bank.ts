import type { Bank } from '../bank/bank.ts';
import { BankError } from '../bank/bank-error.ts';
import { sandboxLedger } from './ledger.ts';
import { type SandboxCustomer, sandboxCustomers } from './sandbox-customers.ts';
import { sandboxVerifications } from './verifications.ts';

/**
 * The sandbox's customers, money and rules without its API, for conversations in virtual time: a request over the network would
 * take no time there, or for ever. It does not remember idempotency keys, since nothing is lost on the way.
 *
 * @param now reads the time, epoch milliseconds
 */
export function sandboxBank(now: () => number = Date.now): Bank {
  const verifications = sandboxVerifications(sandboxCustomers, now);
  const ledger = sandboxLedger(sandboxCustomers, now);
  const customerOf = (sessionRef: string): SandboxCustomer => {
    const customer = verifications.customerOf(sessionRef);
    if (customer === undefined) throw new BankError('not_verified', 'Verify the caller first');
    return customer;
  };
  return {
    verify: async (sessionRef, { customerNumber, proof }) => verifications.verify(sessionRef, customerNumber, proof),
    accounts: async (sessionRef) => ledger.accounts(customerOf(sessionRef)),
    payees: async (sessionRef) => ledger.payees(customerOf(sessionRef)),
    cards: async (sessionRef) => ledger.cards(customerOf(sessionRef)),
    prepareTransfer: async (sessionRef, order) => ledger.prepare(customerOf(sessionRef), order),
    makeTransfer: async (sessionRef, { preparedTransferId }) => ledger.make(customerOf(sessionRef), preparedTransferId),
    blockCard: async (sessionRef, { cardId }) => ledger.block(customerOf(sessionRef), cardId),
  };
}
