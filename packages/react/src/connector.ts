import type { ConversationOpened, ConversationView } from '@parley/contract/conversations.ts';
import { openChatLink } from './chat-link.ts';
import type { Environment, StreamLike, TrackLike } from './environment.ts';
import type { Link, LinkHandlers } from './link.ts';
import type { MicrophoneHolder } from './microphone-holder.ts';
import { ConversationError, clientNotice, noticeOf } from './notices.ts';
import { type ReconnectOptions, reconnectDelayMs } from './reconnect.ts';
import type { Rest } from './rest.ts';
import type { Store } from './store.ts';
import { openVoiceLink, type VoiceLink } from './voice-link.ts';

/** Keeps one conversation connected: opens it, moves it between text and voice, and brings it back when it drops. */
export interface Connector {
  /** The conversation, once the server has opened it. */
  readonly session: ConversationOpened | undefined;
  /** How it is connected right now; undefined while it is not. */
  readonly medium: Medium | undefined;
  /** The person asks to take part in this way. Nothing happens when it is so already or under way. */
  begin(medium: Medium): void;
  /** Goes on in text with a conversation that was opened before this page was loaded. */
  rejoin(opened: ConversationOpened): void;
  /** Tries again at once, with all attempts ahead. */
  reconnectNow(): void;
  /** False when nothing could be sent: not connected, or not greeted yet. */
  send(text: string): boolean;
  replaceMicrophone(track: TrackLike): Promise<void>;
  /** The microphone is gone: carries a call on in text. */
  leaveVoice(): void;
  onOffline(): void;
  onOnline(): void;
  /** The conversation is over: lets the last words through, closes the link, then calls `then`. */
  finish(then: (session: ConversationOpened) => void): void;
  /** Closes everything at once and forgets the conversation. */
  release(): void;
}

export type Medium = 'voice' | 'chat';

export interface ConnectorParts {
  readonly environment: Environment;
  readonly baseUrl: string;
  readonly agentId: string | undefined;
  readonly timeZone: string | undefined;
  readonly reconnect: ReconnectOptions;
  readonly rest: Rest;
  readonly store: Store;
  readonly microphone: MicrophoneHolder;
  /** A message came; `greet` says that it was the server's greeting. */
  onMessage(text: string | undefined, greet: () => void): void;
  /** The server has opened the conversation. */
  onOpened(opened: ConversationOpened): void;
  /** The link in use may be sent over from now on. */
  onGreeted(): void;
  /** The record, read before a conversation is taken up again. */
  onRecord(view: ConversationView): void;
  /** It turns out that the conversation is over. */
  onOver(reason: string): void;
}

/** A link that lived this long was a good one: its loss begins the count of attempts anew. */
const STABLE_AFTER_MS = 5_000;
/** How long the last words may still be on their way after the end. */
const LAST_WORDS_MS = 600;
/** The server says who it is at once; after this it will not. */
const GREETING_TIMEOUT_MS = 5_000;
/** A handshake on a busy machine may fail once without meaning anything. */
const MAX_VOICE_ATTEMPTS = 2;

/** One try at being connected, and the link that it led to. */
interface Attempt {
  readonly medium: Medium;
  readonly abort: AbortController;
  link: Link | undefined;
  isGreeted: boolean;
  openedAtMs: number;
}

