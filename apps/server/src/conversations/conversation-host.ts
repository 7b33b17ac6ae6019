import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { WireError } from '@parley/contract/errors.ts';
import { type ConversationId, conversationIdSchema } from '@parley/contract/ids.ts';
import { type ConversationParts, LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import type { EndReason, Recorder, TurnRecord } from '@parley/engine/ports/recorder.ts';
import type { TurnEvent } from '@parley/engine/turn/event.ts';
import { turnDefaults } from '@parley/engine/turn/options.ts';
import type { Resumption } from '@parley/engine/turn/state.ts';
import { troubleMessages } from '@parley/engine/turn/trouble.ts';
import type { HostedAgent } from './hosted-agent.ts';

/** A conversation as it is stored: enough to go on with it. */
export interface StoredConversation {
  readonly id: string;
  readonly organizationId: string;
  readonly agentId: string;
  readonly openedBy: 'voice' | 'chat';
  readonly timeZone: string;
  readonly tokenHash: string;
  readonly ended: boolean;
  readonly resumption: Resumption;
  /** The latest turns, oldest first. */
  readonly recentTurns: readonly TurnRecord[];
}

/** What the host needs of storage. */
export interface ConversationStore {
  create(conversation: {
    readonly id: string;
    readonly organizationId: string;
    readonly agentId: string;
    readonly openedBy: 'voice' | 'chat';
    readonly timeZone: string;
    readonly language: string;
    readonly tokenHash: string;
  }): Promise<void>;
  find(id: string): Promise<StoredConversation | undefined>;
}

export interface HostOptions {
  /** Conversations that may be live at once; an exact count, checked at each entry. */
  readonly maxConversations: number;
  /** How long a conversation that nobody is attached to stays in memory; the database keeps it longer. */
  readonly unloadAfterMs: number;
}

export const hostDefaults: HostOptions = {
  // Well under what one process carried in measurements with Opus both ways (60 sessions a core).
  maxConversations: 100,
  // A page that reloads or a network that changes is back within seconds.
  unloadAfterMs: 60_000,
};

/** What lets somebody into a conversation: its token, or that they may enter those of its organization. */
export type Pass =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'organization'; readonly organizationId: string };

/** What every conversation is made of; its recorder writes into its own organization alone. */
export type HostParts = Omit<ConversationParts, 'agent' | 'recorder'> & {
  readonly recorderFor: (organizationId: string) => Recorder;
  /** Metrics and traces: told of each conversation that becomes live, and given its parts to look over their shoulders. */
  readonly watch?: WatchConversation;
};

/** What a watcher is told at the start of a conversation's stay in this process. */
export interface WatchedConversation {
  readonly id: string;
  readonly organizationId: string;
  readonly agentId: string;
  readonly openedBy: StoredConversation['openedBy'];
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

/** Keeps the conversations that are live in this process, and brings back stored ones when somebody returns to them. */
export class ConversationHost {
  readonly #store: ConversationStore;
  readonly #agents: ReadonlyMap<string, HostedAgent>;
  readonly #parts: HostParts;
  readonly #options: HostOptions;
  readonly #live = new Map<string, LiveConversation>();
  readonly #loading = new Map<string, Promise<LiveConversation>>();
  readonly #unloadTimers = new Map<string, NodeJS.Timeout>();
  #draining = false;
  #hurried = false;

  constructor(
    store: ConversationStore,
    agents: ReadonlyMap<string, HostedAgent>,
    parts: HostParts,
    options: HostOptions = hostDefaults,
  ) {
    this.#store = store;
    this.#agents = agents;
    this.#parts = parts;
    this.#options = options;
  }

  get liveCount(): number {
    return this.#live.size + this.#loading.size;
  }

