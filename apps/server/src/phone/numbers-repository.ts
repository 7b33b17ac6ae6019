import type { LegKind } from '@parley/channels/phone/phone-leg.ts';
import type { PageQuery } from '@parley/contract/api/paging.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { NewPhoneNumber, PhoneNumberPatch, PhoneNumberView } from '@parley/contract/phone.ts';
import { and, asc, desc, eq, inArray, like } from 'drizzle-orm';
import { after, pageOf, readPosition } from '../identity/page-position.ts';
import { type AuditContext, recordAudit } from '../privacy/audit.ts';
import type { Database } from '../storage/database.ts';
import { organizations } from '../storage/schema/organizations.ts';
import { phoneNumbers } from '../storage/schema/phone.ts';
import { isViolation } from '../storage/violations.ts';

/** Whose a number is, and who answers there. */
export interface AnsweredNumber {
  readonly organizationId: string;
  readonly number: string;
  readonly agentId: string | undefined;
  readonly flowId: string | undefined;
}

/** Numbers at which agents answer. Methods throw WireError `not_found` for one that is not there, and `storage_unavailable`. */
export interface NumbersRepository {
  list(
    organizationId: string,
    page: PageQuery,
  ): Promise<{ rows: readonly PhoneNumberView[]; nextCursor: string | null }>;
  get(organizationId: string, phoneNumberId: string): Promise<PhoneNumberView>;
  /** @throws WireError `number_taken`, `too_many_numbers` */
  create(author: AuditContext, number: NewPhoneNumber): Promise<PhoneNumberView>;
  update(author: AuditContext, phoneNumberId: string, patch: PhoneNumberPatch): Promise<PhoneNumberView>;
  delete(author: AuditContext, phoneNumberId: string): Promise<void>;
  /** Of these spellings of one number the first that somebody answers at, in whichever organization. */
  find(spellings: readonly string[]): Promise<AnsweredNumber | undefined>;
  /** Whether somebody answers at any number of this server. */
  isAnyConfigured(): Promise<boolean>;
  /** The one from which the organization calls when it says nothing else: the oldest in international form. */
  firstOf(organizationId: string): Promise<string | undefined>;
  isOwn(organizationId: string, number: string): Promise<boolean>;
  /** By which way the calls of a number of the organization come, where that was said. */
  channelOf(organizationId: string, number: string): Promise<LegKind | undefined>;
}

/** More than the branches of a large company have. */
const maxNumbers = 1000;