export function createConnector(parts: ConnectorParts): Connector {
  const { environment, rest, store, microphone } = parts;
  let session: ConversationOpened | undefined;
  let voiceFailures = 0;
  let failures = 0;
  /** The link in use. */
  let current: Attempt | undefined;
  /** The one that is being made, to replace or become `current`. */
  let next: Attempt | undefined;
  /** The one that lets the last words through after the end. */
  let leaving: Link | undefined;

  function begin(medium: Medium): void {
    if (next?.medium === medium || (next === undefined && current?.medium === medium)) return;
    voiceFailures = 0;
    failures = 0;
    store.update({ notices: [] });
    void connect(medium);
  }

  async function connect(medium: Medium): Promise<void> {
    next?.abort.abort();
    store.clearTimers();
    const attempt: Attempt = { medium, abort: new AbortController(), link: undefined, isGreeted: false, openedAtMs: 0 };
    next = attempt;
    const { signal } = attempt.abort;
    if (store.get().connection !== 'reconnecting') store.update({ connection: 'connecting' });
    try {
      const stream = medium === 'voice' ? await microphone.acquire(signal) : undefined;
      if (signal.aborted) return;
      if (session === undefined) await openSession(medium, signal);
      else if (current === undefined) await readRecord(session, signal);
      if (signal.aborted || session === undefined) return;
      const link = await openLink(attempt, session, stream);
      if (signal.aborted) link.close();
      else adopt(attempt, link);
    } catch (error) {
      if (!signal.aborted) failed(attempt, error);
    }
  }

  async function openSession(medium: Medium, signal: AbortSignal): Promise<void> {
    const opened = await rest.open(
      {
        channel_type: medium,
        time_zone: parts.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
        ...(parts.agentId === undefined ? {} : { agent_id: parts.agentId }),
      },
      signal,
    );
    if (signal.aborted) return;
    session = opened;
    parts.onOpened(opened);
  }

  /** What was stored while we were away; if it is over by now, that is the end of it. */
  async function readRecord(opened: ConversationOpened, signal: AbortSignal): Promise<void> {
    const view = await rest.view(opened.conversation_id, opened.token, signal);
    if (signal.aborted) return;
    parts.onRecord(view);
    if (view.ended_at !== null) parts.onOver(view.end_reason ?? 'completed');
  }

  function openLink(attempt: Attempt, opened: ConversationOpened, stream: StreamLike | undefined): Promise<Link> {
    const greet = (): void => {
      attempt.isGreeted = true;
      if (attempt === current) parts.onGreeted();
    };
    const handlers: LinkHandlers = {
      onMessage: (text) => {
        if (attempt === current || attempt === next) parts.onMessage(text, greet);
      },
      onClosed: () => dropped(attempt),
    };
    const { conversation_id: conversationId, token } = opened;
    const { signal } = attempt.abort;
    if (stream === undefined) {
      return openChatLink({ environment, baseUrl: parts.baseUrl, conversationId, token, signal, ...handlers });
    }
    const exchangeSdp = (sdp: string): Promise<string> => rest.exchangeSdp(conversationId, token, sdp, signal);
    return openVoiceLink({ environment, opened, microphone: stream, exchangeSdp, signal, ...handlers });
  }

  function adopt(attempt: Attempt, link: Link): void {
    const wasReconnecting = store.get().connection === 'reconnecting';
    current?.link?.close();
    attempt.link = link;
    attempt.openedAtMs = performance.now();
    current = attempt;
    next = undefined;
    voiceFailures = 0;
    if (attempt.medium === 'chat') microphone.letGo();
    store.update({
      connection: 'connected',
      medium: attempt.medium,
      isTalking: false,
      agentStream: isVoice(link) ? link.agentStream : undefined,
    });
    store.dismiss('connection_lost', 'server_unreachable');
    if (wasReconnecting) store.notify(clientNotice('reconnected'));
    if (attempt.isGreeted) parts.onGreeted();
    else store.later(GREETING_TIMEOUT_MS, () => !attempt.isGreeted && cut(attempt));
  }

  /** Gives a link up that is of no use any more. */
  function cut(attempt: Attempt | undefined): void {
    if (attempt === undefined || attempt !== current) return;
    attempt.link?.close();
    dropped(attempt);
  }

  function dropped(attempt: Attempt): void {
    if (attempt !== current) return;
    current = undefined;
    if (attempt.isGreeted && performance.now() - attempt.openedAtMs > STABLE_AFTER_MS) failures = 0;
    store.update({ isTalking: false, agentStream: undefined });
    // A change of medium may be under way already; it then is the reconnect.
    if (next === undefined) reconnectLater(attempt.medium);
  }

  function reconnectLater(medium: Medium): void {
    failures += 1;
    if (failures > parts.reconnect.maxAttempts) {
      lose(medium, clientNotice('server_unreachable'));
      return;
    }
    store.update({ connection: 'reconnecting', medium });
    store.notify(clientNotice('connection_lost'));
    store.later(reconnectDelayMs(parts.reconnect, failures, environment.random()), () => void connect(medium));
  }

  function lose(medium: Medium, notice: ReturnType<typeof noticeOf>): void {
    microphone.letGo();
    store.update(session === undefined ? { connection: 'idle', medium: 'none' } : { connection: 'lost', medium });
    store.dismiss('connection_lost');
    store.notify(notice);
  }

  function failed(attempt: Attempt, error: unknown): void {
    if (attempt === next) next = undefined;
    const { code, message } = error instanceof ConversationError ? error : clientNotice('voice_unreachable');
    if (session !== undefined && overCodes.has(code)) parts.onOver('lost');
    else if (code === 'voice_unreachable' && ++voiceFailures < MAX_VOICE_ATTEMPTS) void connect('voice');
    else if (attempt.medium === 'voice' && (noVoiceCodes.has(code) || current !== undefined)) {
      store.notify(noticeOf(code, message));
      withoutVoice();
    } else if (store.get().connection === 'reconnecting') reconnectLater(attempt.medium);
    else if (current === undefined) lose(attempt.medium, noticeOf(code, message));
    else {
      store.update({ connection: 'connected' });
      store.notify(noticeOf(code, message));
    }
  }

  /** Text is left: where there is a conversation, or something was typed, it goes on there. */
  function withoutVoice(): void {
    microphone.letGo();
    if (current !== undefined) store.update({ connection: 'connected' });
    else if (session !== undefined || store.get().transcript.pending.length > 0) void connect('chat');
    else store.update({ connection: 'idle', medium: 'none' });
  }

  function abandon(): void {
    store.clearTimers();
    next?.abort.abort();
    next = undefined;
    current = undefined;
    microphone.letGo();
  }

  return {
    get session() {
      return session;
    },
    get medium() {
      return current?.medium;
    },
    begin,
    rejoin(opened) {
      session = opened;
      // A reload often means that something was wrong: with the patience of a dropped connection.
      store.update({ connection: 'reconnecting' });
      begin('chat');
    },
    reconnectNow() {
      const { medium } = store.get();
      failures = 0;
      store.update({ connection: 'reconnecting', notices: [] });
      void connect(medium === 'voice' ? 'voice' : 'chat');
    },
    send: (text) => current?.isGreeted === true && current.link?.send(text) === true,
    async replaceMicrophone(track) {
      if (isVoice(current?.link)) await current.link.replaceMicrophone(track);
    },
    leaveVoice() {
      if (current?.medium === 'voice') void connect('chat');
    },
    onOffline: () => cut(current),
    onOnline() {
      const { connection, medium } = store.get();
      if (connection === 'reconnecting' && next === undefined && medium !== 'none') void connect(medium);
    },
    finish(then) {
      const ended = session;
      leaving = current?.link;
      abandon();
      // The socket must live long enough for a hang-up to leave, the call for the last words to be heard.
      store.later(LAST_WORDS_MS, () => {
        leaving?.close();
        leaving = undefined;
        store.update({ agentStream: undefined });
        if (ended !== undefined) then(ended);
      });
    },
    release() {
      current?.link?.close();
      leaving?.close();
      leaving = undefined;
      abandon();
      session = undefined;
    },
  };
}

const overCodes: ReadonlySet<string> = new Set([
  'conversation_ended',
  'conversation_not_found',
  'forbidden',
  'unauthorized',
]);

/** Trying again would not help: the call cannot be had here and now, text can. */
const noVoiceCodes: ReadonlySet<string> = new Set([
  'microphone_denied',
  'microphone_missing',
  'microphone_busy',
  'insecure_origin',
  'voice_unsupported',
  'voice_unreachable',
  'speech_unavailable',
  'invalid_sdp',
]);

function isVoice(link: Link | undefined): link is VoiceLink {
  return link !== undefined && 'agentStream' in link;
}
