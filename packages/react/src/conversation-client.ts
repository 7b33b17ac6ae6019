import { type ClientMessage, MAX_USER_TEXT_CHARACTERS } from '@parley/contract/app-messages.ts';
import type { ConversationOpened, ConversationView } from '@parley/contract/conversations.ts';
import { createConnector } from './connector.ts';
import { createConversationMemory } from './conversation-memory.ts';
import { browserEnvironment, type Environment } from './environment.ts';
import { createMicrophoneHolder } from './microphone-holder.ts';
import { ConversationError, clientNotice, noticeOf } from './notices.ts';
import { type ReconnectOptions, reconnectDefaults } from './reconnect.ts';
import { createRest } from './rest.ts';
import { parseServerMessage } from './server-message.ts';
import { type ConversationSnapshot, idleSnapshot, type TalkMode } from './snapshot.ts';
import { createStore } from './store.ts';
import { addPending, applyRecord, applyServerMessage, failPending } from './transcript.ts';

export interface ConversationClientOptions {
  /** Where the server is, such as `https://parley.example`. */
  readonly baseUrl: string;
  /** Which agent; the server's default when left out. */
  readonly agentId?: string;
  /** IANA zone of the caller; the browser's when left out. */
  readonly timeZone?: string;
  readonly reconnect?: Partial<ReconnectOptions>;
  /** False: a reloaded page begins anew instead of going on with the conversation of its tab. */
  readonly rejoins?: boolean;
  /** The browser when left out. */
  readonly environment?: Environment;
}

/**
 * A conversation as seen from the person's side. Nothing throws: what fails becomes a notice in the snapshot. The
 * client owns its sockets, peer, timers and microphone and frees them when the conversation ends or on `close()`.
 */
export interface ConversationClient {
  getSnapshot(): ConversationSnapshot;
  /** Calls `listener` after every change; returns how to stop. */
  subscribe(listener: () => void): () => void;
  /**
   * Goes on, in text, with the conversation that this tab was in before it was reloaded; nothing happens when there is
   * none. Voice waits for a touch: no page should open a microphone by itself.
   */
  rejoin(): void;
  /** Starts to talk by voice: a new conversation, or the one that goes on in text. Asks for the microphone. */
  startVoice(): void;
  /** Starts in text, or carries a call on in text and lets the microphone go. */
  startChat(): void;
  /** Sends what was typed, connecting first if need be. False (and a notice) when it cannot be taken. */
  sendText(text: string): boolean;
  /** Push-to-talk pressed: interrupts the agent. Ignored in hands-free and while not in a call. */
  pressTalk(): void;
  releaseTalk(): void;
  setTalkMode(mode: TalkMode): void;
  /** Hands-free only; the agent goes on hearing nothing until unmuted. */
  setMuted(muted: boolean): void;
  /** `undefined` takes the system's choice. Takes effect at once, also in a call. */
  chooseMicrophone(deviceId: string | undefined): void;
  /** Tries again what failed. */
  retry(): void;
  dismissNotice(code: string): void;
  hangUp(): void;
  /** Forgets the conversation, ending it if it goes on. */
  startOver(): void;
  /** Frees everything without hanging up; the client can be used again. */
  close(): void;
}

/** More typed messages than this in flight mean that nothing gets through. */
const MAX_PENDING_TEXTS = 20;
/** The wait before a message is offered again to a server that found it too soon. */
const TOO_SOON_MS = 1_500;
/** The record is there at once or not worth waiting for: everything is on the screen already. */
const RECORD_TIMEOUT_MS = 10_000;

