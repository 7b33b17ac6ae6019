import type { Database } from '../storage/database.ts';
import { readConversations, readOutside } from './export-repository.ts';
import type { Person } from './person.ts';
import { findPerson } from './person-repository.ts';
import type { Redactor } from './redact.ts';

/** What is stored of a person, for them to read and for programs. */
export interface PersonExport {
  readonly person: string;
  readonly organization_id: string;
  readonly exported_at: string;
  readonly conversations: readonly Record<string, unknown>[];
  readonly appointments: readonly Record<string, unknown>[];
  readonly users: readonly Record<string, unknown>[];
  /** All conversations as text. */
  readonly transcript: string;
}

/** Conversations of one transaction. */
const batch = 50;

/**
 * Gather what is stored of a person in an organization. Sound is named, not held: it is fetched by its recording's id.
 * @param redactor what the organization keeps out of exports: passwords and numbers of cards, where it says nothing
 */
export async function exportPerson(
  database: Database,
  organizationId: string,
  person: Person,
  redactor: Redactor,
  signal: AbortSignal,
): Promise<PersonExport> {
  const known = await findPerson(database, organizationId, person, signal);
  const conversations: Record<string, unknown>[] = [];
  const transcripts: string[] = [];
  for (let from = 0; from < known.sessionIds.length; from += batch) {
    signal.throwIfAborted();
    const ids = known.sessionIds.slice(from, from + batch);
    for (const conversation of await database.inOrganization(organizationId, (tx) => readConversations(tx, ids))) {
      const redacted = redactor.fields({ ...conversation });
      conversations.push(redacted);
      transcripts.push(
        transcriptOf({
          ...conversation,
          turns: conversation.turns.map((turn) => ({
            ...turn,
            user: turn.user === null ? null : redactor.text(turn.user),
            agent: turn.agent === null ? null : redactor.text(turn.agent),
          })),
        }),
      );
    }
  }
  const outside = await database.inOrganization(organizationId, (tx) => readOutside(tx, organizationId, person, known));
  return {
    person: person.given,
    organization_id: organizationId,
    exported_at: new Date().toISOString(),
    conversations,
    ...outside,
    transcript: transcripts.join('\n'),
  };
}

function transcriptOf(conversation: Awaited<ReturnType<typeof readConversations>>[number]): string {
  const lines = conversation.turns.flatMap(({ at, user, agent }) => [
    ...(user === null ? [] : [`  ${at} caller: ${user}`]),
    ...(agent === null ? [] : [`  ${at} ${conversation.agent_id}: ${agent}`]),
  ]);
  return `${conversation.started_at} (${conversation.channel_type}, ${conversation.conversation_id})\n${lines.join('\n')}\n`;
}
