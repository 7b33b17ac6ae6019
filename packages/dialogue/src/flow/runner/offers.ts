import type { AgentOutput } from '@parley/engine/ports/agent.ts';
import { pickWording } from '../pick-wording.ts';
import { type Run, saySystem } from './run.ts';

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

/** Tells what the agent can do. @returns false when there is nothing to tell */
export function* sayOffers(run: Run): Generator<AgentOutput, boolean> {
  const choices = offers(run);
  if (choices.length === 0) return false;
  yield* saySystem(run, 'help', { choices });
  return true;
}

/** How an intent is named to callers; undefined when it has no name for them. */
export function titleOf({ plan, memory, request }: Run, intent: string): string | undefined {
  const title = plan.definition.intents[intent]?.title;
  if (title === undefined) return undefined;
  return pickWording(title, memory.language, { conversationId: request.conversationId, replies: 0 });
}