  /** Those in memory, and those on their way there. */
  get liveIds(): readonly string[] {
    return [...this.#live.keys(), ...this.#loading.keys()];
  }

  get draining(): boolean {
    return this.#draining;
  }

  get agents(): ReadonlyMap<string, HostedAgent> {
    return this.#agents;
  }

  agent(id: string): HostedAgent {
    const agent = this.#agents.get(id);
    if (agent === undefined) throw new WireError('invalid_request', { agent_id: `There is no agent ${id}.` });
    return agent;
  }

  /** Start a conversation; it is stored before its token is given out. It becomes live when somebody enters it. */
  async open(request: {
    readonly organizationId: string;
    readonly agentId: string;
    readonly openedBy: 'voice' | 'chat';
    readonly timeZone: string;
  }): Promise<{ readonly id: ConversationId; readonly token: string }> {
    this.#admit();
    const { agent } = this.agent(request.agentId);
    const id = conversationIdSchema.parse(randomUUID());
    const token = randomBytes(32).toString('base64url');
    await this.#store.create({ ...request, id, language: agent.language, tokenHash: hash(token) });
    return { id, token };
  }

  /**
   * Whether the token opens the conversation, without making it live.
   * @throws WireError `conversation_not_found`, `forbidden`
   */
  async authorize(id: string, token: string): Promise<StoredConversation> {
    return this.#checked(id, { kind: 'token', token });
  }

  /**
   * The live conversation, brought back from storage if it is not in memory.
   * @throws WireError as `authorize`, and `conversation_ended`, `too_many_conversations`, `shutting_down`
   */
  async enter(id: string, pass: Pass): Promise<{ conversation: LiveConversation; agent: HostedAgent }> {
    if (this.#draining) throw new WireError('shutting_down');
    const stored = await this.#checked(id, pass);
    if (this.#draining) throw new WireError('shutting_down');
    const agent = this.agent(stored.agentId);
    const live = this.#live.get(id);
    // One that is over, or being left, is only still being written.
    if (live !== undefined && live.state !== 'ended') {
      // Whoever enters has the whole time to attach: the handshake of a call takes seconds.
      if (!live.attached) this.#scheduleUnload(id, false);
      return { conversation: live, agent };
    }
    if (stored.ended) throw new WireError('conversation_ended');
    // Two that enter at once enter the same one.
    const loading = this.#loading.get(id);
    if (loading !== undefined) return { conversation: await loading, agent };
    this.#admit();
    const load = this.#load(id, agent);
    this.#loading.set(id, load);
    try {
      return { conversation: await load, agent };
    } finally {
      this.#loading.delete(id);
    }
  }

  /** Take no one new; wait for calls by voice to end, up to the given time; then leave what is left as it is stored. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    const deadlineMs = performance.now() + timeoutMs;
    while (this.voiceCalls > 0 && !this.#hurried && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await this.suspendAll();
  }

  async suspendAll(): Promise<void> {
    this.#draining = true;
    await Promise.all([...this.#live.values()].map((conversation) => conversation.suspend()));
  }

  /** Do not wait for calls any longer. */
  hurry(): void {
    this.#hurried = true;
  }

  get voiceCalls(): number {
    return [...this.#live.values()].filter((conversation) => conversation.hasAudio).length;
  }

  /** Read once more at the moment of loading: the row that authorised may be older than a turn that was just stored. */
  async #load(id: string, { agent, vocabulary }: HostedAgent): Promise<LiveConversation> {
    await this.#live.get(id)?.closed;
    const stored = await this.#store.find(id);
    if (stored === undefined) throw new WireError('conversation_not_found');
    if (stored.ended) throw new WireError('conversation_ended');
    if (this.#draining) throw new WireError('shutting_down');
    const { language } = agent;
    const { recorderFor, watch, ...shared } = this.#parts;
    const parts = { ...shared, agent, recorder: recorderFor(stored.organizationId) };
    const { organizationId, agentId, openedBy, resumption } = stored;
    const watched = watch?.({ id, organizationId, agentId, openedBy, isResumed: resumption.lastTurnNumber > 0 }, parts);
    const conversation = new LiveConversation(watched?.parts ?? parts, {
      id,
      turn: { ...turnDefaults, language, trouble: { ...turnDefaults.trouble, messages: troubleMessages(language) } },
      openedBy: stored.openedBy,
      timeZone: stored.timeZone,
      vocabularyId: vocabulary.id,
      resumption: stored.resumption.lastTurnNumber > 0 ? stored.resumption : undefined,
      recentTurns: stored.recentTurns,
      onClosed: (reason) => {
        this.#forget(id, conversation);
        watched?.onClosed(reason);
      },
      ...(watched !== undefined && { onEvent: watched.onEvent }),
      onAttachedChanged: (attached) => this.#scheduleUnload(id, attached),
    });
    this.#live.set(id, conversation);
    // Whoever entered may never attach.
    this.#scheduleUnload(id, false);
    return conversation;
  }

  async #checked(id: string, pass: Pass): Promise<StoredConversation> {
    const stored = await this.#store.find(id);
    // One of another organization is not there, as far as anybody outside of it can tell.
    if (stored === undefined || (pass.kind === 'organization' && pass.organizationId !== stored.organizationId)) {
      throw new WireError('conversation_not_found');
    }
    if (pass.kind === 'token' && !sameHash(stored.tokenHash, hash(pass.token))) throw new WireError('forbidden');
    return stored;
  }

  #admit(): void {
    if (this.#draining) throw new WireError('shutting_down');
    if (this.liveCount >= this.#options.maxConversations) throw new WireError('too_many_conversations');
  }

  #scheduleUnload(id: string, attached: boolean): void {
    clearTimeout(this.#unloadTimers.get(id));
    this.#unloadTimers.delete(id);
    if (attached) return;
    const unload = () => {
      this.#unloadTimers.delete(id);
      void this.#live.get(id)?.suspend();
    };
    this.#unloadTimers.set(id, setTimeout(unload, this.#options.unloadAfterMs).unref());
  }

  #forget(id: string, conversation: LiveConversation): void {
    if (this.#live.get(id) !== conversation) return;
    this.#live.delete(id);
    clearTimeout(this.#unloadTimers.get(id));
    this.#unloadTimers.delete(id);
  }
}

/** Tokens are random and long, so a plain hash keeps them as safe as a slow one would. */
function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
