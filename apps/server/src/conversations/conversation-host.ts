import { randomUUID } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { type ConversationId, conversationIdSchema } from '@parley/contract/ids.ts';
import type { LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import type { Ownership } from '../sessions/ownership.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { AgentDirectory, ResolvedAgent } from './agent-directory.ts';
import { checkToken, createConversationToken, type StoredToken } from './conversation-token.ts';
import type { HostedAgent } from './hosted-agent.ts';
import { createJustOpened } from './just-opened.ts';
import { type ConversationSpeech, Resident, type ResidentParts } from './resident.ts';
import type { ChannelType, ConversationStore, SessionState, StoredConversation } from './stored-conversation.ts';

export interface HostOptions {
  /** Calls that may be live at once; an exact count, checked at each entry. */
  readonly maxCalls: number;
  /** Conversations in text that may be live at once. Those that nobody is at make room. */
  readonly maxChats: number;
  /** How long a conversation that nobody is attached to stays in memory; the database keeps it longer. */
  readonly unloadAfterMs: number;
}

export const hostDefaults: HostOptions = {
  // Well under what one process carried in measurements with Opus both ways (60 sessions a core).
  maxCalls: 100,
  // A server is sized for 2,000 connections; requests to conversations that nobody is connected to come on top.
  maxChats: 5000,
  // A page that reloads or a network that changes is back within seconds.
  unloadAfterMs: 60_000,
};

/** For one sentence to a caller who cannot come back: it takes four seconds to say, and as long again from a slow voice. */
const lastWordsMs = 6000;

/** Until its last word has reached the ear. */
const leaveMarginMs = 1000;

/** What lets somebody into a conversation: its token, or that they may enter those of its organization. */
export type Pass =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'organization'; readonly organizationId: string };

export interface HostParts extends ResidentParts {
  readonly store: ConversationStore;
  readonly directory: AgentDirectory;
  readonly ownership: Ownership;
  readonly sessions: SessionStore;
  /**
   * Whether the organization may have one more live, on all replicas together; what it returns gives the place back.
   * Throws WireError `too_many_conversations`.
   */
  readonly enterOrganization?: (organizationId: string, kind: Kind) => Promise<() => void>;
}

/** What a conversation is opened with. */
export interface Opening {
  readonly organizationId: string;
  /** The default agent when neither is given. */
  readonly agentId?: string | undefined;
  readonly flowId?: string | undefined;
  readonly channelType: ChannelType;
  /** IANA. */
  readonly timeZone: string;
  readonly callerId?: string | undefined;
  readonly userId?: string | undefined;
  readonly initialContext?: Readonly<Record<string, unknown>> | undefined;
}

export interface Opened extends ResolvedAgent {
  readonly id: ConversationId;
  readonly token: string;
  readonly tokenExpiresAt: Date;
}

type Kind = 'call' | 'chat';
/** What somebody comes for. */
type Errand = Kind | 'end';

/**
 * Keeps the conversations that are live in this process, and brings back stored ones when somebody returns to them. Of all replicas
 * one at a time holds a conversation live; one that another replica needs is let go after the turn in progress.
 */
export class ConversationHost {
  readonly #parts: HostParts;
  readonly #options: HostOptions;
  readonly #residents = new Map<string, Resident>();
  readonly #loading = new Map<string, { readonly kind: Kind; readonly resident: Promise<Resident> }>();
  readonly #unloadTimers = new Map<string, NodeJS.Timeout>();
  readonly #opened = createJustOpened();
  /** Nobody new comes; who is here, and comes back, goes on. */
  #leaving = false;
  /** Nobody comes at all. */
  #draining = false;
  #hurried = false;

  constructor(parts: HostParts, options: HostOptions = hostDefaults) {
    this.#parts = parts;
    this.#options = options;
  }

  get liveCount(): number {
    return this.#residents.size + this.#loading.size;
  }

  get draining(): boolean {
    return this.#leaving || this.#draining;
  }

  get directory(): AgentDirectory {
    return this.#parts.directory;
  }

