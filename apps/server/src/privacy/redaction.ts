import { isDeepStrictEqual } from 'node:util';
import type { Database, Transaction } from '../storage/database.ts';
import { readOrganizationRow } from './organization-row-repository.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { type RedactionPolicy, redactionPolicyOf } from './redaction-policy.ts';

/** An organization's redactors of what is stored and handed on. */
export interface OrganizationRedaction {
  readonly events: Redactor;
  readonly exports: Redactor;
  readonly transcripts: Redactor;
}

/** How each organization wants personal data redacted. */
export interface Redaction {
  /** Never fails: while the database is away, what was last known holds, or else the defaults. */
  of(organizationId: string): Promise<OrganizationRedaction>;
}

/** A change of the settings holds everywhere after this. */
const freshForMs = 10_000;
/** Each is a few hundred bytes; the one that was known longest goes first. */
const knownAtMost = 2000;

interface Known {
  readonly redaction: OrganizationRedaction;
  readonly readAtMs: number;
}

/** Asks once for all who ask at the same time, and keeps the answer for seconds: a turn pays nothing. */
export function createRedaction(database: Database): Redaction {
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<OrganizationRedaction>>();
  const read = async (organizationId: string): Promise<OrganizationRedaction> => {
    try {
      const redaction = await database.inOrganization(organizationId, (tx) => readRedaction(tx, organizationId));
      remember(known, organizationId, redaction);
      return redaction;
    } catch {
      return known.get(organizationId)?.redaction ?? redactionOf({});
    } finally {
      asking.delete(organizationId);
    }
  };
  return {
    of: async (organizationId) => {
      const last = known.get(organizationId);
      if (last !== undefined && performance.now() - last.readAtMs < freshForMs) return last.redaction;
      const asked = asking.get(organizationId) ?? read(organizationId);
      asking.set(organizationId, asked);
      // What was known until now serves this one, and the next has the new.
      return last?.redaction ?? asked;
    },
  };
}

/**
 * The same for whoever is in a transaction already. Remembered by the connection, so that it costs a query for each of them every
 * some seconds and no more.
 */
export async function redactionIn(transaction: Transaction, organizationId: string): Promise<OrganizationRedaction> {
  const connection = connectionOf(transaction);
  const known = byConnection.get(connection) ?? new Map<string, Known>();
  byConnection.set(connection, known);
  const last = known.get(organizationId);
  if (last !== undefined && performance.now() - last.readAtMs < freshForMs) return last.redaction;
  const redaction = await readRedaction(transaction, organizationId);
  remember(known, organizationId, redaction);
  return redaction;
}

const byConnection = new WeakMap<object, Map<string, Known>>();

function connectionOf(transaction: Transaction): object {
  if (!('$client' in transaction)) return transaction;
  const { $client: client } = transaction;
  return typeof client === 'object' && client !== null ? client : transaction;
}

function remember(known: Map<string, Known>, organizationId: string, redaction: OrganizationRedaction): void {
  known.delete(organizationId);
  const oldest = known.keys().next();
  if (known.size >= knownAtMost && !oldest.done) known.delete(oldest.value);
  known.set(organizationId, { redaction, readAtMs: performance.now() });
}

async function readRedaction(transaction: Transaction, organizationId: string): Promise<OrganizationRedaction> {
  const row = await readOrganizationRow(transaction, organizationId);
  return redactionOf(row?.settings ?? {});
}

function redactionOf(settings: unknown): OrganizationRedaction {
  const events = redactionPolicyOf(settings, 'events');
  const exports = redactionPolicyOf(settings, 'exports');
  const transcripts = redactionPolicyOf(settings, 'transcripts');
  const redactor = createRedactor(events);
  // Where two destinations are to have the same, what was redacted for one is the other's too: a turn is looked through once.
  const like = (policy: RedactionPolicy) => (isDeepStrictEqual(policy, events) ? redactor : createRedactor(policy));
  return { events: redactor, exports: like(exports), transcripts: like(transcripts) };
}
