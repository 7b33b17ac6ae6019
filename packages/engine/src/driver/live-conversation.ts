import { createEchoGate } from '../audio/echo-gate.ts';
import type { Agent } from '../ports/agent.ts';
import type { AudioInlet, AudioOutlet, LineFormat } from '../ports/audio.ts';
import type { BeginRecording } from '../ports/call-recorder.ts';
import type { ClientInlet, ClientNotice, ClientOutlet, ConversationState } from '../ports/client.ts';
import type { Clock } from '../ports/clock.ts';
import type { Conversation } from '../ports/conversation.ts';
import type { Recognizer } from '../ports/recognizer.ts';
import type { EndReason, Recorder, TurnRecord } from '../ports/recorder.ts';
import type { Synthesizer } from '../ports/synthesizer.ts';
import type { VoiceDetector } from '../ports/voice-detector.ts';
import type { Effect, TurnDraft } from '../turn/effect.ts';
import type { ReplyId, TurnEvent, UntimedEvent } from '../turn/event.ts';
import type { TurnOptions } from '../turn/options.ts';
import { conversationState, initialState, type Resumption, type TurnState } from '../turn/state.ts';
import { step } from '../turn/step.ts';
import { createListening, type Listening } from './listening.ts';
import { createPlayout, type Playout } from './playout.ts';
import { createRecording, type Recording } from './recording.ts';
import { createReplyWork, type ReplyWork } from './reply-work.ts';
import { createTaping, type Taping } from './taping.ts';

/** The parts that a conversation runs on; shared by many. */
export interface ConversationParts {
  readonly agent: Agent;
  readonly recognizer: Recognizer;
  readonly voiceDetector: VoiceDetector;
  readonly synthesizer: Synthesizer;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Failures that the conversation got over; for the log. */
  readonly onError: (error: unknown, context: string) => void;
}

export interface ConversationOptions {
  readonly id: string;
  readonly turn: TurnOptions;
  /** What the greeting waits for. */
  readonly openedBy: 'voice' | 'chat';
  /** IANA. */
  readonly timeZone: string;
  readonly vocabularyId: string;
  /** For a conversation that goes on after a restart. */
  readonly resumption: Resumption | undefined;
  /** The latest stored turns, so that a message sent again is answered with what is stored. */
  readonly recentTurns: readonly TurnRecord[];
  /** Called once: everything is freed and recorded. */
  readonly onClosed: (reason: EndReason) => void;
  /** Nobody is attached any more, or somebody is again. */
  readonly onAttachedChanged: (attached: boolean) => void;
  /** Who calls, as far as the channel tells: a telephone number, a signed-in user. */
  readonly callerId?: string;
  /** Told what the clients are told, whether any is there or not. Must not throw. */
  readonly onNotice?: (notice: ClientNotice) => void;
  /** Told of each event before the machine takes it: written down, they replay the conversation through `step`. */
  readonly onEvent?: (event: TurnEvent) => void;
  /** Asked when the first sound is attached; left out where nothing is recorded. */
  readonly beginRecording?: BeginRecording;
}

/** Turns kept to answer a repeated message. Clients resend only what was not acknowledged: a handful. */
const maxRecentTurns = 50;

/** Time after the last frame until the channel is closed, beyond its own delay: the last word must not be clipped. */
const closingGraceMs = 250;

/**
 * The driver: the one place where the machine meets clocks, streams and sockets. It turns what happens into events, runs
 * `step`, and carries the effects out in order. Everything it opens ends with the conversation.
 */