export function createNumbersRepository(database: Database): NumbersRepository {
  return {
    list: (organizationId, { cursor, limit }) =>
      database.inOrganization(organizationId, async (tx) => {
        const rows = await tx
          .select()
          .from(phoneNumbers)
          .where(
            and(
              eq(phoneNumbers.organizationId, organizationId),
              after(readPosition(cursor), phoneNumbers.createdAt, phoneNumbers.phoneNumberId),
            ),
          )
          .orderBy(desc(phoneNumbers.createdAt), desc(phoneNumbers.phoneNumberId))
          .limit(limit + 1);
        const page = pageOf(rows, limit, (row) => ({ createdAt: row.createdAt, id: row.phoneNumberId }));
        return { rows: page.rows.map(toView), nextCursor: page.nextCursor };
      }),
    get: (organizationId, phoneNumberId) =>
      database.inOrganization(organizationId, async (tx) => {
        const [row] = await tx.select().from(phoneNumbers).where(eq(phoneNumbers.phoneNumberId, phoneNumberId));
        if (row === undefined) throw new WireError('not_found');
        return toView(row);
      }),
    create: async (author, { number, agent_id: agentId, flow_id: flowId, channel, label }) => {
      const { organizationId } = author;
      try {
        return await database.inOrganization(organizationId, async (tx) => {
          // One after another, so that two at once do not both find room.
          await tx
            .select({ id: organizations.organizationId })
            .from(organizations)
            .where(eq(organizations.organizationId, organizationId))
            .for('no key update');
          if ((await tx.$count(phoneNumbers)) >= maxNumbers) throw new WireError('too_many_numbers');
          const [row] = await tx
            .insert(phoneNumbers)
            .values({ organizationId, number, agentId, flowId, channel, label })
            .returning();
          if (row === undefined) throw new Error('The number was not written.');
          const view = toView(row);
          await recordAudit(tx, author, { ...resource(view.phone_number_id), after: view });
          return view;
        });
      } catch (error) {
        if (isViolation(error, 'phone_numbers_number')) throw new WireError('number_taken');
        throw error;
      }
    },
    update: (author, phoneNumberId, { agent_id: agentId, flow_id: flowId, channel, label }) =>
      database.inOrganization(author.organizationId, async (tx) => {
        const [before] = await tx
          .select()
          .from(phoneNumbers)
          .where(eq(phoneNumbers.phoneNumberId, phoneNumberId))
          .for('no key update');
        if (before === undefined) throw new WireError('not_found');
        const [row] = await tx
          .update(phoneNumbers)
          .set({
            ...(agentId !== undefined && { agentId }),
            ...(flowId !== undefined && { flowId }),
            // One takes the other's place.
            ...(typeof agentId === 'string' && { flowId: null }),
            ...(typeof flowId === 'string' && { agentId: null }),
            ...(channel !== undefined && { channel }),
            ...(label !== undefined && { label }),
            updatedAt: new Date(),
          })
          .where(eq(phoneNumbers.phoneNumberId, phoneNumberId))
          .returning();
        if (row === undefined) throw new WireError('not_found');
        const view = toView(row);
        await recordAudit(tx, author, { ...resource(phoneNumberId), before: toView(before), after: view });
        return view;
      }),
    delete: (author, phoneNumberId) =>
      database.inOrganization(author.organizationId, async (tx) => {
        const [row] = await tx.delete(phoneNumbers).where(eq(phoneNumbers.phoneNumberId, phoneNumberId)).returning();
        if (row === undefined) throw new WireError('not_found');
        await recordAudit(tx, author, { ...resource(phoneNumberId), before: toView(row) });
      }),
    find: (spellings) =>
      // Whoever calls says nothing of whose the number is.
      database.acrossOrganizations(async (tx) => {
        const rows = await tx
          .select()
          .from(phoneNumbers)
          .where(inArray(phoneNumbers.number, [...spellings]));
        const row = spellings.map((one) => rows.find(({ number }) => number === one)).find((one) => one !== undefined);
        if (row === undefined) return undefined;
        const { organizationId, number, agentId, flowId } = row;
        return { organizationId, number, agentId: agentId ?? undefined, flowId: flowId ?? undefined };
      }),
    isAnyConfigured: () =>
      database.acrossOrganizations(async (tx) => {
        const rows = await tx.select({ id: phoneNumbers.phoneNumberId }).from(phoneNumbers).limit(1);
        return rows.length > 0;
      }),
    firstOf: (organizationId) =>
      database.inOrganization(organizationId, async (tx) => {
        const [row] = await tx
          .select({ number: phoneNumbers.number })
          .from(phoneNumbers)
          .where(and(eq(phoneNumbers.organizationId, organizationId), like(phoneNumbers.number, '+%')))
          .orderBy(asc(phoneNumbers.createdAt))
          .limit(1);
        return row?.number;
      }),
    isOwn: (organizationId, number) =>
      database.inOrganization(organizationId, async (tx) => {
        const own = and(eq(phoneNumbers.organizationId, organizationId), eq(phoneNumbers.number, number));
        return (await tx.$count(phoneNumbers, own)) > 0;
      }),
    channelOf: (organizationId, number) =>
      database.inOrganization(organizationId, async (tx) => {
        const [row] = await tx
          .select({ channel: phoneNumbers.channel })
          .from(phoneNumbers)
          .where(and(eq(phoneNumbers.organizationId, organizationId), eq(phoneNumbers.number, number)));
        return row?.channel ?? undefined;
      }),
  };
}

function resource(phoneNumberId: string) {
  return { action: 'phone_numbers:write', resourceType: 'phone_number', resourceId: phoneNumberId } as const;
}

function toView(row: typeof phoneNumbers.$inferSelect): PhoneNumberView {
  return {
    phone_number_id: row.phoneNumberId,
    number: row.number,
    agent_id: row.agentId,
    flow_id: row.flowId,
    channel: row.channel,
    label: row.label,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
