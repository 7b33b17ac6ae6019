import { createHash, timingSafeEqual } from 'node:crypto';
import type { Proof, Verification } from '../bank/bank.ts';
import { type SandboxCustomer, sandboxRules } from './sandbox-customers.ts';

/** Who is verified, and who has tried too often. */
export interface Verifications {
  verify(sessionRef: string, customerNumber: string, proof: Proof): Verification;
  /** The customer of a session, whose time is thereby started anew; undefined when nobody is verified or it was too long ago. */
  customerOf(sessionRef: string): SandboxCustomer | undefined;
}

/** Sessions and failed tries that are kept at most; the oldest is dropped, and of locks that is none within minutes of use. */
const maxKept = 10_000;

interface Tries {
  refused: number;
  lastAtEpochMs: number;
}

/**
 * A number that is nobody's is refused and locked like any other, so that trying does not tell who is a customer. Tries are
 * counted for the customer (against many calls) and for the session (against many numbers in one call).
 */
export function sandboxVerifications(customers: readonly SandboxCustomer[], now: () => number): Verifications {
  const sessions = new Map<string, { readonly customer: SandboxCustomer; usedAtEpochMs: number }>();
  const tries = new Map<string, Tries>();

  return {
    verify(sessionRef, customerNumber, proof) {
      // Whatever comes of it, the one before is no longer verified.
      sessions.delete(sessionRef);
      const keys = [`customer ${customerNumber}`, `session ${sessionRef}`];
      if (keys.some((key) => refusedSoFar(key) >= sandboxRules.maxTries)) return { outcome: 'locked_out' };
      const customer = customers.find((one) => one.customerNumber === customerNumber);
      if (customer !== undefined && proves(customer, proof)) {
        for (const key of keys) tries.delete(key);
        remember(sessions, sessionRef, { customer, usedAtEpochMs: now() });
        return { outcome: 'verified', firstName: customer.firstName };
      }
      const most = Math.max(...keys.map((key) => refuse(key)));
      if (most >= sandboxRules.maxTries) return { outcome: 'locked_out' };
      return { outcome: 'refused', triesLeft: sandboxRules.maxTries - most };
    },
    customerOf(sessionRef) {
      const session = sessions.get(sessionRef);
      if (session === undefined) return undefined;
      if (now() - session.usedAtEpochMs > sandboxRules.verifiedForMs) {
        sessions.delete(sessionRef);
        return undefined;
      }
      session.usedAtEpochMs = now();
      return session.customer;
    },
  };

  function refusedSoFar(key: string): number {
    const before = tries.get(key);
    if (before === undefined) return 0;
    if (now() - before.lastAtEpochMs <= sandboxRules.lockMs) return before.refused;
    tries.delete(key);
    return 0;
  }

  function refuse(key: string): number {
    const refused = refusedSoFar(key) + 1;
    tries.delete(key);
    remember(tries, key, { refused, lastAtEpochMs: now() });
    return refused;
  }
}

function proves(customer: SandboxCustomer, proof: Proof): boolean {
  switch (proof.type) {
    case 'pin':
      return sameSecret(proof.pin, customer.pin);
    case 'card_and_birth': {
      const hasCard = customer.cards.some((one) => one.lastFour === proof.cardLastFour);
      return sameSecret(proof.dateOfBirth, customer.dateOfBirth) && hasCard;
    }
  }
}

/** Takes as long for a near miss as for a far one. */
function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size <= maxKept) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
