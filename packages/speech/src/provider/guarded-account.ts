import type { LookupFunction } from 'node:net';
import type { EngineContext } from './provider.ts';

/** By account: the mark goes with it wherever it goes, and is gone with it. */
const lookups = new WeakMap<object, LookupFunction>();

/**
 * Marks an account that a tenant entered: whatever is made with this very object connects by the look-up alone.
 * @returns the same object
 */
export function guardAccount<Account extends object>(account: Account, lookup: LookupFunction): Account {
  lookups.set(account, lookup);
  return account;
}

/** What an engine of the account is made with. */
export function contextOf(account: unknown, context: EngineContext): EngineContext {
  const lookup = typeof account === 'object' && account !== null ? lookups.get(account) : undefined;
  return lookup === undefined ? context : { ...context, lookup };
}
