import type { NewConversation } from '../conversations/stored-conversation.ts';
import type { Metrics } from './metrics.ts';

/** The store, with a count of the conversations that were opened, and of those that could not be. */
export function countOpened<Store extends { create(conversation: NewConversation): Promise<void> }>(
  store: Store,
  metrics: Metrics,
): Store {
  return {
    ...store,
    create: async (conversation: NewConversation) => {
      const channel = conversation.channelType;
      try {
        await store.create(conversation);
        metrics.count('parley_conversations_created_total', { channel });
      } catch (error) {
        metrics.count('parley_conversations_failed_total', { channel, reason: 'open' });
        throw error;
      }
    },
  };
}
