import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Transaction } from '../storage/database.ts';
import { mentions } from './mentions-repository.ts';
import type { Person } from './person.ts';
import type { KnownPerson } from './person-repository.ts';

/** Conversations as they are handed to whom they belong; oldest first. */
export async function readConversations(tx: Transaction, sessionIds: readonly string[]) {
  const { rows } = await tx.execute(sql`
    select s.session_id as conversation_id, s.agent_id, s.channel_type, s.caller_id, s.user_id, s.language, s.time_zone,
      ${utc(sql`s.started_at`)} as started_at, ${utc(sql`s.ended_at`)} as ended_at, s.end_reason, s.summary,
      s.initial_context, s.user_satisfaction_score,
      (select coalesce(jsonb_agg(jsonb_build_object('turn_number', t.turn_number, 'at', ${utc(sql`t.timestamp`)},
          'user', t.user_input_text, 'intent', t.detected_intent, 'entities', t.extracted_entities,
          'agent', coalesce(t.heard_text, t.bot_response_text), 'actions', t.bot_action) order by t.turn_number), '[]')
        from conversation_turns t where t.session_id = s.session_id and t.session_started_at = s.started_at) as turns,
      (select coalesce(jsonb_agg(jsonb_build_object('recording_id', r.recording_id, 'started_at', ${utc(sql`r.started_at`)},
          'duration_ms', r.duration_ms) order by r.started_at), '[]')
        from recordings r where r.session_id = s.session_id and r.status <> 'deleted') as recordings,
      (select jsonb_build_object('direction', c.direction, 'from', c.from_number, 'to', c.to_number, 'status', c.status,
          'answered_at', ${utc(sql`c.answered_at`)}, 'ended_at', ${utc(sql`c.ended_at`)}, 'transfers', c.transfers)
        from calls c where c.session_id = s.session_id) as call
    from sessions s where s.session_id = any(${sql.param([...sessionIds])}::uuid[]) order by s.started_at`);
  return z.array(conversationSchema).parse(rows);
}

/** What is stored of the person outside of conversations. */
export async function readOutside(tx: Transaction, organizationId: string, person: Person, known: KnownPerson) {
  const { rows: appointments } = await tx.execute(sql`
    select appointment_id, service, ${utc(sql`starts_at`)} as starts_at, time_zone, name, phone, status,
      ${utc(sql`created_at`)} as created_at
    from appointments where organization_id = ${organizationId} and (
      session_id = any(${sql.param([...known.sessionIds])}::uuid[])
      or ${mentions(sql`phone`, person)} or ${mentions(sql`name`, person)}) order by starts_at`);
  const { rows: users } = await tx.execute(sql`
    select user_id, email, name, role, status, ${utc(sql`created_at`)} as created_at,
      ${utc(sql`last_signed_in_at`)} as last_signed_in_at
    from users where organization_id = ${organizationId} and user_id = any(${sql.param([...known.userIds])}::uuid[])`);
  return { appointments: rowsSchema.parse(appointments), users: rowsSchema.parse(users) };
}

const utc = (moment: ReturnType<typeof sql>) =>
  sql`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const rowsSchema = z.array(z.record(z.string(), z.unknown()));
const conversationSchema = z.looseObject({
  conversation_id: z.string(),
  agent_id: z.string(),
  channel_type: z.string(),
  started_at: z.string(),
  turns: z.array(
    z.looseObject({
      turn_number: z.number(),
      at: z.string(),
      user: z.string().nullable(),
      agent: z.string().nullable(),
    }),
  ),
});
