import { type ConversationOpened, conversationOpenedSchema } from '@parley/contract/conversations.ts';
import { z } from 'zod';

/** Remembers the conversation that goes on, so that a page that was reloaded finds back to it. */
export interface ConversationMemory {
  recall(): RememberedConversation | undefined;
  remember(conversation: RememberedConversation): void;
  forget(): void;
}

export type RememberedConversation = z.infer<typeof rememberedSchema>;

/** The parts of `sessionStorage` that it needs. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const STORAGE_KEY = 'parley.conversation';

/**
 * Keeps one conversation, with the token that opens it, in the given storage: `sessionStorage` keeps it for this tab and
 * no longer than the tab. Without a storage nothing is remembered.
 */
export function createConversationMemory(storage: StorageLike | undefined): ConversationMemory {
  return {
    recall() {
      try {
        const stored = storage?.getItem(STORAGE_KEY) ?? null;
        return stored === null ? undefined : rememberedSchema.safeParse(JSON.parse(stored)).data;
      } catch {
        // Something else's, or a storage that is switched off: as if there were nothing.
        return undefined;
      }
    },
    remember(conversation) {
      quietly(() => storage?.setItem(STORAGE_KEY, JSON.stringify(conversation)));
    },
    forget() {
      quietly(() => storage?.removeItem(STORAGE_KEY));
    },
  };
}

const rememberedSchema: z.ZodType<{ opened: ConversationOpened; startedAtEpochMs: number }> = z.object({
  opened: conversationOpenedSchema,
  startedAtEpochMs: z.number(),
});

/** A full or forbidden storage costs the way back after a reload and nothing else. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // See above.
  }
}
