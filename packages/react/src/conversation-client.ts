import { type ClientMessage, MAX_USER_TEXT_CHARACTERS } from '@parley/contract/app-messages.ts';
import type { ConversationOpened, ConversationView } from '@parley/contract/conversations.ts';
import { openChatLink } from './chat-link.ts';
import { browserEnvironment, type Environment, type StreamLike } from './environment.ts';
import type { Link, LinkHandlers } from './link.ts';
import { createMicrophoneHolder } from './microphone-holder.ts';
import { ConversationError, clientNotice, noticeOf } from './notices.ts';
import { type ReconnectOptions, reconnectDefaults, reconnectDelayMs } from './reconnect.ts';
import { createRest } from './rest.ts';
import { parseServerMessage } from './server-message.ts';
import { type ConversationSnapshot, idleSnapshot, type TalkMode } from './snapshot.ts';
import { addPending, applyRecord, applyServerMessage, failPending } from './transcript.ts';
import { openVoiceLink, type VoiceLink } from './voice-link.ts';

export interface ConversationClientOptions {
  /** Where the server is, such as `https://parley.example`. */
  readonly baseUrl: string;
  /** Which agent; the server's default when left out. */
  readonly agentId?: string;
  /** IANA zone of the caller; the browser's when left out. */
  readonly timeZone?: string;
  readonly reconnect?: Partial<ReconnectOptions>;
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
/** A link that lived this long was a good one: its loss begins the count of attempts anew. */
const STABLE_AFTER_MS = 5_000;
/** How long the last words may still be on their way after the server has ended the conversation. */
const LAST_WORDS_MS = 600;
/** The wait before a message is offered again to a server that found it too soon. */
const TOO_SOON_MS = 1_500;

/** The server says who it is at once; after this it will not. */
const GREETING_TIMEOUT_MS = 5_000;

/** One try at being connected, and the link that it led to. */
interface Attempt {
  readonly medium: 'voice' | 'chat';
  readonly abort: AbortController;
  link: Link | undefined;
  greeted: boolean;
  openedAtMs: number;
}

export function createConversationClient(options: ConversationClientOptions): ConversationClient {
  const environment = options.environment ?? browserEnvironment();
  const reconnect = { ...reconnectDefaults, ...options.reconnect };
  const rest = createRest(options.baseUrl, environment.fetch);
  const listeners = new Set<() => void>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let snapshot = idleSnapshot;
  let opened: ConversationOpened | undefined;
  let voiceFailures = 0;
  let failures = 0;
  /** The link in use. */
  let current: Attempt | undefined;
  /** The one that is being made, to replace or become `current`. */
  let next: Attempt | undefined;
  /** The one that lets the last words through after the end. */
  let leaving: Link | undefined;

  const microphone = createMicrophoneHolder(environment, {
    onChange: (change) => update(change),
    onReplaced: async (track) => {
      if (isVoice(current?.link)) await current.link.replaceMicrophone(track);
    },
    onReplaceFailed(error, isLost) {
      const { code, message } = error instanceof ConversationError ? error : clientNotice('microphone_busy');
      notify(noticeOf(code, message));
      if (isLost && current?.medium === 'voice') void connect('chat');
    },
  });

  function update(change: Partial<ConversationSnapshot>): void {
    snapshot = { ...snapshot, ...change };
    for (const listener of listeners) listener();
  }

  function notify(notice: ReturnType<typeof clientNotice>): void {
    update({ notices: [...snapshot.notices.filter((other) => other.code !== notice.code), notice].slice(-5) });
  }

  function dismissNotice(...codes: string[]): void {
    if (snapshot.notices.some((notice) => codes.includes(notice.code))) {
      update({ notices: snapshot.notices.filter((notice) => !codes.includes(notice.code)) });
    }
  }

  function later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
  }

  // --- connecting -------------------------------------------------------------------------------------------------

  function begin(medium: 'voice' | 'chat'): void {
    if (snapshot.connection === 'ended') startOver();
    if (next?.medium === medium || (next === undefined && current?.medium === medium)) return;
    voiceFailures = 0;
    failures = 0;
    update({ notices: [] });
    void connect(medium);
  }

