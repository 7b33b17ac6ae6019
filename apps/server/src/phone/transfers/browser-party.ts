import type { Party } from '@parley/channels/phone/phone-leg.ts';
import type { AudioInlet } from '@parley/engine/ports/audio.ts';
import type { ClientOutlet, ConversationState } from '@parley/engine/ports/client.ts';
import type { Conversation } from '@parley/engine/ports/conversation.ts';
import { createOutletLeg, type OutletLeg } from './outlet-leg.ts';

/**
 * A person at a browser, for whom the caller stands where the agent stands otherwise: to the browser's channel it is a conversation, to
 * the caller's leg a party to be joined with.
 */
export interface BrowserParty {
  readonly conversation: Conversation;
  /** Resolves when they can hear and be heard. */
  readonly connected: Promise<Party>;
  /** Resolves when they are gone, connected or not. */
  readonly ended: Promise<void>;
  /** Ends it, connected or not. Idempotent. */
  hangUp(): void;
}

/** @param id of the caller's conversation, which the page is told */
export function createBrowserParty(id: string): BrowserParty {
  const connected = Promise.withResolvers<Party>();
  const ended = Promise.withResolvers<void>();
  const clients = new Set<ClientOutlet>();
  let leg: OutletLeg | undefined;
  let state: ConversationState = 'waiting';

  const tellState = (next: ConversationState) => {
    state = next;
    for (const client of clients) client.tell({ type: 'state', state });
  };

  const over = () => {
    if (state === 'ended') return;
    tellState('ended');
    for (const client of clients) client.tell({ type: 'ended', reason: 'completed' });
    ended.resolve();
  };

  return {
    conversation: {
      id,
      get state() {
        return state;
      },
      attachAudio(outlet) {
        // One connection is one person; it is not taken up by another.
        if (state === 'ended' || leg !== undefined) {
          outlet.close('conversation_ended');
          return nobody;
        }
        leg = createOutletLeg(outlet);
        void leg.ended.then(over);
        tellState('responding');
        connected.resolve(leg);
        return leg.inlet;
      },
      attachClient(client) {
        clients.add(client);
        client.tell({ type: 'state', state });
        return {
          text() {},
          pushToTalkStarted() {},
          pushToTalkEnded() {},
          digit: (digit) => {
            if (clients.has(client)) leg?.inlet.digit(digit);
          },
          hangUp() {
            leg?.leave('hung up');
            over();
          },
          detach: () => clients.delete(client),
        };
      },
    },
    connected: connected.promise,
    ended: ended.promise,
    hangUp() {
      leg?.hangUp('completed');
      over();
    },
  };
}

const nobody: AudioInlet = { push() {}, digit() {}, playoutDelay() {}, lost() {} };
