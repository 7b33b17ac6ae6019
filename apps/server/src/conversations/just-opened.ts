import type { StoredToken } from './conversation-token.ts';
import type { NewConversation } from './stored-conversation.ts';

/** What is known of a conversation that was opened in this process a moment ago. */
export type JustOpened = StoredToken & Pick<NewConversation, 'organizationId' | 'channelType'>;

/**
 * Whoever opens a conversation enters it next, as a rule: until then it is as it was written, and the database is not asked again who
 * may. For some seconds only, since another replica may give it another token.
 */
export function createJustOpened(nowMs: () => number = () => performance.now()) {
  const opened = new Map<string, { readonly conversation: JustOpened; readonly atMs: number }>();
  return {
    add(id: string, conversation: JustOpened): void {
      const oldest = opened.keys().next();
      if (opened.size >= keptAtMost && !oldest.done) opened.delete(oldest.value);
      opened.set(id, { conversation, atMs: nowMs() });
    },
    of(id: string): JustOpened | undefined {
      const known = opened.get(id);
      if (known === undefined) return undefined;
      if (nowMs() - known.atMs < knownForMs) return known.conversation;
      opened.delete(id);
      return undefined;
    },
    /** It is entered, or its token is another. */
    forget(id: string): void {
      opened.delete(id);
    },
  };
}

/** From the answer of the one request to the next. */
const knownForMs = 5000;
/** Some hundred bytes each. */
const keptAtMost = 1000;