  async function connect(medium: 'voice' | 'chat'): Promise<void> {
    next?.abort.abort();
    clearTimers();
    const attempt: Attempt = { medium, abort: new AbortController(), link: undefined, greeted: false, openedAtMs: 0 };
    next = attempt;
    const { signal } = attempt.abort;
    if (snapshot.connection !== 'reconnecting') update({ connection: 'connecting' });
    try {
      applyMicrophone();
      const stream = medium === 'voice' ? await microphone.acquire(signal) : undefined;
      if (signal.aborted) return;
      if (opened === undefined) {
        const fresh = await rest.open(
          {
            channel_type: medium,
            time_zone: options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
            ...(options.agentId === undefined ? {} : { agent_id: options.agentId }),
          },
          signal,
        );
        if (signal.aborted) return;
        opened = fresh;
        const { name, language, greeting_hint } = fresh.agent;
        update({
          conversationId: fresh.conversation_id,
          agent: { name, language, greetingHint: greeting_hint },
          startedAtEpochMs: Date.now(),
        });
      } else if (current === undefined) {
        const view = await rest.view(opened.conversation_id, opened.token, signal);
        if (signal.aborted) return;
        applyView(view);
        if (view.ended_at !== null) return finish(view.end_reason ?? 'completed');
      }
      const link = await openLink(attempt, opened, stream);
      if (signal.aborted) return link.close();
      adopt(attempt, link);
    } catch (error) {
      if (!signal.aborted) connectFailed(attempt, error);
    }
  }

  function openLink(attempt: Attempt, session: ConversationOpened, stream: StreamLike | undefined): Promise<Link> {
    const handlers: LinkHandlers = {
      onMessage: (text) => {
        if (attempt === current || attempt === next) receive(attempt, text);
      },
      onClosed: () => dropped(attempt),
    };
    const { conversation_id: conversationId, token } = session;
    const { signal } = attempt.abort;
    if (stream === undefined) {
      return openChatLink({ environment, baseUrl: options.baseUrl, conversationId, token, signal, ...handlers });
    }
    const exchangeSdp = (sdp: string): Promise<string> => rest.exchangeSdp(conversationId, token, sdp, signal);
    return openVoiceLink({ environment, opened: session, microphone: stream, exchangeSdp, signal, ...handlers });
  }

  function adopt(attempt: Attempt, link: Link): void {
    const wasReconnecting = snapshot.connection === 'reconnecting';
    current?.link?.close();
    attempt.link = link;
    attempt.openedAtMs = performance.now();
    current = attempt;
    next = undefined;
    if (attempt.medium === 'chat') microphone.letGo();
    voiceFailures = 0;
    update({
      connection: 'connected',
      medium: attempt.medium,
      isTalking: false,
      agentStream: isVoice(link) ? link.agentStream : undefined,
    });
    applyMicrophone();
    dismissNotice('connection_lost', 'server_unreachable');
    if (wasReconnecting) notify(clientNotice('reconnected'));
    if (attempt.greeted) flush();
    else later(GREETING_TIMEOUT_MS, () => giveUpUnlessGreeted(attempt));
  }

  /** A link that opens and stays silent leads to no conversation. */
  function giveUpUnlessGreeted(attempt: Attempt): void {
    if (attempt !== current || attempt.greeted) return;
    attempt.link?.close();
    dropped(attempt);
  }

  function dropped(attempt: Attempt): void {
    if (attempt !== current) return;
    current = undefined;
    if (attempt.greeted && performance.now() - attempt.openedAtMs > STABLE_AFTER_MS) failures = 0;
    update({ isTalking: false, agentStream: undefined });
    applyMicrophone();
    // A change of medium may be under way already; it then is the reconnect.
    if (next === undefined) reconnectLater(attempt.medium);
  }

  function reconnectLater(medium: 'voice' | 'chat'): void {
    failures += 1;
    if (failures > reconnect.maxAttempts) {
      microphone.letGo();
      update({ connection: 'lost', medium });
      dismissNotice('connection_lost');
      notify(clientNotice('server_unreachable'));
      return;
    }
    update({ connection: 'reconnecting', medium });
    notify(clientNotice('connection_lost'));
    later(reconnectDelayMs(reconnect, failures, environment.random()), () => void connect(medium));
  }

