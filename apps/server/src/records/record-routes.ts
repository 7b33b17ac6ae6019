import { annotateTurn, listConversations } from '@parley/contract/api/records-api.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { Database } from '../storage/database.ts';
import { createAnnotationsRepository } from './annotations-repository.ts';
import { createSearchRepository } from './search-repository.ts';

/** What was said, found again and corrected. */
export function recordRoutes(database: Database): HandledRoute[] {
  const search = createSearchRepository(database);
  const annotations = createAnnotationsRepository(database);
  return [
    handle(listConversations, ({ query }, { organizationId }) => search.find(organizationId, query)),

    handle(annotateTurn, async ({ params, body }, context) => ({
      turn_number: params.turn_number,
      ...(await annotations.annotate(context, params.conversation_id, params.turn_number, body)),
    })),
  ];
}