export function createConversationClient(options: ConversationClientOptions): ConversationClient {
  const environment = options.environment ?? browserEnvironment();
  const rest = createRest(options.baseUrl, environment.fetch);
  const store = createStore();
  const memory = createConversationMemory(options.rejoins === false ? undefined : environment.storage);
  const microphone = createMicrophoneHolder(environment, {
    onChange: store.update,
    onReplaced: (track) => connector.replaceMicrophone(track),
    onReplaceFailed(error, isLost) {
      const { code, message } = error instanceof ConversationError ? error : clientNotice('microphone_busy');
      store.notify(noticeOf(code, message));
      if (isLost) connector.leaveVoice();
    },
  });
  const connector = createConnector({
    environment,
    baseUrl: options.baseUrl,
    agentId: options.agentId,
    timeZone: options.timeZone,
    reconnect: { ...reconnectDefaults, ...options.reconnect },
    rest,
    store,
    microphone,
    onMessage: receive,
    onOpened: opened,
    onGreeted: flush,
    onRecord: applyView,
    onOver: finish,
  });
  // Outside of a turn of one's own nothing leaves the machine in the push-to-talk modes.
  const followTalk = (): void => {
    const { talkMode, isMuted, isTalking } = store.get();
    microphone.setEnabled(talkMode === 'hands_free' ? !isMuted : isTalking);
  };
  store.listeners.add(followTalk);

  function opened(conversation: ConversationOpened, startedAtEpochMs = Date.now()): void {
    const { name, language, greeting_hint: greetingHint } = conversation.agent;
    const agent = { name, language, greetingHint };
    store.update({ conversationId: conversation.conversation_id, agent, startedAtEpochMs });
    memory.remember({ opened: conversation, startedAtEpochMs });
  }

  function rejoin(): void {
    const remembered = store.get().connection === 'idle' ? memory.recall() : undefined;
    if (remembered === undefined) return;
    opened(remembered.opened, remembered.startedAtEpochMs);
    connector.rejoin(remembered.opened);
  }

  // --- messages ---------------------------------------------------------------------------------------------------

  function receive(text: string | undefined, greet: () => void): void {
    const message = parseServerMessage(text);
    if (message === undefined) {
      store.notify(clientNotice('malformed_server_message'));
      return;
    }
    switch (message.type) {
      case 'conversation':
        greet();
        return;
      case 'state':
        if (message.data.state !== 'ended') store.update({ state: message.data.state });
        return;
      case 'error':
        serverError(message.data.code, message.data.message);
        return;
      case 'conversation_ended':
        finish(message.data.reason);
        return;
      default:
        store.update({ transcript: applyServerMessage(store.get().transcript, message) });
    }
  }

  function serverError(code: string, message: string): void {
    if (code === 'too_many_messages') store.later(TOO_SOON_MS, flush);
    if (code === 'conversation_ended' || code === 'conversation_not_found') finish('lost');
    else store.notify(noticeOf(code, message));
  }

  function tell(type: 'user_input_started' | 'user_input_ended' | 'hang_up'): boolean {
    const { session } = connector;
    if (session === undefined) return false;
    const message: ClientMessage = { type, data: { conversationId: session.conversation_id } };
    return connector.send(JSON.stringify(message));
  }

  function tellText(messageId: string, text: string): void {
    const { session } = connector;
    if (session === undefined) return;
    const data = { conversationId: session.conversation_id, messageId, text };
    const message: ClientMessage = { type: 'user_text', data };
    connector.send(JSON.stringify(message));
  }

  /** Offers every message that is not stored yet; the server knows those it has by their id. */
  function flush(): void {
    for (const pending of store.get().transcript.pending) tellText(pending.messageId, pending.text);
  }

  function sendText(raw: string): boolean {
    const text = raw.trim();
    if (text === '') return false;
    if (text.length > MAX_USER_TEXT_CHARACTERS) {
      store.notify(clientNotice('text_too_long'));
      return false;
    }
    if (store.get().connection === 'ended') startOver();
    const { transcript, connection } = store.get();
    if (transcript.pending.length >= MAX_PENDING_TEXTS) {
      store.notify(clientNotice('too_many_unsent'));
      return false;
    }
    const messageId = environment.randomId();
    store.update({ transcript: addPending(transcript, messageId, text) });
    if (connection === 'idle' || connection === 'lost') connector.begin('chat');
    else tellText(messageId, text);
    return true;
  }

  function setTalking(isTalking: boolean): void {
    const { isTalking: wasTalking, talkMode } = store.get();
    if (isTalking === wasTalking) return;
    if (isTalking && (talkMode === 'hands_free' || connector.medium !== 'voice')) return;
    if (!tell(isTalking ? 'user_input_started' : 'user_input_ended') && isTalking) return;
    store.update({ isTalking });
  }

  function begin(medium: 'voice' | 'chat'): void {
    if (store.get().connection === 'ended') startOver();
    connector.begin(medium);
  }

  function retry(): void {
    const { connection, transcript } = store.get();
    if (connection === 'lost' || connection === 'reconnecting') connector.reconnectNow();
    else begin(transcript.pending.length > 0 && connector.medium === undefined ? 'chat' : 'voice');
  }

  // --- the end ----------------------------------------------------------------------------------------------------

  function hangUp(): void {
    tell('hang_up');
    if (connector.session === undefined) startOver();
    else finish('caller_left');
  }

  function finish(reason: string): void {
    const { connection, transcript, notices } = store.get();
    if (connection === 'ended' || connector.session === undefined) return;
    memory.forget();
    // Remembered from before a reload and gone by now: there is nothing to show.
    if (reason === 'lost' && transcript.turns.length === 0 && transcript.pending.length === 0) {
      connector.release();
      store.update({ ...idleSnapshot, ...kept() });
      return;
    }
    connector.finish((session) => void fetchRecord(session));
    store.update({
      connection: 'ended',
      state: 'ended',
      isTalking: false,
      endReason: reason,
      endedAtEpochMs: Date.now(),
      transcript: failPending(transcript),
      notices: notices.filter((notice) => notice.remedy === 'none' && !linkCodes.has(notice.code)),
    });
  }

  /** The server's own account: what was heard to the last word, and the bookings. */
  async function fetchRecord(session: ConversationOpened): Promise<void> {
    try {
      const signal = AbortSignal.timeout(RECORD_TIMEOUT_MS);
      const view = await rest.view(session.conversation_id, session.token, signal);
      if (connector.session === session) applyView(view);
    } catch {
      // What was shown while it went on stays; there is nothing that the person could do.
    }
  }

  function applyView(view: ConversationView): void {
    store.update({ transcript: view.turns.reduce(applyRecord, store.get().transcript), bookings: view.bookings });
  }

  function startOver(): void {
    if (store.get().connection !== 'ended') tell('hang_up');
    connector.release();
    memory.forget();
    store.update({ ...idleSnapshot, ...kept() });
  }

  /** What outlives a conversation: how the person likes to talk. */
  function kept(): Pick<ConversationSnapshot, 'talkMode' | 'microphones' | 'microphoneId'> {
    const { talkMode, microphones, microphoneId } = store.get();
    return { talkMode, microphones, microphoneId };
  }

  function watch(): void {
    environment.network.addEventListener('offline', connector.onOffline);
    environment.network.addEventListener('online', connector.onOnline);
    microphone.watch();
  }

  function unwatch(): void {
    environment.network.removeEventListener('offline', connector.onOffline);
    environment.network.removeEventListener('online', connector.onOnline);
    microphone.unwatch();
  }

  let subscribers = 0;
  return {
    getSnapshot: store.get,
    subscribe(listener) {
      // A function of its own, so that the same listener may subscribe twice.
      const told = (): void => listener();
      store.listeners.add(told);
      subscribers += 1;
      if (subscribers === 1) watch();
      return () => {
        if (!store.listeners.delete(told)) return;
        subscribers -= 1;
        if (subscribers === 0) unwatch();
      };
    },
    rejoin,
    startVoice: () => begin('voice'),
    startChat: () => begin('chat'),
    sendText,
    pressTalk: () => setTalking(true),
    releaseTalk: () => setTalking(false),
    setTalkMode(talkMode) {
      setTalking(false);
      store.update({ talkMode, isMuted: false });
    },
    setMuted: (isMuted) => store.update({ isMuted }),
    chooseMicrophone: (deviceId) => void microphone.choose(deviceId),
    retry,
    dismissNotice: (code) => store.dismiss(code),
    hangUp,
    startOver,
    close() {
      connector.release();
      // What was said may still be read after the end.
      if (store.get().connection !== 'ended') store.update({ ...idleSnapshot, ...kept() });
    },
  };
}

/** Notices that mean nothing any more once it is over. */
const linkCodes: ReadonlySet<string> = new Set(['connection_lost', 'reconnected']);