  get voiceCalls(): number {
    return [...this.#residents.values()].filter(({ conversation }) => conversation.hasAudio).length;
  }

  /** Start a conversation; it is stored before its token is given out. It becomes live when somebody enters it. */
  async open(request: Opening): Promise<Opened> {
    if (this.#leaving) throw new WireError('shutting_down');
    this.#admit(request.channelType === 'voice' ? 'call' : 'chat');
    const { organizationId, callerId, userId, channelType, timeZone, initialContext = {} } = request;
    const id = conversationIdSchema.parse(randomUUID());
    const resolved = await this.#parts.directory.resolve({
      organizationId,
      agentId: request.agentId,
      flowId: request.flowId,
      callerKey: callerId ?? userId,
      conversationId: id,
    });
    const { token, stored } = createConversationToken();
    const { agentId, flowId, flowVersion, agent } = resolved;
    await this.#parts.store.create({
      ...{ id, organizationId, agentId, flowId, flowVersion, channelType, callerId, userId, timeZone, initialContext },
      ...stored,
      language: agent.agent.language,
    });
    this.#opened.add(id, { ...stored, organizationId, channelType });
    return { ...resolved, id, token, tokenExpiresAt: stored.tokenExpiresAt };
  }

  /**
   * Whether the token opens the conversation, without making it live.
   * @throws WireError `conversation_not_found`, `forbidden`, `token_expired`
   */
  async authorize(id: string, token: string): Promise<{ readonly organizationId: string }> {
    const here = this.#residents.get(id);
    const pass = { kind: 'token', token } as const;
    if (here !== undefined && admits(here.stored, here.token, pass)) return here.stored;
    const opened = this.#opened.of(id);
    if (opened !== undefined && admits(opened, opened, pass)) return opened;
    return this.#checked(id, pass);
  }

  /**
   * The live conversation, brought back from storage if it is not in memory, or from another replica.
   * @throws WireError as `authorize`, and `conversation_ended`, `conversation_busy`, `too_many_conversations`, `shutting_down`
   */
  async enter(
    id: string,
    pass: Pass,
    kind: Kind = 'chat',
  ): Promise<{ conversation: LiveConversation; agent: HostedAgent; speech: ConversationSpeech }> {
    const resident = await this.#resident(id, pass, kind);
    if (this.#draining) throw new WireError('shutting_down');
    return resident;
  }

  /** As `enter`; the conversation stays in this process until `release` is called. */
  hold(id: string, pass: Pass): Promise<{ readonly resident: Resident; release(): void }> {
    return this.#hold(id, pass, 'chat');
  }

  /**
   * As `hold`, for whoever ends it: that makes room, so it needs none.
   * @throws WireError as `enter`, but not `too_many_conversations`
   */
  holdToEnd(id: string, pass: Pass): Promise<{ readonly resident: Resident; release(): void }> {
    return this.#hold(id, pass, 'end');
  }

  /** The conversation if it is live in this process; asking brings nothing back. */
  peek(id: string, organizationId: string): Resident | undefined {
    const here = this.#residents.get(id);
    return here?.isOpen && here.stored.organizationId === organizationId ? here : undefined;
  }

  /** Those that a token was renewed for know the new one at once. */
  tokenRenewed(id: string, token: StoredToken): void {
    this.#opened.forget(id);
    const here = this.#residents.get(id);
    if (here !== undefined) here.token = token;
  }

  /**
   * Take no one new, but go on for `announceMs` with those that are here, while balancers find out; then take nobody, wait for calls by
   * voice to end, up to the given time from the beginning; then leave what is left as it is stored. Callers who cannot come back are told
   * so first, for which there are some seconds more, unless no time was given at all.
   *
   * @param isQuiet whether calls have ended that are no conversations any more: of people who were put through to people
   */
  async drain(timeoutMs: number, announceMs = 0, isQuiet: () => boolean = () => true): Promise<void> {
    this.#leaving = true;
    const startedMs = performance.now();
    const passes = async (isEnough: () => boolean, untilMs: number) => {
      while (!isEnough() && !this.#hurried && performance.now() < untilMs) {
        await new Promise((resolve) => setTimeout(resolve, Math.min(100, Math.max(0, untilMs - performance.now()))));
      }
    };
    await passes(() => false, startedMs + announceMs);
    this.#draining = true;
    await passes(() => this.voiceCalls === 0 && isQuiet(), startedMs + timeoutMs);
    if (timeoutMs > 0 && !this.#hurried) await this.#takeLeave(passes);
    await this.suspendAll();
  }

  async #takeLeave(passes: (isEnough: () => boolean, untilMs: number) => Promise<void>): Promise<void> {
    let isDone = false;
    const left = [...this.#residents.values()].map(({ conversation }) => conversation.takeLeave(lastWordsMs));
    const done = Promise.allSettled(left).then(() => {
      isDone = true;
    });
    // A second signal ends it at once.
    await Promise.race([done, passes(() => isDone, performance.now() + lastWordsMs + leaveMarginMs)]);
  }

  async suspendAll(): Promise<void> {
    this.#draining = true;
    await Promise.all([...this.#residents.values()].map(({ conversation }) => conversation.suspend()));
  }

  /** Do not wait for balancers and calls any longer. */
  hurry(): void {
    this.#hurried = true;
  }

  async #hold(id: string, pass: Pass, errand: Errand): Promise<{ readonly resident: Resident; release(): void }> {
    for (;;) {
      const resident = await this.#resident(id, pass, errand);
      if (this.#draining) throw new WireError('shutting_down');
      const release = resident.hold();
      // Let go at this very moment: it comes back.
      if (release !== undefined) return { resident, release };
    }
  }

  async #resident(id: string, pass: Pass, errand: Errand): Promise<Resident> {
    if (this.#draining) throw new WireError('shutting_down');
    const known = this.#residents.get(id);
    const isAdmitted = known?.isOpen === true && admits(known.stored, known.token, pass);
    const opened = this.#opened.of(id);
    const isNew = opened !== undefined && admits(opened, opened, pass);
    const stored = isAdmitted ? known.stored : isNew ? opened : await this.#checked(id, pass);
    if (this.#draining) throw new WireError('shutting_down');
    const here = this.#residents.get(id);
    // One that is over, or being left, is only still being written.
    if (here?.isOpen) {
      if (errand === 'call' && !here.isCall) this.#admit('call');
      // Whoever enters has the whole time to attach: the handshake of a call takes seconds.
      if (!here.conversation.attached) this.#scheduleUnload(id, false);
      return here;
    }
    if ('endReason' in stored && stored.endReason !== undefined) throw new WireError('conversation_ended');
    // Two that enter at once enter the same one.
    const loading = this.#loading.get(id);
    if (loading !== undefined) return loading.resident;
    const counted = errand === 'call' || stored.channelType === 'voice' ? 'call' : 'chat';
    const isEnded = errand === 'end';
    if (counted === 'call' && this.#leaving && !isEnded) throw new WireError('shutting_down');
    if (!isEnded) this.#admit(counted);
    const resident = this.#load(id, counted, isEnded);
    this.#loading.set(id, { kind: counted, resident });
    try {
      return await resident;
    } finally {
      this.#loading.delete(id);
    }
  }

  async #load(id: string, kind: Kind, isEnded: boolean): Promise<Resident> {
    const isNew = this.#opened.of(id) !== undefined;
    this.#opened.forget(id);
    await this.#residents.get(id)?.conversation.closed;
    const { store, directory, ownership, sessions, planRecording } = this.#parts;
    let resident: Resident | undefined;
    let leaveOrganization: (() => void) | undefined;
    const lease = await ownership.acquire(id, {
      onAsked: () => resident?.letGo() ?? 'leaving',
      onLost: () => resident?.leaveAtOnce(),
    });
    try {
      // Only now: until it let go, another replica was writing.
      const loaded = await store.load(id, isNew ? nothingSaid : await sessions.load(id));
      if (loaded === undefined) throw new WireError('conversation_not_found');
      const { conversation: stored, state } = loaded;
      if (stored.endReason !== undefined) throw new WireError('conversation_ended');
      if (!isEnded) leaveOrganization = await this.#parts.enterOrganization?.(stored.organizationId, kind);
      const agent = await directory.resume(stored);
      const speech = await this.#parts.speechFor(stored, agent);
      const { organizationId, channelType } = stored;
      const taped = await planRecording?.({
        id,
        organizationId,
        openedBy: channelType === 'voice' ? 'voice' : 'chat',
        language: agent.agent.language,
        isResumed: state.recentTurns.length > 0,
        agentRecords: agent.records ?? agent.understanding?.definition.records,
      });
      if (this.#draining) throw new WireError('shutting_down');
      const made = new Resident(
        this.#parts,
        { ...loaded, agent, speech, taped },
        {
          onState: (next) => sessions.save(id, next),
          onAttachedChanged: (attached) => this.#scheduleUnload(id, attached),
          onClosed: (reason) => {
            this.#forget(id, made);
            if (reason !== 'shutdown') sessions.remove(id);
            leaveOrganization?.();
            void lease.release();
          },
        },
      );
      resident = made;
      this.#residents.set(id, made);
      // Whoever entered may never attach.
      this.#scheduleUnload(id, false);
      return made;
    } catch (error) {
      leaveOrganization?.();
      await lease.release();
      throw error;
    }
  }

  async #checked(id: string, pass: Pass): Promise<StoredConversation> {
    const stored = await this.#parts.store.find(id);
    // One of another organization is not there, as far as anybody outside of it can tell.
    if (stored === undefined || (pass.kind === 'organization' && pass.organizationId !== stored.organizationId)) {
      throw new WireError('conversation_not_found');
    }
    if (pass.kind === 'token') checkToken(pass.token, stored);
    this.tokenRenewed(id, stored);
    return stored;
  }

  #admit(kind: Kind): void {
    if (this.#draining) throw new WireError('shutting_down');
    const most = kind === 'call' ? this.#options.maxCalls : this.#options.maxChats;
    // Of both kinds together there are fewer, as a rule: nobody needs to be counted.
    if (this.#residents.size + this.#loading.size < most) return;
    const residents = [...this.#residents.values()];
    const loading = [...this.#loading.values()].filter((one) => one.kind === kind).length;
    const here = residents.filter(({ isCall, isOpen }) => isOpen && isCall === (kind === 'call')).length;
    if (here + loading < most) return;
    // A chat that nobody is at goes on from the database as well.
    const idle = kind === 'chat' ? residents.find((resident) => resident.isIdle && !resident.isCall) : undefined;
    if (idle === undefined) throw new WireError('too_many_conversations');
    idle.letGo();
  }

  #scheduleUnload(id: string, attached: boolean): void {
    clearTimeout(this.#unloadTimers.get(id));
    this.#unloadTimers.delete(id);
    if (attached) return;
    const unload = () => {
      this.#unloadTimers.delete(id);
      this.#residents.get(id)?.letGo();
    };
    this.#unloadTimers.set(id, setTimeout(unload, this.#options.unloadAfterMs).unref());
  }

  #forget(id: string, resident: Resident): void {
    if (this.#residents.get(id) !== resident) return;
    this.#residents.delete(id);
    clearTimeout(this.#unloadTimers.get(id));
    this.#unloadTimers.delete(id);
  }
}

/** As a conversation is stored at first; whether it still is, its version tells. */
const nothingSaid: SessionState = { version: 0, memory: undefined, expects: undefined, recentTurns: [] };

/** Whether it lets them in as far as this process knows; a token that is not known here may have been renewed elsewhere. */
function admits(stored: Pick<StoredConversation, 'organizationId'>, token: StoredToken, pass: Pass): boolean {
  if (pass.kind === 'organization') return pass.organizationId === stored.organizationId;
  try {
    checkToken(pass.token, token);
    return true;
  } catch {
    return false;
  }
}
