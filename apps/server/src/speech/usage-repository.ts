import { and, eq, sum } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Transaction } from '../storage/database.ts';
import { conversationUsage } from '../storage/schema/speech.ts';
import { isViolation } from '../storage/violations.ts';
import { type UsageLine, usageUnits } from './usage-meter.ts';

/** What one stay of a conversation in one process took. */
export interface StayUsage {
  readonly organizationId: string;
  readonly conversationId: string;
  readonly stayId: string;
  readonly lines: readonly UsageLine[];
}

export interface UsageRepository {
  /** Written again it is the same. Of a conversation that is gone nothing is written. @throws WireError `storage_unavailable` */
  write(usage: StayUsage): Promise<void>;
}

export function createUsageRepository(database: Database): UsageRepository {
  return {
    write: async ({ organizationId, conversationId, stayId, lines }) => {
      if (lines.length === 0) return;
      const rows = lines.map(({ costMicros, currency, ...line }) => ({
        ...line,
        organizationId,
        sessionId: conversationId,
        stayId,
        costMicros: costMicros ?? null,
        currency: currency ?? null,
      }));
      try {
        await database.inOrganization(organizationId, (tx) =>
          tx.insert(conversationUsage).values(rows).onConflictDoNothing(),
        );
      } catch (error) {
        // It was erased meanwhile.
        if (isViolation(error, 'conversation_usage_session_id_sessions_session_id_fk')) return;
        throw error;
      }
    },
  };
}

const unitSchema = z.enum(usageUnits);

/** What all stays of a conversation took together, as it is shown. */
export async function readUsage(transaction: Transaction, organizationId: string, conversationId: string) {
  const { kind, engine, unit, currency, quantity, costMicros } = conversationUsage;
  const rows = await transaction
    .select({ kind, engine, unit, currency, quantity: sum(quantity), costMicros: sum(costMicros) })
    .from(conversationUsage)
    .where(and(eq(conversationUsage.organizationId, organizationId), eq(conversationUsage.sessionId, conversationId)))
    .groupBy(kind, engine, unit, currency)
    .orderBy(kind, engine, unit);
  return rows.map((row) => ({
    kind: row.kind,
    engine: row.engine,
    unit: unitSchema.parse(row.unit),
    quantity: Number(row.quantity),
    cost_micros: row.costMicros === null ? null : Number(row.costMicros),
    currency: row.currency,
  }));
}
