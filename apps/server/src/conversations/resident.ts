import { WireError } from '@parley/contract/errors.ts';
import { type ConversationParts, LiveConversation } from '@parley/engine/driver/live-conversation.ts';
import type { Agent } from '@parley/engine/ports/agent.ts';
import type { ClientNotice, ConversationState } from '@parley/engine/ports/client.ts';
import type { EndReason, Recorder } from '@parley/engine/ports/recorder.ts';
import { turnDefaults } from '@parley/engine/turn/options.ts';
import { troubleMessages } from '@parley/engine/turn/trouble.ts';
import { withConsentLine } from '../recordings/consent.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { RecordedStay } from '../storage/recorder.ts';
import type { StoredToken } from './conversation-token.ts';
import type { HostedAgent } from './hosted-agent.ts';
import { resumptionOf, type SessionState, type StoredConversation, stateAfter } from './stored-conversation.ts';
import type { WatchConversation } from './watch-conversation.ts';

/** What every conversation is made of. */
export type ResidentParts = Omit<ConversationParts, 'agent' | 'recorder' | 'recognizer' | 'synthesizer'> & {
  /** Asked before it becomes live. */
  readonly speechFor: SpeechFor;
  readonly recorderFor: (stay: RecordedStay) => Recorder;
  /** Metrics and traces: told of each conversation that becomes live, and given its parts to look over their shoulders. */
  readonly watch?: WatchConversation;
  /** Whether and how its sound is kept, asked before it becomes live; left out where nothing is ever recorded. */
  readonly planRecording?: Recordings['plan'] | undefined;
};

/** Who listens and speaks in one conversation's stay in this process. */
export interface ConversationSpeech extends Pick<ConversationParts, 'recognizer' | 'synthesizer'> {
  /** Somebody listens and somebody speaks; otherwise the parts say that nobody does, and it is talked to in text. */
  readonly isSpoken: boolean;
  /** The same agent, what it takes of a language model counted. */
  readonly metered?: (agent: Agent) => Agent;
  /** Everything of it is over. */
  readonly onClosed?: () => void;
}

/** @throws WireError `storage_unavailable` */
export type SpeechFor = (
  conversation: Pick<StoredConversation, 'id' | 'organizationId' | 'agentId' | 'flowId'>,
  agent: HostedAgent,
) => Promise<ConversationSpeech>;

/** What a conversation is brought back from. */
export interface LoadedConversation {
  readonly conversation: StoredConversation;
  readonly state: SessionState;
  readonly agent: HostedAgent;
  readonly speech: ConversationSpeech;
  /** How its sound is kept; undefined: it is not. */
  readonly taped: Awaited<ReturnType<Recordings['plan']>>;
}

export interface ResidentEvents {
  /** Each time a turn is durable. */
  readonly onState: (state: SessionState) => void;
  readonly onAttachedChanged: (attached: boolean) => void;
  /** Everything of it is written or given up. */
  readonly onClosed: (reason: EndReason) => void;
}

/** What has happened since the conversation became live in this process. */
export interface ResidentCounters {
  turns: number;
  interruptions: number;
  actions: number;
  troubles: number;
}

/** Turns kept to go on with; as many as a resumed conversation is given. */
const maxRecentTurns = 50;

/** Messages of programs that wait for one conversation: some seconds of work, and more than any client has under way. */
const maxWaiting = 100;

/** How long a turn in progress may keep a conversation here that another replica, or another caller's memory, needs. */
const letGoTimeoutMs = 8000;

/** A conversation that is live in this process, with what the house knows of it. */
export class Resident {
  readonly conversation: LiveConversation;
  readonly stored: StoredConversation;
  readonly agent: HostedAgent;
  readonly speech: ConversationSpeech;
  readonly counters: ResidentCounters = { turns: 0, interruptions: 0, actions: 0, troubles: 0 };
  readonly since = new Date();
  token: StoredToken;
  stateSince = new Date();
  #state: SessionState;
  #holds = 0;
  #waiting = 0;
  #lastTurn: Promise<void> = Promise.resolve();
  readonly #onClosed = new Set<() => void>();
  #isLeaving = false;
  #isClosed = false;
  #leaveTimer: NodeJS.Timeout | undefined;
  #endedFor: { readonly reason: string; readonly satisfactionScore: number | undefined } | undefined;

