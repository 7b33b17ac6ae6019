import type { Account, Card, Payee } from '../bank/bank.ts';

/** A customer of the sandbox bank. They do not exist, and their PINs open nothing. */
export interface SandboxCustomer {
  readonly customerNumber: string;
  readonly firstName: string;
  readonly pin: string;
  readonly dateOfBirth: string;
  readonly accounts: readonly Account[];
  readonly cards: readonly Card[];
  readonly payees: readonly Payee[];
}

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

export const sandboxCustomers: readonly SandboxCustomer[] = [
  {
    customerNumber: '10482736',
    firstName: 'Maya',
    pin: '4821',
    dateOfBirth: '1988-04-12',
    accounts: [
      { accountId: 'acc-maya-current', kind: 'current', lastFour: '0417', balance: eur(245_075) },
      { accountId: 'acc-maya-savings', kind: 'savings', lastFour: '9902', balance: eur(1_280_000) },
    ],
    cards: [
      { cardId: 'card-maya-debit', kind: 'debit', lastFour: '3391', status: 'active' },
      { cardId: 'card-maya-credit', kind: 'credit', lastFour: '7720', status: 'active' },
    ],
    payees: [
      { payeeId: 'payee-tom', name: 'Tom Becker', lastFour: '5512' },
      { payeeId: 'payee-anna', name: 'Anna Novák', lastFour: '8034' },
      { payeeId: 'payee-anna-k', name: 'Anna Keane', lastFour: '2276' },
      { payeeId: 'payee-energy', name: 'City Energy', lastFour: '1180' },
    ],
  },
  {
    customerNumber: '20913845',
    firstName: 'Daniel',
    pin: '7305',
    dateOfBirth: '1975-11-30',
    accounts: [{ accountId: 'acc-daniel-current', kind: 'current', lastFour: '6640', balance: eur(8_250) }],
    cards: [{ cardId: 'card-daniel-debit', kind: 'debit', lastFour: '1058', status: 'active' }],
    payees: [{ payeeId: 'payee-rent', name: 'Harbour Homes', lastFour: '4409' }],
  },
  {
    customerNumber: '30571924',
    firstName: 'Linh',
    pin: '1946',
    dateOfBirth: '1993-02-28',
    accounts: [
      { accountId: 'acc-linh-current', kind: 'current', lastFour: '7713', balance: eur(3_000_000) },
      { accountId: 'acc-linh-savings', kind: 'savings', lastFour: '3358', balance: eur(560_000) },
    ],
    cards: [{ cardId: 'card-linh-debit', kind: 'debit', lastFour: '9264', status: 'active' }],
    payees: [
      { payeeId: 'payee-minh', name: 'Minh Tran', lastFour: '0093' },
      { payeeId: 'payee-garage', name: 'Quay Garage', lastFour: '6121' },
    ],
  },
];

export const sandboxRules = {
  /** What one transfer by voice may move, euro cents. */
  transferLimitMinor: 500_000,
  /** What a customer may move on one day of the bank's calendar, euro cents. */
  dailyLimitMinor: 1_000_000,
  /** The bank's calendar. */
  timeZone: 'Europe/Dublin',
  /** Long enough to be read back and agreed to. */
  preparedForMs: 5 * 60_000,
  /** A call that is silent for so long is over. */
  verifiedForMs: 15 * 60_000,
  maxTries: 3,
  /** After so long the tries are forgotten and a lock is lifted. */
  lockMs: 30 * 60_000,
};
