import type { Output } from '@parley/contract/api/route.ts';
import type { getUsage } from '@parley/contract/api/usage-api.ts';
import { and, eq, gte, lte, sql, sum as total } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Transaction } from '../storage/database.ts';
import { conversationUsage, usageDays } from '../storage/schema/speech.ts';
import { isViolation } from '../storage/violations.ts';
import { type UsageLine, usageUnits } from './usage-meter.ts';

/** What one stay of a conversation in one process took, or one request outside of conversations. */
export interface StayUsage {
  readonly organizationId: string;
  /** Undefined: a request of the API. */
  readonly conversationId: string | undefined;
  readonly stayId: string;
  readonly endedAt: Date;
  readonly lines: readonly UsageLine[];
}

export interface UsageRepository {
  /**
   * Adds it to the sums of the day, and to the conversation's. Written again at once it is the same. Of a conversation that is gone the
   * sums alone are left. @throws WireError `storage_unavailable`
   */
  write(usage: StayUsage): Promise<void>;
  /** The sums of the organization, both days included. */
  days(organizationId: string, days: { readonly from: string; readonly to: string }): Promise<UsageDays>;
}

/** Of some hundred engines for a quarter. */
const maxDayRows = 10_000;

export function createUsageRepository(database: Database): UsageRepository {
  const sum = async (transaction: Transaction, { organizationId, stayId, endedAt }: StayUsage, lines: UsageLines) => {
    if (lines.length === 0) return;
    const day = endedAt.toISOString().slice(0, 10);
    const rows = lines.map(({ costMicros, currency, ...line }) => ({
      ...line,
      ...{ organizationId, day, lastUseId: stayId, costMicros: costMicros ?? null, currency: currency ?? '' },
    }));
    // In one order, so that no two wait for one another.
    rows.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
    const { kind, engine, unit, currency, quantity, costMicros, lastUseId } = usageDays;
    await transaction
      .insert(usageDays)
      .values(rows)
      .onConflictDoUpdate({
        target: [usageDays.organizationId, usageDays.day, kind, engine, unit, currency],
        set: {
          quantity: sql`${quantity} + excluded.quantity`,
          costMicros: sql`${costMicros} + excluded.cost_micros`,
          lastUseId: sql`excluded.last_use_id`,
        },
        setWhere: sql`${lastUseId} <> excluded.last_use_id`,
      });
  };

  const writeStay = async (usage: StayUsage, conversationId: string) => {
    const { organizationId, stayId, lines } = usage;
    const rows = lines.map(({ costMicros, currency, ...line }) => ({
      ...line,
      ...{ organizationId, sessionId: conversationId, stayId },
      ...{ costMicros: costMicros ?? null, currency: currency ?? null },
    }));
    await database.inOrganization(organizationId, async (tx) => {
      const { kind, engine, unit } = conversationUsage;
      const added = await tx
        .insert(conversationUsage)
        .values(rows)
        .onConflictDoNothing()
        .returning({ kind, engine, unit });
      const isNew = new Set(added.map(keyOf));
      await sum(
        tx,
        usage,
        lines.filter((line) => isNew.has(keyOf(line))),
      );
    });
  };

  return {
    write: async (usage) => {
      const { organizationId, conversationId, lines } = usage;
      if (lines.length === 0) return;
      try {
        if (conversationId !== undefined) return await writeStay(usage, conversationId);
      } catch (error) {
        // It was erased meanwhile: what it took is spent all the same.
        if (!isViolation(error, 'conversation_usage_session_id_sessions_session_id_fk')) throw error;
      }
      await database.inOrganization(organizationId, (tx) => sum(tx, usage, lines));
    },
    days: async (organizationId, { from, to }) => {
      const { day, kind, engine, unit, currency } = usageDays;
      const rows = await database.inReports(organizationId, (tx) =>
        tx
          .select({ day, kind, engine, unit, quantity: usageDays.quantity, costMicros: usageDays.costMicros, currency })
          .from(usageDays)
          .where(and(eq(usageDays.organizationId, organizationId), gte(day, from), lte(day, to)))
          .orderBy(day, kind, engine, unit, currency)
          .limit(maxDayRows + 1),
      );
      return {
        days: rows.slice(0, maxDayRows).map(({ costMicros, currency: named, ...row }) => ({
          ...row,
          cost_micros: costMicros,
          currency: named === '' ? null : named,
        })),
        is_whole: rows.length <= maxDayRows,
      };
    },
  };
}

type UsageLines = readonly UsageLine[];
type UsageDays = Pick<Output<(typeof getUsage)['reply']>, 'days' | 'is_whole'>;

function keyOf({ kind, engine, unit }: Readonly<Record<'kind' | 'engine' | 'unit', string>>): string {
  return `${kind} ${engine} ${unit}`;
}

const unitSchema = z.enum(usageUnits);

/** What all stays of a conversation took together, as it is shown. */
export async function readUsage(transaction: Transaction, organizationId: string, conversationId: string) {
  const { kind, engine, unit, currency, quantity, costMicros } = conversationUsage;
  const rows = await transaction
    .select({ kind, engine, unit, currency, quantity: total(quantity), costMicros: total(costMicros) })
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
