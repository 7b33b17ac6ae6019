import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Transaction } from '../storage/database.ts';
import { mentions } from './mentions-repository.ts';
import type { Person } from './person.ts';

/** Where a person is known. */
export interface KnownPerson {
  /** Every conversation in which they are the caller, booked, or in which their identifier was said. */
  readonly sessionIds: readonly string[];
  readonly userIds: readonly string[];
  /** As it stands in appointments and users. */
  readonly names: readonly string[];
}

/** Conversations of one transaction: a few thousand turns, some tens of milliseconds. */
const batch = 300;

/** Look through all that is stored of the organization, in batches that hold up nobody. */
export async function findPerson(
  database: Database,
  organizationId: string,
  person: Person,
  signal: AbortSignal,
): Promise<KnownPerson> {
  const known = await database.inOrganization(organizationId, (tx) => findKnown(tx, organizationId, person));
  const sessionIds = new Set(known.sessionIds);
  let after = { at: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    signal.throwIfAborted();
    const page = await database.inOrganization(
      organizationId,
      (tx) => findInConversations(tx, { organizationId, person, after, userIds: known.userIds }),
      { snapshot: true },
    );
    for (const { id, isTheirs } of page) if (isTheirs) sessionIds.add(id);
    const last = page.at(-1);
    if (last === undefined || page.length < batch) break;
    after = last;
  }
  return { ...known, sessionIds: [...sessionIds] };
}

async function findKnown(tx: Transaction, organizationId: string, person: Person): Promise<KnownPerson> {
  const { rows: appointments } = await tx.execute(sql`
    select name, session_id, cancelled_session_id from appointments
    where organization_id = ${organizationId} and (${mentions(sql`phone`, person)} or ${mentions(sql`name`, person)})`);
  const { rows: users } = await tx.execute(sql`
    select user_id, name from users where organization_id = ${organizationId}
      and (${mentions(sql`email`, person)} or user_id::text = ${person.needle})`);
  const booked = appointmentsSchema.parse(appointments);
  const known = usersSchema.parse(users);
  return {
    sessionIds: booked.flatMap(({ session_id: id, cancelled_session_id: other }) =>
      other === null ? [id] : [id, other],
    ),
    userIds: known.map(({ user_id: id }) => id),
    names: [...new Set([...booked, ...known].map(({ name }) => name))],
  };
}

/** A page of conversations, oldest first, each with whether the person occurs in it. */
async function findInConversations(
  tx: Transaction,
  search: {
    readonly organizationId: string;
    readonly person: Person;
    readonly after: { readonly at: string; readonly id: string };
    readonly userIds: readonly string[];
  },
) {
  const { organizationId, person, after, userIds } = search;
  const { rows } = await tx.execute(sql`
    with page as (
      select session_id, started_at, caller_id, user_id, initial_context, summary from sessions
      where organization_id = ${organizationId} and (started_at, session_id) > (${after.at}::timestamptz, ${after.id}::uuid)
      order by started_at, session_id limit ${batch}
    )
    select session_id as id, started_at::text as at,
      ${mentions(sql`concat_ws(' ', caller_id, user_id)`, person)}
      or ${mentions(sql`initial_context::text`, person)} or ${mentions(sql`summary`, person)}
      or coalesce(user_id = any(${sql.param([...userIds])}::text[]), false)
      or exists (
        select from conversation_turns t where t.session_id = page.session_id and t.session_started_at = page.started_at and (
          ${mentions(sql`t.user_input_text`, person)} or ${mentions(sql`t.extracted_entities::text`, person)}
          or ${mentions(sql`t.bot_response_text`, person)} or ${mentions(sql`t.bot_action::text`, person)}
          or ${mentions(sql`t.annotation_notes`, person)})
      ) as "isTheirs"
    from page order by started_at, session_id`);
  return pageSchema.parse(rows);
}

const appointmentsSchema = z.array(
  z.object({ name: z.string(), session_id: z.string(), cancelled_session_id: z.string().nullable() }),
);
const usersSchema = z.array(z.object({ user_id: z.string(), name: z.string() }));
const pageSchema = z.array(z.object({ id: z.string(), at: z.string(), isTheirs: z.boolean() }));