  function connectFailed(attempt: Attempt, error: unknown): void {
    if (attempt === next) next = undefined;
    const { code, message } = error instanceof ConversationError ? error : clientNotice('voice_unreachable');
    if (opened !== undefined && ENDED_CODES.has(code)) {
      finish('lost');
      return;
    }
    if (attempt.medium === 'voice' && (code === 'voice_unreachable' || code === 'speech_unavailable')) {
      voiceFailures += 1;
      // A handshake on a busy machine may fail once without meaning anything.
      if (code === 'voice_unreachable' && voiceFailures < 2) {
        void connect('voice');
        return;
      }
      microphone.letGo();
      notify(noticeOf(code, message));
      if (current === undefined) void connect('chat');
      else update({ connection: 'connected' });
      return;
    }
    const isOfMicrophone = MICROPHONE_CODES.has(code);
    if (attempt.medium === 'voice' && (isOfMicrophone || current !== undefined)) {
      microphone.letGo();
      notify(noticeOf(code, message));
      if (current !== undefined) update({ connection: 'connected' });
      else if (opened !== undefined) void connect('chat');
      else update({ connection: 'idle', medium: 'none' });
      return;
    }
    if (opened !== undefined && current === undefined) {
      reconnectLater(attempt.medium);
      return;
    }
    microphone.letGo();
    update({ connection: current === undefined ? 'idle' : 'connected' });
    notify(noticeOf(code, message));
  }

  function onOffline(): void {
    const attempt = current;
    if (attempt === undefined) return;
    attempt.link?.close();
    dropped(attempt);
  }

  function onOnline(): void {
    if (snapshot.connection !== 'reconnecting' || next !== undefined || snapshot.medium === 'none') return;
    void connect(snapshot.medium);
  }

  // --- messages ---------------------------------------------------------------------------------------------------

  function receive(attempt: Attempt, text: string | undefined): void {
    const message = parseServerMessage(text);
    if (message === undefined) {
      notify(clientNotice('malformed_server_message'));
      return;
    }
    switch (message.type) {
      case 'conversation':
        attempt.greeted = true;
        if (attempt === current) flush();
        return;
      case 'state':
        if (message.data.state !== 'ended') update({ state: message.data.state });
        return;
      case 'error':
        serverError(message.data.code, message.data.message);
        return;
      case 'conversation_ended':
        finish(message.data.reason);
        return;
      default:
        update({ transcript: applyServerMessage(snapshot.transcript, message) });
    }
  }

  function serverError(code: string, message: string): void {
    if (code === 'too_many_messages') later(TOO_SOON_MS, flush);
    if (ENDED_CODES.has(code)) finish('lost');
    else notify(noticeOf(code, message));
  }

  function tell(message: ClientMessage): boolean {
    return current?.greeted === true && current.link?.send(JSON.stringify(message)) === true;
  }

  /** Offers every message that is not stored yet; the server knows those it has by their id. */
  function flush(): void {
    for (const pending of snapshot.transcript.pending) tellText(pending.messageId, pending.text);
  }

  function tellText(messageId: string, text: string): void {
    if (opened === undefined) return;
    tell({ type: 'user_text', data: { conversationId: opened.conversation_id, messageId, text } });
  }

  function sendText(raw: string): boolean {
    const text = raw.trim();
    if (text === '') return false;
    if (text.length > MAX_USER_TEXT_CHARACTERS) {
      notify(clientNotice('text_too_long'));
      return false;
    }
    if (snapshot.connection === 'ended') startOver();
    if (snapshot.transcript.pending.length >= MAX_PENDING_TEXTS) {
      notify(clientNotice('too_many_unsent'));
      return false;
    }
    const messageId = environment.randomId();
    update({ transcript: addPending(snapshot.transcript, messageId, text) });
    if (snapshot.connection === 'idle' || snapshot.connection === 'lost') begin('chat');
    else tellText(messageId, text);
    return true;
  }

  // --- microphone and push-to-talk --------------------------------------------------------------------------------

  /** Outside of a turn of one's own nothing leaves the machine in the push-to-talk modes. */
  function applyMicrophone(): void {
    microphone.setEnabled(snapshot.talkMode === 'hands_free' ? !snapshot.isMuted : snapshot.isTalking);
  }

  function setTalking(isTalking: boolean): void {
    if (isTalking === snapshot.isTalking || opened === undefined) return;
    if (isTalking && (snapshot.talkMode === 'hands_free' || current?.medium !== 'voice')) return;
    const type = isTalking ? 'user_input_started' : 'user_input_ended';
    if (!tell({ type, data: { conversationId: opened.conversation_id } }) && isTalking) return;
    update({ isTalking });
    applyMicrophone();
  }

  // --- the end ----------------------------------------------------------------------------------------------------

