import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { type Caption, captionsOf } from './captions.ts';
import {
  type ConversationClient,
  type ConversationClientOptions,
  createConversationClient,
} from './conversation-client.ts';
import type { ConversationSnapshot } from './snapshot.ts';

export interface Conversation {
  readonly snapshot: ConversationSnapshot;
  readonly captions: readonly Caption[];
  /** Its methods are stable: they may be handlers as they are. */
  readonly client: ConversationClient;
}

/**
 * A conversation that lives as long as the component: everything is freed when it goes away. A reloaded page
 * goes on with the conversation that its tab was in. The options are read once;
 * give the component another `key` to talk to another server.
 */
export function useConversation(options: ConversationClientOptions): Conversation {
  const [client] = useState(() => createConversationClient(options));
  useEffect(() => {
    client.rejoin();
    return () => client.close();
  }, [client]);
  const snapshot = useSyncExternalStore(client.subscribe, client.getSnapshot, client.getSnapshot);
  const captions = useMemo(
    () => captionsOf(snapshot.transcript, snapshot.state),
    [snapshot.transcript, snapshot.state],
  );
  return { snapshot, captions, client };
}