  constructor(
    parts: ResidentParts,
    { conversation: stored, state, agent: hosted, speech, taped }: LoadedConversation,
    events: ResidentEvents,
  ) {
    this.stored = stored;
    this.agent = hosted;
    this.speech = speech;
    this.token = stored;
    this.#state = state;
    const { recorderFor, watch, planRecording: _, speechFor: __, ...shared } = parts;
    const { recognizer, synthesizer, metered = (agent) => agent } = speech;
    const agent = metered(taped === undefined ? hosted.agent : withConsentLine(hosted.agent, taped.consentLine));
    const { language } = agent;
    const recorder = recorderFor({
      organizationId: stored.organizationId,
      channelType: stored.channelType,
      version: state.version,
      onMoved: () => this.leaveAtOnce(),
      onRecorded: (turn, version) => {
        this.#state = stateAfter(this.#state, turn, version, maxRecentTurns);
        events.onState(this.#state);
      },
      endedFor: () => this.#endedFor,
    });
    const own = { ...shared, recognizer, synthesizer, agent, recorder };
    const openedBy = stored.channelType === 'voice' ? 'voice' : 'chat';
    const resumption = resumptionOf(state);
    const { id, organizationId, agentId, timeZone } = stored;
    const watched = watch?.({ id, organizationId, agentId, openedBy, isResumed: resumption !== undefined }, own);
    const callerId = stored.callerId ?? stored.userId;
    this.conversation = new LiveConversation(watched?.parts ?? own, {
      id,
      turn: { ...turnDefaults, language, trouble: { ...turnDefaults.trouble, messages: troubleMessages(language) } },
      openedBy,
      timeZone,
      vocabularyId: hosted.vocabulary.id,
      resumption,
      recentTurns: state.recentTurns,
      onClosed: (reason) => {
        clearTimeout(this.#leaveTimer);
        this.#isClosed = true;
        events.onClosed(reason);
        watched?.onClosed(reason);
        speech.onClosed?.();
        for (const tell of [...this.#onClosed]) tell();
      },
      onNotice: (notice) => this.#noticed(notice),
      onAttachedChanged: events.onAttachedChanged,
      ...(watched !== undefined && { onEvent: watched.onEvent }),
      ...(taped !== undefined && { beginRecording: taped.begin }),
      ...(callerId !== undefined && { callerId }),
    });
  }

  /** Somebody may still come in: it is neither over nor being left. */
  get isOpen(): boolean {
    return !this.#isLeaving && this.conversation.state !== 'ended';
  }

  /** Counts among calls rather than among chats. */
  get isCall(): boolean {
    return this.stored.channelType === 'voice' || this.conversation.hasAudio;
  }

  /** Nobody is attached, and no request is at it. */
  get isIdle(): boolean {
    return this.isOpen && this.#holds === 0 && !this.conversation.attached;
  }

  get state(): ConversationState {
    return this.conversation.state;
  }

  /** The vocabulary's context of the answer that the agent waits for, as it was stored last. */
  get expects(): string | undefined {
    return this.#state.expects;
  }

  /** Keep it here until the returned function is called; undefined when it is not open any more. */
  hold(): (() => void) | undefined {
    if (!this.isOpen) return undefined;
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      this.#leaveWhenQuiet();
    };
  }

  /**
   * Told when it is over or left and all of it is written or given up; at once when it is already. Until the returned function is
   * called, unlike a promise's: a conversation may have many thousand messages.
   */
  onClosed(tell: () => void): () => void {
    if (this.#isClosed) queueMicrotask(tell);
    else this.#onClosed.add(tell);
    return () => void this.#onClosed.delete(tell);
  }

  /**
   * Do what belongs to one message of a program, after those that came before it. Bounded: whoever sends more than are answered is
   * told so.
   * @throws WireError `too_many_messages`
   */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= maxWaiting) throw new WireError('too_many_messages');
    this.#waiting += 1;
    const before = this.#lastTurn;
    const done = Promise.withResolvers<void>();
    this.#lastTurn = done.promise;
    try {
      await before;
      return await work();
    } finally {
      this.#waiting -= 1;
      done.resolve();
    }
  }

  /** Leave it as it is stored once the turn in progress is over, unless it is a call. */
  letGo(): 'leaving' | 'busy' {
    if (this.conversation.hasAudio) return 'busy';
    if (!this.#isLeaving) {
      this.#isLeaving = true;
      this.#leaveTimer = setTimeout(() => this.leaveAtOnce(), letGoTimeoutMs);
      this.#leaveWhenQuiet();
    }
    return 'leaving';
  }

  leaveAtOnce(): void {
    this.#isLeaving = true;
    void this.conversation.suspend();
  }

  /** Whenever it ends by itself, it is for this reason: an agent that put the caller through is done. */
  endsAs(reason: string): void {
    this.#endedFor ??= { reason, satisfactionScore: undefined };
  }

  /** End it for the reason; resolves when that is written. */
  async end(reason: string, satisfactionScore: number | undefined): Promise<void> {
    this.#endedFor = { reason, satisfactionScore };
    this.conversation.hangUp();
    await this.conversation.closed;
  }

  #noticed(notice: ClientNotice): void {
    switch (notice.type) {
      case 'state':
        this.stateSince = new Date();
        if (this.#isLeaving) this.#leaveWhenQuiet();
        return;
      case 'cutOff':
        this.counters.interruptions += 1;
        return;
      case 'acted':
        this.counters.actions += 1;
        return;
      case 'trouble':
        this.counters.troubles += 1;
        return;
      case 'said':
        if (notice.sentence === 0) this.counters.turns += 1;
        return;
      default:
    }
  }

  /** Not from inside the conversation's own call: what it is about to tell must still be told. */
  #leaveWhenQuiet(): void {
    if (!this.#isLeaving) return;
    setImmediate(() => {
      const { state } = this.conversation;
      if (this.#isLeaving && this.#holds === 0 && state !== 'processing' && state !== 'responding') this.leaveAtOnce();
    });
  }
}