  function hangUp(): void {
    if (opened !== undefined) tell({ type: 'hang_up', data: { conversationId: opened.conversation_id } });
    if (opened === undefined) startOver();
    else finish('caller_left');
  }

  function finish(reason: string): void {
    const session = opened;
    if (snapshot.connection === 'ended' || session === undefined) return;
    leaving = current?.link;
    current = undefined;
    next?.abort.abort();
    next = undefined;
    clearTimers();
    microphone.letGo();
    update({
      connection: 'ended',
      state: 'ended',
      isTalking: false,
      endReason: reason,
      endedAtEpochMs: Date.now(),
      transcript: failPending(snapshot.transcript),
      notices: snapshot.notices.filter((notice) => notice.remedy === 'none' && !LINK_CODES.has(notice.code)),
    });
    // The socket must live long enough for the hang-up to leave, the call for the last words to be heard.
    later(LAST_WORDS_MS, () => {
      leaving?.close();
      leaving = undefined;
      update({ agentStream: undefined });
      void fetchRecord(session);
    });
  }

  /** The server's own account: what was heard to the last word, and the bookings. */
  async function fetchRecord(session: ConversationOpened): Promise<void> {
    try {
      const view = await rest.view(session.conversation_id, session.token, AbortSignal.timeout(10_000));
      if (opened === session) applyView(view);
    } catch {
      // What was shown while it went on stays; there is nothing that the person could do.
    }
  }

  function applyView(view: ConversationView): void {
    const transcript = view.turns.reduce(applyRecord, snapshot.transcript);
    update({ transcript, bookings: view.bookings });
  }

  function clearTimers(): void {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  }

  function release(): void {
    clearTimers();
    next?.abort.abort();
    current?.link?.close();
    leaving?.close();
    next = undefined;
    current = undefined;
    leaving = undefined;
    microphone.letGo();
  }

  function startOver(): void {
    if (snapshot.connection !== 'ended' && opened !== undefined) {
      tell({ type: 'hang_up', data: { conversationId: opened.conversation_id } });
    }
    release();
    opened = undefined;
    const { talkMode, microphones, microphoneId } = snapshot;
    update({ ...idleSnapshot, talkMode, microphones, microphoneId });
  }

  function watch(): void {
    environment.network.addEventListener('offline', onOffline);
    environment.network.addEventListener('online', onOnline);
    microphone.watch();
  }

  function unwatch(): void {
    environment.network.removeEventListener('offline', onOffline);
    environment.network.removeEventListener('online', onOnline);
    microphone.unwatch();
  }

  return {
    getSnapshot: () => snapshot,
    subscribe(listener) {
      if (listeners.size === 0) watch();
      listeners.add(listener);
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) unwatch();
      };
    },
    startVoice: () => begin('voice'),
    startChat: () => begin('chat'),
    sendText,
    pressTalk: () => setTalking(true),
    releaseTalk: () => setTalking(false),
    setTalkMode(talkMode) {
      setTalking(false);
      update({ talkMode, isMuted: false });
      applyMicrophone();
    },
    setMuted(isMuted) {
      update({ isMuted });
      applyMicrophone();
    },
    chooseMicrophone: (deviceId) => void microphone.choose(deviceId),
    retry() {
      if (snapshot.connection === 'lost' || snapshot.connection === 'reconnecting') {
        failures = 0;
        update({ connection: 'reconnecting', notices: [] });
        void connect(snapshot.medium === 'voice' ? 'voice' : 'chat');
      } else if (snapshot.transcript.pending.length > 0 && current === undefined) begin('chat');
      else begin('voice');
    },
    dismissNotice: (code) => dismissNotice(code),
    hangUp,
    startOver,
    close() {
      release();
      if (snapshot.connection !== 'ended') {
        opened = undefined;
        update({ ...idleSnapshot, talkMode: snapshot.talkMode });
      }
    },
  };
}

const ENDED_CODES: ReadonlySet<string> = new Set([
  'conversation_ended',
  'conversation_not_found',
  'forbidden',
  'unauthorized',
]);

/** Notices that mean nothing any more once it is over. */
const LINK_CODES: ReadonlySet<string> = new Set(['connection_lost', 'reconnected']);

const MICROPHONE_CODES: ReadonlySet<string> = new Set([
  'microphone_denied',
  'microphone_missing',
  'microphone_busy',
  'insecure_origin',
  'voice_unsupported',
]);

function isVoice(link: Link | undefined): link is VoiceLink {
  return link !== undefined && 'agentStream' in link;
}
