import type { ConversationParts } from '@parley/engine/driver/live-conversation.ts';
import type { EndReason } from '@parley/engine/ports/recorder.ts';
import type { TurnEvent } from '@parley/engine/turn/event.ts';

/** What a watcher is told at the start of a conversation's stay in this process. */
export interface WatchedConversation {
  readonly id: string;
  readonly organizationId: string;
  readonly agentId: string;
  readonly openedBy: 'voice' | 'chat';
  /** It was here, or in another process, before. */
  readonly isResumed: boolean;
}

export type WatchConversation = (
  conversation: WatchedConversation,
  parts: ConversationParts,
) => {
  /** The same parts, watched. */
  readonly parts: ConversationParts;
  readonly onEvent: (event: TurnEvent) => void;
  /** Everything of it is written or given up. */
  readonly onClosed: (reason: EndReason) => void;
};