export class LiveConversation implements Conversation {
  readonly id: string;
  readonly #parts: ConversationParts;
  readonly #options: ConversationOptions;
  readonly #scope = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  readonly #clients = new Set<ClientOutlet>();
  readonly #events: TurnEvent[] = [];
  readonly #playout: Playout;
  readonly #work: ReplyWork;
  readonly #recording: Recording;
  readonly #taping: Taping;
  readonly #recentTurns: TurnRecord[];
  /** Typed messages whose turn is on its way to the database. */
  readonly #messagesBeingStored = new Set<string>();
  #listening: Listening | undefined;
  #audio: AudioOutlet | undefined;
  /** What the latest channel carries; known while it is away, too. */
  #line: LineFormat | undefined;
  #state: TurnState;
  #draining = false;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: ConversationParts, options: ConversationOptions) {
    const { clock } = parts;
    this.id = options.id;
    this.#parts = parts;
    this.#options = options;
    this.#recentTurns = [...options.recentTurns].slice(-maxRecentTurns);
    const { thinkingAhead } = options.turn;
    this.#state = initialState(
      // Only an agent that waits for the turn before side effects may be asked before it is certain.
      {
        ...options.turn,
        thinkingAhead: { ...thinkingAhead, enabled: thinkingAhead.enabled && parts.agent.thinksAhead },
      },
      options.openedBy === 'voice' ? 'audio' : 'client',
      options.resumption,
      clock.nowMs(),
    );
    // What was asked before the process changed may have been a secret: nobody knows until the agent asks again.
    this.#taping = createTaping(options.beginRecording, options.resumption?.expects !== undefined);
    this.#playout = createPlayout(clock, {
      onEvent: (event) => this.#feed(event),
      onSent: (frame) => {
        this.#listening?.sent(frame);
        this.#taping.sent(frame);
      },
      goesOn: (replyId, sentence) => goesOn(this.#state, replyId, sentence),
    });
    this.#work = createReplyWork(
      { ...parts, playout: this.#playout, line: () => this.#line, feed: (event) => this.#feed(event) },
      { id: options.id, timeZone: options.timeZone, callerId: options.callerId },
    );
    this.#recording = createRecording(clock, parts.recorder, (error) => parts.onError(error, 'recording a turn'));
    this.#feed({ type: 'started' });
  }

  get state(): ConversationState {
    return conversationState(this.#state);
  }

  get hasAudio(): boolean {
    return this.#audio !== undefined;
  }

  get attached(): boolean {
    return this.#audio !== undefined || this.#clients.size > 0;
  }

  /** Resolves when the conversation is over or left, everything is freed, and all of it is written or given up. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  attachAudio(outlet: AudioOutlet): AudioInlet {
    if (this.#scope.signal.aborted) {
      outlet.close('conversation_ended');
      return { push() {}, digit() {}, playoutDelay() {}, lost() {} };
    }
    // What the one before has and has not played yet is for the new one to play.
    if ((this.#audio?.aheadMs ?? 0) > 0) this.#playout.setOutlet(undefined);
    this.#audio?.close('replaced');
    this.#audio = outlet;
    this.#listening ??= this.#createListening();
    if (outlet.line !== this.#line) this.#listening.lineChanged();
    this.#line = outlet.line;
    this.#listening.interrupt();
    this.#taping.begin();
    this.#playout.setOutlet(outlet);
    this.#options.onAttachedChanged(true);
    this.#feed({ type: 'audioAttached', playoutDelayMs: outlet.playoutDelayMs, echo: outlet.echo });
    return {
      push: (frame) => {
        if (this.#audio !== outlet) return;
        this.#taping.heard(frame);
        this.#listening?.push(frame);
      },
      digit: (digit) => {
        if (this.#audio === outlet) this.#feed({ type: 'digitPressed', digit });
      },
      playoutDelay: (playoutDelayMs) => {
        if (this.#audio !== outlet || !(playoutDelayMs >= 0)) return;
        this.#feed({ type: 'playoutDelayChanged', playoutDelayMs });
      },
      held: (isHeld) => {
        if (this.#audio === outlet) this.#feed({ type: 'lineHeld', isHeld });
      },
      lost: (reason) => {
        if (this.#audio === outlet) this.#loseAudio(reason);
      },
    };
  }

  attachClient(outlet: ClientOutlet): ClientInlet {
    if (this.#scope.signal.aborted) {
      outlet.tell({ type: 'state', state: 'ended' });
      return { text() {}, pushToTalkStarted() {}, pushToTalkEnded() {}, digit() {}, hangUp() {}, detach() {} };
    }
    this.#clients.add(outlet);
    outlet.tell({ type: 'state', state: this.state });
    this.#options.onAttachedChanged(true);
    this.#feed({ type: 'clientsChanged', count: this.#clients.size });
    const attached = () => this.#clients.has(outlet);
    let holdsButton = false;
    return {
      text: (text, messageId) => {
        if (attached()) this.#takeText(outlet, text, messageId);
      },
      pushToTalkStarted: () => {
        if (!attached()) return;
        holdsButton = true;
        this.#listening?.pushToTalk(true);
      },
      pushToTalkEnded: () => {
        if (!attached()) return;
        holdsButton = false;
        this.#listening?.pushToTalk(false);
      },
      digit: (digit) => {
        if (attached()) this.#feed({ type: 'digitPressed', digit });
      },
      hangUp: () => {
        if (attached()) this.#feed({ type: 'hungUp' });
      },
      detach: () => {
        if (!this.#clients.delete(outlet)) return;
        if (holdsButton) this.#listening?.pushToTalk(false);
        this.#feed({ type: 'clientsChanged', count: this.#clients.size });
        this.#reportAttached();
      },
    };
  }

  /** End it, as whoever is on the line would. */
  hangUp(): void {
    this.#feed({ type: 'hungUp' });
  }

  /** Free everything and leave the conversation as it is stored, for this or another process to go on with. */
  async suspend(): Promise<void> {
    this.#feed({ type: 'shutdown' });
    await this.#recording.settled();
  }

  /**
   * As `suspend`. Before that a caller who cannot come back is told so, and whatever was said reaches the ear.
   * @param atMostMs for the words
   */
  async takeLeave(atMostMs: number): Promise<void> {
    const audio = this.#audio;
    if (audio === undefined || audio.comesBack !== false) return this.suspend();
    this.#feed({ type: 'shutdownNear' });
    await this.#passed(atMostMs, this.closed);
    await this.suspend();
    await this.#passed(audio.playoutDelayMs + closingGraceMs);
  }

  #passed(ms: number, sooner?: Promise<void>): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const cancel = clock.wakeAt(clock.nowMs() + ms, resolve);
      void sooner?.then(() => {
        cancel();
        resolve();
      });
    });
  }

  #createListening(): Listening {
    const { recognizer, voiceDetector, agent, clock } = this.#parts;
    const { vocabularyId } = this.#options;
    const listening = createListening({
      clock,
      openStream: (signal, onEvent) => {
        const line = this.#line;
        const { language } = agent;
        return recognizer.open({ language, vocabularyId, signal, ...(line !== undefined && { line }) }, onEvent);
      },
      openEchoGate: () => createEchoGate(this.#audio?.echo ?? 'cancelled'),
      openDetector: (signal, onEvent) => voiceDetector.open(signal, onEvent),
      onEvent: (event) => this.#feed(event),
    });
    listening.expect(this.#state.expects);
    return listening;
  }

  #loseAudio(reason: string): void {
    this.#listening?.interrupt();
    this.#playout.setOutlet(undefined);
    this.#audio?.close(reason);
    this.#audio = undefined;
    this.#feed({ type: 'audioLost' });
    this.#reportAttached();
  }

  #reportAttached(): void {
    if (!this.#scope.signal.aborted) this.#options.onAttachedChanged(this.attached);
  }

  /** A message that was already taken is not a second turn; one that was already answered gets the stored answer again. */
  #takeText(client: ClientOutlet, text: string, messageId: string): void {
    if (this.#scope.signal.aborted) return;
    const stored = this.#recentTurns.find((turn) => turn.caller?.messageId === messageId);
    if (stored !== undefined) {
      if (stored.reply !== undefined) {
        const { text: said, tone } = stored.reply;
        client.tell({ type: 'said', turnNumber: stored.turnNumber, sentence: 0, text: said, tone });
      }
      client.tell({ type: 'recorded', turn: stored });
      return;
    }
    const { typed, reply } = this.#state;
    const waits = typed.some((message) => message.messageId === messageId);
    if (waits || reply?.caller?.messageId === messageId || this.#messagesBeingStored.has(messageId)) return;
    this.#feed({ type: 'textTyped', text, messageId });
  }

  /** One event at a time: what an effect causes is taken up after all effects of the event before it. */
  #feed(event: UntimedEvent): void {
    const atMs = this.#parts.clock.nowMs();
    if (needsPosition.has(event.type)) {
      const position = this.#playout.position();
      if (position !== undefined) this.#events.push({ type: 'playoutPosition', atMs, ...position });
    }
    this.#events.push({ ...event, atMs });
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        this.#options.onEvent?.(next);
        const { state, effects } = step(this.#state, next);
        this.#state = state;
        for (const effect of effects) this.#carryOut(effect);
      }
    } finally {
      this.#draining = false;
    }
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'think':
        return this.#work.think(effect);
      case 'commit':
        return this.#work.commit(effect.replyId);
      case 'abandonThought':
        return this.#work.abandonThought(effect.replyId);
      case 'abandon':
        return this.#work.abandon(effect.replyId);
      case 'synthesize':
        return this.#work.synthesize(effect);
      case 'play':
        return this.#playout.play(effect.replyId, effect.sentence);
      case 'skip':
        return this.#work.skip(effect.replyId, effect.sentence);
      case 'pause':
        return this.#playout.pause();
      case 'resume':
        return this.#playout.resume();
      case 'clear':
        return this.#playout.clear();
      case 'expect':
        this.#taping.expect(effect.isSecret);
        return this.#listening?.expect(effect.context);
      case 'record':
        return this.#record(effect.turn);
      case 'tell':
        return this.#tell(effect.notice);
      case 'wakeAt':
        return this.#wakeAt(effect.atMs);
      case 'end':
        return this.#end(effect.reason);
    }
  }

  #record(draft: TurnDraft): void {
    const { replyId, startedAtMs, ...turn } = draft;
    const { clock } = this.#parts;
    const record: TurnRecord = {
      ...turn,
      conversationId: this.id,
      startedAtEpochMs: Math.round(clock.epochMs() - (clock.nowMs() - startedAtMs)),
    };
    const messageId = record.caller?.messageId;
    if (messageId !== undefined) this.#messagesBeingStored.add(messageId);
    void this.#recording.turn(record).then((stored) => {
      if (messageId !== undefined) this.#messagesBeingStored.delete(messageId);
      if (!stored) return this.#feed({ type: 'recordFailed', turnNumber: record.turnNumber, replyId });
      this.#keepRecent(record);
      this.#feed({ type: 'recorded', turnNumber: record.turnNumber, replyId });
      this.#tell({ type: 'recorded', turn: record });
    });
  }

  #keepRecent(record: TurnRecord): void {
    const index = this.#recentTurns.findIndex((turn) => turn.turnNumber === record.turnNumber);
    if (index >= 0) this.#recentTurns[index] = record;
    else this.#recentTurns.push(record);
    if (this.#recentTurns.length > maxRecentTurns) this.#recentTurns.shift();
  }

  #tell(notice: ClientNotice): void {
    this.#options.onNotice?.(notice);
    for (const client of this.#clients) client.tell(notice);
  }

  #wakeAt(atMs: number | undefined): void {
    this.#cancelTimer?.();
    this.#cancelTimer =
      atMs === undefined ? undefined : this.#parts.clock.wakeAt(atMs, () => this.#feed({ type: 'timer' }));
  }

  #end(reason: EndReason): void {
    const { clock } = this.#parts;
    this.#cancelTimer?.();
    this.#work.close();
    this.#listening?.close();
    this.#scope.abort();
    const audio = this.#audio;
    this.#audio = undefined;
    this.#playout.close();
    this.#taping.end();
    if (audio !== undefined) {
      clock.wakeAt(clock.nowMs() + audio.playoutDelayMs + closingGraceMs, () => audio.close(reason));
    }
    void this.#finishRecord(reason);
  }

  async #finishRecord(reason: EndReason): Promise<void> {
    // A conversation that the process leaves behind is not over: another process, or this one later, goes on with it.
    if (reason !== 'shutdown') await this.#recording.end(this.id, reason, this.#parts.clock.epochMs());
    await this.#recording.settled();
    this.#clients.clear();
    this.#options.onClosed(reason);
    this.#closed.resolve();
  }
}

/** Does the next sentence follow at once, should nothing come between? After a passage that nobody may interrupt somebody may have the floor. */
function goesOn({ reply }: TurnState, replyId: ReplyId, sentence: number): boolean {
  if (reply?.id !== replyId || reply.floor.kind !== 'free') return false;
  return reply.sentences[sentence]?.interruptible === true && reply.sentences[sentence + 1]?.played === false;
}

/** Events on which the machine may have to say what was heard so far. */
const needsPosition = new Set<TurnEvent['type']>([
  'voiceStarted',
  'voiceStopped',
  'pushToTalkStarted',
  'pushToTalkEnded',
  'agentFinished',
  'agentFailed',
  'partial',
  'final',
  'eagerEndOfTurn',
  'digitPressed',
  'textTyped',
  'timer',
  'lineHeld',
  'audioLost',
  'hungUp',
  'shutdownNear',
  'shutdown',
  // What waited for the end of something that could not be cut off may cut it off then.
  'agentFinished',
  'agentFailed',
  'synthesisFailed',
]);
