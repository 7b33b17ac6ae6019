import { randomUUID } from 'node:crypto';
import type { AudioOutlet, Digit, Pcm } from '@parley/engine/ports/audio.ts';
import type { ClientNotice, ClientOutlet, ConversationState } from '@parley/engine/ports/client.ts';
import type { Conversation } from '@parley/engine/ports/conversation.ts';

/** For tests: stands where a conversation does, keeps what comes from the channel, and lets the test speak into it. */
export interface RecordingConversation extends Conversation {
  readonly outlets: AudioOutlet[];
  readonly clients: Set<ClientOutlet>;
  readonly heard: Pcm[];
  readonly lost: string[];
  /** Each time the far side put the call on hold, or took it back. */
  readonly holds: boolean[];
  readonly digits: Digit[];
  /** What clients asked for, in order: `text hello m1`, `hang up`. */
  readonly asked: string[];
  state: ConversationState;
  tell(notice: ClientNotice): void;
}

export function createRecordingConversation(): RecordingConversation {
  const clients = new Set<ClientOutlet>();
  const conversation: RecordingConversation = {
    id: randomUUID(),
    state: 'waiting',
    outlets: [],
    clients,
    heard: [],
    lost: [],
    holds: [],
    digits: [],
    asked: [],
    tell(notice) {
      for (const client of clients) client.tell(notice);
    },
    attachAudio(outlet) {
      conversation.outlets.push(outlet);
      return {
        push: (frame) => conversation.heard.push(frame),
        digit: (digit) => conversation.digits.push(digit),
        playoutDelay() {},
        held: (isHeld) => conversation.holds.push(isHeld),
        lost: (reason) => conversation.lost.push(reason),
      };
    },
    attachClient(outlet) {
      clients.add(outlet);
      outlet.tell({ type: 'state', state: conversation.state });
      const ask = (what: string) => {
        if (clients.has(outlet)) conversation.asked.push(what);
      };
      return {
        text: (text, messageId) => ask(`text ${text} ${messageId}`),
        pushToTalkStarted: () => ask('push'),
        pushToTalkEnded: () => ask('release'),
        digit: (digit) => ask(`digit ${digit}`),
        hangUp: () => ask('hang up'),
        detach: () => clients.delete(outlet),
      };
    },
  };
  return conversation;
}

/** Waits until something is true, looked at each few milliseconds; fails with what was waited for. */
export async function until(what: string, isTrue: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!isTrue()) {
    if (performance.now() > deadlineMs) throw new Error(`Timed out waiting until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
