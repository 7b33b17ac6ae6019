import type { AudioInlet, AudioOutlet } from './audio.ts';
import type { ClientInlet, ClientOutlet, ConversationState } from './client.ts';

/**
 * A live conversation as a channel sees it. Audio and clients come and go (a caller may start in text, go on by voice,
 * lose the network and come back); the conversation is one.
 */
export interface Conversation {
  readonly id: string;
  readonly state: ConversationState;
  /** Give it ears and a mouth. A second channel replaces the first, which is closed. */
  attachAudio(outlet: AudioOutlet): AudioInlet;
  /** Add someone to be told and to type. Told the present state at once. */
  attachClient(outlet: ClientOutlet): ClientInlet;
}
