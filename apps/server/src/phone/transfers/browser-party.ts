import type { LegEnd, LegListener, Party } from '@parley/channels/phone/phone-leg.ts';
import { LegError } from '@parley/channels/phone/phone-leg.ts';
import type { AudioOutlet } from '@parley/engine/ports/audio.ts';
import type { ClientOutlet, ConversationState } from '@parley/engine/ports/client.ts';
import type { Conversation } from '@parley/engine/ports/conversation.ts';

/**
 * A person at a browser, for whom the caller stands where the agent stands otherwise: to the browser's channel it is a conversation, to
 * the caller's leg a party to be joined with.
 */
export interface BrowserParty {
  readonly conversation: Conversation;
  readonly party: Party;
  /** Resolves when they can hear and be heard. */
  readonly connected: Promise<void>;
}

/** @param id of the caller's conversation, which the page is told */
export function createBrowserParty(id: string): BrowserParty {
  const connected = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<LegEnd>();
  const clients = new Set<ClientOutlet>();
  let outlet: AudioOutlet | undefined;
  let listener: LegListener | undefined;
  let state: ConversationState = 'waiting';

  const tellState = (next: ConversationState) => {
    state = next;
    for (const client of clients) client.tell({ type: 'state', state });
  };

  const end = (how: LegEnd) => {
    if (state === 'ended') return;
    tellState('ended');
    for (const client of clients) client.tell({ type: 'ended', reason: how.by === 'network' ? 'error' : 'completed' });
    outlet?.close(how.reason);
    listener = undefined;
    ended.resolve(how);
  };

  return {
    conversation: {
      id,
      get state() {
        return state;
      },
      attachAudio(given) {
        if (state === 'ended') {
          given.close('conversation_ended');
          return { push() {}, digit() {}, playoutDelay() {}, lost() {} };
        }
        // The page opened a second connection in place of the first.
        outlet?.close('replaced');
        outlet = given;
        tellState('responding');
        connected.resolve();
        const isCurrent = () => outlet === given;
        return {
          push: (frame) => {
            if (isCurrent()) listener?.frame(frame);
          },
          digit: (digit) => {
            if (isCurrent()) listener?.digit(digit);
          },
          playoutDelay() {},
          lost: (reason) => {
            if (isCurrent()) end({ by: 'network', reason });
          },
        };
      },
      attachClient(client) {
        clients.add(client);
        client.tell({ type: 'state', state });
        return {
          text() {},
          pushToTalkStarted() {},
          pushToTalkEnded() {},
          digit: (digit) => {
            if (clients.has(client)) listener?.digit(digit);
          },
          hangUp: () => end({ by: 'far', reason: 'hung up' }),
          detach: () => clients.delete(client),
        };
      },
    },
    party: {
      ended: ended.promise,
      listen: (next) => {
        listener = next;
      },
      write: (frame) => outlet?.write(frame),
      clear: () => outlet?.clear(),
      sendDigits: async () => {
        throw new LegError('not_supported', 'A browser has no keys to be pressed from here.');
      },
      hangUp: (reason) => end({ by: 'here', reason }),
    },
    connected: connected.promise,
  };
}
