import { pickWording } from '../pick-wording.ts';
import type { Run } from './run.ts';

/** Offers that a caller can keep in mind. */
const mostOffers = 4;

/** What the agent can do, in the words of its intents' titles: "book an appointment". */
export function offers(run: Run): string[] {
  return run.plan.everywhere
    .flatMap((intent) => {
      const title = run.plan.definition.intents[intent]?.flow === undefined ? undefined : titleOf(run, intent);
      return title === undefined ? [] : [title];
    })
    .slice(0, mostOffers);
}

/** How an intent is named to callers; undefined when it has no name for them. */
export function titleOf({ plan, memory, request }: Run, intent: string): string | undefined {
  const title = plan.definition.intents[intent]?.title;
  if (title === undefined) return undefined;
  return pickWording(title, memory.language, { conversationId: request.conversationId, replies: 0 });
}
