import type { Database } from '../storage/database.ts';
import { eraseConversations, eraseElsewhere, type Figures, findLeft } from './erasure-repository.ts';
import type { Person } from './person.ts';
import { findPerson } from './person-repository.ts';

/** Conversations of one transaction. */
const batch = 100;

/**
 * Erase what is stored of a person in an organization. Every conversation in which their identifier occurs loses its content, also
 * what others said in it; figures stay. Stopped anywhere, the next run does the rest.
 *
 * @param onErased told of each conversation, for what is kept of it outside of the database
 * @returns how many rows of what; under `left.<table>.<column>` where they still occur, which a person must look at: what a team
 *   wrote into a flow is theirs to change
 * @throws WireError `last_admin`
 */
export async function erasePerson(
  database: Database,
  organizationId: string,
  person: Person,
  signal: AbortSignal,
  onErased: (sessionId: string) => void = () => {},
): Promise<Figures> {
  const known = await findPerson(database, organizationId, person, signal);
  const figures: Figures = { conversations: 0, turns: 0 };
  const add = (more: Figures) => {
    for (const [name, count] of Object.entries(more)) figures[name] = (figures[name] ?? 0) + count;
  };
  // First what may be refused, so that a refusal has erased nothing.
  add(await database.inOrganization(organizationId, (tx) => eraseElsewhere(tx, organizationId, person, known)));
  for (let from = 0; from < known.sessionIds.length; from += batch) {
    signal.throwIfAborted();
    const ids = known.sessionIds.slice(from, from + batch);
    add(await database.inOrganization(organizationId, (tx) => eraseConversations(tx, ids)));
    for (const id of ids) onErased(id);
  }
  const left = await findLeft(database, organizationId, person);
  add(Object.fromEntries(Object.entries(left).map(([place, count]) => [`left.${place}`, count])));
  return figures;
}
