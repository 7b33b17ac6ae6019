import { WireError } from '@parley/contract/errors.ts';
import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { lockActiveAdmins } from '../identity/users-repository.ts';
import type { Database, Transaction } from '../storage/database.ts';
import { mentions } from './mentions-repository.ts';
import type { Person } from './person.ts';
import type { KnownPerson } from './person-repository.ts';

/** How many rows of which table. */
export type Figures = Record<string, number>;

/** What stands where something of the person stood, so that whoever reads it knows why it is gone. */
const erased = '[erased]';

/**
 * Take all content out of these conversations: what was said, understood, remembered and recorded, who called, what was told of it.
 * Times, durations, counts and intents stay. One that still goes on is ended, so that nothing is written to it any more.
 */
export async function eraseConversations(tx: Transaction, sessionIds: readonly string[]): Promise<Figures> {
  const ids = sql`(select unnest(${sql.param([...sessionIds])}::uuid[]))`;
  const count = counter(tx);
  return {
    conversations: await count(sql`
      update sessions set caller_id = null, user_id = null, context = null, initial_context = '{}', summary = null, expects = null,
        token_hash = ${erased}, ended_at = coalesce(ended_at, now()), end_reason = coalesce(end_reason, 'erased'),
        current_state = 'ended', version = version + 1, last_writer = null
      where session_id in ${ids}`),
    turns: await count(sql`
      update conversation_turns set
        user_input_text = case when user_input_text is not null then ${erased} end,
        bot_response_text = case when bot_response_text is not null then ${erased} end,
        heard_text = case when heard_text is not null then ${erased} end,
        user_input_audio_url = null, bot_response_audio_url = null, message_id = null,
        extracted_entities = '[]', bot_action = '[]', annotation_notes = null
      where session_id in ${ids}`),
    calls: await count(eraseCalls(sql`session_id in ${ids}`)),
    // Without its key nobody can hear it; the recordings' own job removes its files.
    recordings: await count(sql`
      update recordings set status = 'deleted', sealed_key = '' where session_id in ${ids} and status <> 'deleted'`),
    appointments: await count(sql`
      update appointments set name = ${erased}, phone = ${erased} where session_id in ${ids} and phone <> ${erased}`),
    events: await count(sql`delete from outbox where conversation_id in ${ids}`),
    deliveries: await count(eraseDeliveries(sql`conversation_id in ${ids}`)),
    answers: await count(sql`
      delete from idempotency_keys where actor in (select 'caller:' || id from unnest(${sql.param([...sessionIds])}::text[]) as id)`),
  };
}

/** What is known of the person outside of conversations. @throws WireError `last_admin` */
export async function eraseElsewhere(
  tx: Transaction,
  organizationId: string,
  person: Person,
  known: KnownPerson,
): Promise<Figures> {
  const count = counter(tx);
  const here = sql`organization_id = ${organizationId}`;
  const userIds = sql.param([...known.userIds]);
  await refuseLastAdmin(tx, organizationId, known.userIds);
  return {
    appointments: await count(sql`
      update appointments set name = ${erased}, phone = ${erased}
      where ${here} and (${mentions(sql`phone`, person)} or ${mentions(sql`name`, person)})`),
    calls: await count(
      eraseCalls(
        sql`${here} and (${mentions(sql`from_number`, person)} or ${mentions(sql`to_number`, person)}
          or ${mentions(sql`provider_call_id`, person)})`,
      ),
    ),
    // They were somebody whom others were put through to: whose calls those are stays.
    transfers: await count(sql`
      update calls set transfers = (select coalesce(jsonb_agg(
          case when ${mentions(sql`one ->> 'target'`, person)} then jsonb_set(one, '{target}', to_jsonb(${erased}::text)) else one end
        ), '[]') from jsonb_array_elements(transfers) as one)
      where ${here} and ${mentions(sql`transfers::text`, person)}`),
    events: await count(sql`delete from outbox where ${here} and ${mentions(sql`payload::text`, person)}`),
    deliveries: await count(eraseDeliveries(sql`${here} and ${mentions(sql`payload::text`, person)}`)),
    examples: await count(sql`delete from training_examples where ${here} and ${mentions(sql`text`, person)}`),
    users: await count(sql`delete from users where ${here} and user_id = any(${userIds}::uuid[])`),
    // From here on no row of the audit log tells any more whom it speaks of.
    people: await count(sql`
      delete from people where ${here}
        and (${mentions(sql`identifier`, person)} or identifier = any(${sql.param([...known.names])}::text[]))`),
  };
}

/** Where the person still occurs: `table.column`, with how many rows. */
export async function findLeft(database: Database, organizationId: string, person: Person): Promise<Figures> {
  const columns = await database.inOrganization(organizationId, async (tx) => {
    const { rows } = await tx.execute(sql`
      select c.table_name as "table", c.column_name as "column" from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'
        and c.data_type in ('text', 'character varying', 'jsonb', 'json', 'ARRAY')
        and c.table_name !~ '^(conversation_turns_|data_keys$|signing_keys$)' and c.column_name !~ '^sealed_'
        and exists (select from information_schema.columns o
          where o.table_name = c.table_name and o.table_schema = c.table_schema and o.column_name = 'organization_id')`);
    return columnsSchema.parse(rows);
  });
  const left: Figures = {};
  for (const { table, column } of columns) {
    const count = await database.inOrganization(organizationId, async (tx) => {
      const { rows } = await tx.execute(sql`
        select count(*)::int as count from ${sql.identifier(table)}
        where organization_id = ${organizationId} and ${mentions(sql`${sql.identifier(column)}::text`, person)}`);
      const [row] = countSchema.parse(rows);
      return row.count;
    });
    if (count > 0) left[`${table}.${column}`] = count;
  }
  return left;
}

/** Who was called by whom, and where its sound lies at the vendor; times, outcomes and how the line was stay. */
function eraseCalls(which: SQL): SQL {
  return sql`
    update calls set from_number = null, to_number = null, provider_call_id = null, vendor_recording_url = null, end_detail = null,
      transfers = (select coalesce(jsonb_agg(jsonb_set(one, '{target}', to_jsonb(${erased}::text))), '[]')
        from jsonb_array_elements(transfers) as one)
    where ${which}`;
}

function eraseDeliveries(which: SQL): SQL {
  return sql`
    update webhook_deliveries set payload = jsonb_build_object('erased', true), last_error = null,
      status = case when status = 'waiting' then 'given_up' else status end
    where ${which}`;
}

async function refuseLastAdmin(tx: Transaction, organizationId: string, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  // Held until this is done: of two who are taken away at once, the second is the last.
  const admins = await lockActiveAdmins(tx, organizationId);
  const others = admins.filter((id) => !userIds.includes(id));
  if (admins.length > 0 && others.length === 0) throw new WireError('last_admin');
}

function counter(tx: Transaction): (statement: SQL) => Promise<number> {
  return async (statement) => (await tx.execute(statement)).rowCount ?? 0;
}

const columnsSchema = z.array(z.object({ table: z.string(), column: z.string() }));
const countSchema = z.tuple([z.object({ count: z.number() })]);
