import type { ClientMessage, ServerMessage } from '@parley/contract/app-messages.ts';
import type { ConversationOpened } from '@parley/contract/conversations.ts';
import type { TurnView } from '@parley/contract/turn.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import { createAgentEar } from './agent-ear.ts';
import { type CallChannel, CallError, type CallEvent, type CallResult, type CallTurn } from './call-events.ts';
import type { Line, LineEvents } from './line.ts';
import { createMicrophone } from './microphone.ts';
import { createTrack } from './recording.ts';
import type { CallStep } from './script.ts';

/** Quiet for so long, and waiting by its own word, the agent has finished: longer than the pause between two sentences. */
const finishedQuietMs = 400;

/** Between two keys pressed by hand; the server takes five messages a second in the long run. */
const keyMs = 200;

type EventBody = CallEvent extends infer E ? (E extends CallEvent ? Omit<E, 'atMs'> : never) : never;

/** One call while it lasts: what was said and heard so far, and waiting for what comes next. */
export type LiveCall = ReturnType<typeof createLiveCall>;

export function createLiveCall(options: {
  readonly channel: CallChannel;
  readonly noiseDbfs: number | undefined;
  readonly onEvent: ((event: CallEvent) => void) | undefined;
  /** Each time that a turn is told as recorded, with what is known of it by then. */
  readonly onRecorded?: (turn: TurnView, atMs: number) => void;
  readonly signal: AbortSignal;
}) {
  const { channel, signal } = options;
  const isVoice = channel === 'webrtc';
  const clock = createSystemClock();
  const microphone = createMicrophone(options.noiseDbfs);
  const ear = createAgentEar();
  const tracks = { caller: createTrack(), agent: createTrack() };
  const events: CallEvent[] = [];
  const turns = new Map<number, TurnView>();
  const heardDelayMs = new Map<number, number>();
  const shown = new Set<number>();
  /** A wait for a condition; looked at with each frame and message. */
  const waits = new Set<() => void>();

  let line: Line | undefined;
  let conversation: ConversationOpened | undefined;
  let beganMs = 0;
  let endedMs: number | undefined;
  let state = 'waiting';
  let isOver = false;
  let lostReason: string | undefined;
  let stopTicks = () => {};
  /** Where the caller's last move ended, and which of its replies were there before. */
  let movedMs = 0;
  let repliesBefore = 0;
  let replies = 0;
  let awaitedMessageId: string | undefined;
  /** Set while the answer to a spoken move has not been heard. */
  let awaitingAnswer = false;
  let hasMoved = false;
  let answerDelayMs: number | undefined;
  /** When the agent began to answer the last move: its first sound, or in text its first sentence. */
  let answeredMs: number | undefined;
  /** The caller has cut the connection and may come back. */
  let isAway = false;

  const sinceBeginMs = () => Math.max(0, Math.round(clock.nowMs() - beganMs));
  const emit = (body: EventBody) => {
    const event: CallEvent = { ...body, atMs: sinceBeginMs() };
    events.push(event);
    options.onEvent?.(event);
  };
  const look = () => {
    for (const wait of waits) wait();
  };

  const toCallTurn = (turn: TurnView): CallTurn => ({
    ...turn,
    heardVoiceToVoiceMs: heardDelayMs.get(turn.turn_number) ?? null,
  });
  const showTurn = (turn: TurnView) => {
    if (shown.has(turn.turn_number)) return;
    shown.add(turn.turn_number);
    emit({ type: 'turn', turn: toCallTurn(turn) });
  };

  const onMessage = (message: ServerMessage) => {
    switch (message.type) {
      case 'state':
        state = message.data.state;
        emit({ type: 'state', state });
        if (state === 'ended') isOver = true;
        break;
      case 'transcription_update': {
        const { text, confidence, isFinal } = message.data;
        if (!isFinal) emit({ type: 'partial', text });
        else if (text !== '') emit({ type: 'understood', text, confidence });
        break;
      }
      case 'assistant_response': {
        const { turnNumber, text } = message.data;
        replies += 1;
        if (!isVoice) answeredMs ??= clock.nowMs();
        // The sound may be here before the message that names its turn, or after it.
        if (answerDelayMs !== undefined && !heardDelayMs.has(turnNumber)) {
          heardDelayMs.set(turnNumber, answerDelayMs);
          answerDelayMs = undefined;
        }
        emit({ type: 'agent', turnNumber, text });
        break;
      }
      case 'assistant_cut_off':
        emit({ type: 'cutOff', ...message.data });
        break;
      case 'assistant_action':
        emit({ type: 'action', name: message.data.name, data: message.data.data });
        break;
      case 'turn_recorded': {
        const { turn } = message.data;
        turns.set(turn.turn_number, turn);
        options.onRecorded?.(turn, sinceBeginMs());
        if (turn.user?.message_id === awaitedMessageId) awaitedMessageId = undefined;
        if (!isVoice || turn.reply === null || turn.reply.heard_text !== null) showTurn(turn);
        break;
      }
      case 'error':
        emit({ type: 'trouble', ...pick(message.data) });
        break;
      case 'conversation_ended':
        isOver = true;
        emit({ type: 'ended', reason: message.data.reason });
        break;
      case 'conversation':
      case 'processing_status':
        break;
    }
    look();
  };

  const lineEvents: LineEvents = {
    onAudio(frame) {
      const nowMs = clock.nowMs();
      tracks.agent.add(frame, nowMs - beganMs);
      ear.hear(frame, nowMs);
      const onsetMs = ear.lastOnsetMs;
      if (onsetMs !== undefined && onsetMs > movedMs) answeredMs ??= onsetMs;
      if (awaitingAnswer && onsetMs !== undefined && onsetMs > movedMs) {
        awaitingAnswer = false;
        const latest = Math.max(0, ...[...turns.keys()]);
        const isNamed = replies > repliesBefore;
        if (isNamed) heardDelayMs.set(lastNamedTurn(events) ?? latest, onsetMs - movedMs);
        else answerDelayMs = onsetMs - movedMs;
      }
      look();
    },
    onMessage,
    onClosed(reason) {
      if (!isOver) lostReason = reason;
      look();
    },
  };

  /** Resolves when `isMet` holds; fails when the time is over or the line is lost first. */
  const until = (isMet: () => boolean, timeoutMs: number, failure: () => CallError): Promise<void> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        waits.delete(check);
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const check = () => {
        if (isMet()) finish(resolve);
        else if (lostReason !== undefined) {
          const reason = lostReason;
          finish(() => reject(new CallError('connection_lost', `The connection was lost: ${reason}.`)));
        }
      };
      const onAbort = () => finish(() => reject(signal.reason));
      const cancelTimer = clock.wakeAt(clock.nowMs() + timeoutMs, () => finish(() => reject(failure())));
      signal.addEventListener('abort', onAbort, { once: true });
      waits.add(check);
      check();
    });

  const silent = (timeoutMs: number) =>
    new CallError(
      'agent_silent',
      hasMoved
        ? `The agent did not answer within ${timeoutMs / 1000} s.`
        : `The agent answered the call but said nothing within ${timeoutMs / 1000} s.`,
    );

  const hasAnswered = () => {
    if (isOver) return true;
    if (awaitedMessageId !== undefined) return false;
    const isHeard = !isVoice || (ear.lastSoundMs !== undefined && ear.lastSoundMs > movedMs);
    return replies > repliesBefore && isHeard;
  };
  const isQuiet = () => {
    const nowMs = clock.nowMs();
    if (isAway) return true;
    if (isOver && lostReason !== undefined) return true;
    const isSilent = !isVoice || nowMs - (ear.lastSoundMs ?? 0) >= finishedQuietMs;
    return isSilent && (state === 'waiting' || isOver);
  };
  const moved = (atMs: number) => {
    movedMs = atMs;
    repliesBefore = replies;
    answeredMs = undefined;
    hasMoved = true;
  };
  /** A sound that asks for no answer: the one before may still be given. */
  const sounded = (atMs: number) => {
    movedMs = atMs;
    answeredMs = undefined;
    hasMoved = true;
  };
  const tell = (message: ClientMessage) => line?.tell(message);

  return {
    events,
    lineEvents,
    isOver: () => isOver,
    turns: (): CallTurn[] => [...turns.values()].sort((a, b) => a.turn_number - b.turn_number).map(toCallTurn),
    audio: () => ({ caller: tracks.caller.samples(), agent: tracks.agent.samples() }),
    durationMs: () => (beganMs === 0 ? 0 : (endedMs ?? clock.nowMs()) - beganMs),

    begin(connected: Line, opened: ConversationOpened) {
      line = connected;
      conversation = opened;
      beganMs = clock.nowMs();
      movedMs = beganMs;
      emit({ type: 'connected', conversationId: opened.conversation_id, agent: opened.agent.name, channel });
      if (!isVoice) {
        stopTicks = clock.everyFrame(look);
        return;
      }
      stopTicks = clock.everyFrame((nowMs) => {
        const frame = microphone.tick(nowMs);
        tracks.caller.add(frame, nowMs - beganMs);
        if (!isAway) line?.send(frame);
        look();
      });
    },

    /** Resolves to the moment when the agent began to speak since the caller's last move. */
    async agentBegan(timeoutMs: number): Promise<number> {
      await until(hasAnswered, timeoutMs, () => silent(timeoutMs));
      return Math.max(movedMs, ear.lastOnsetMs ?? clock.nowMs());
    },

    /** Resolves when the agent is quiet and waits, and has been given the time to react to what asks for no answer. */
    async agentQuiet(reactionMs: number, endTimeoutMs: number): Promise<void> {
      const tooLong = () =>
        new CallError('agent_never_finished', `The agent was not quiet for ${endTimeoutMs / 1000} s.`);
      await until(() => isQuiet() && (isOver || clock.nowMs() - movedMs >= reactionMs), endTimeoutMs, tooLong);
    },

    /** Resolves when the agent has answered the caller's last move (or greeted) and waits. */
    async agentFinished(beginTimeoutMs: number, endTimeoutMs: number): Promise<void> {
      await until(hasAnswered, beginTimeoutMs, () => silent(beginTimeoutMs));
      const tooLong = () =>
        new CallError(
          'agent_never_finished',
          `The agent did not let the caller speak within ${endTimeoutMs / 1000} s.`,
        );
      await until(isQuiet, endTimeoutMs, tooLong);
    },

    async pauseUntil(atMs: number): Promise<void> {
      const never = () => new CallError('caller_failed', 'The pause did not end.');
      await until(() => clock.nowMs() >= atMs || isOver, Math.max(0, atMs - clock.nowMs()) + 5_000, never);
    },
    /** Like `pause`, and also when the call is over: what was done last may still be told. */
    async rest(durationMs: number): Promise<void> {
      const atMs = clock.nowMs() + durationMs;
      const never = () => new CallError('caller_failed', 'The pause did not end.');
      await until(() => clock.nowMs() >= atMs, durationMs + 5_000, never);
    },
    async pause(durationMs: number): Promise<void> {
      await this.pauseUntil(clock.nowMs() + durationMs);
    },

    async speak(
      samples: Pcm,
      what: {
        readonly text: string;
        readonly how: 'spoken' | 'wav' | 'sound';
        readonly interruptAfterMs: number | undefined;
      },
    ): Promise<void> {
      emit({ type: 'caller', text: what.text, how: what.how, interrupting: what.interruptAfterMs !== undefined });
      let spoken: Awaited<ReturnType<typeof microphone.speak>> | undefined;
      let failure: unknown;
      microphone.speak(samples).then(
        (result) => {
          spoken = result;
        },
        (error: unknown) => {
          failure = error;
        },
      );
      const lengthMs = (samples.length / 16_000) * 1000;
      const stuck = () =>
        new CallError('caller_failed', 'The caller could not speak in time; is the machine overloaded?');
      await until(() => spoken !== undefined || failure !== undefined || isOver, lengthMs * 2 + 5_000, stuck);
      if (failure !== undefined) throw failure;
      if (spoken === undefined) return;
      if (what.how === 'sound') return sounded(spoken.endedMs);
      moved(spoken.endedMs);
      awaitingAnswer = true;
      answerDelayMs = undefined;
    },

    type(text: string, messageId: string) {
      if (conversation === undefined) return;
      emit({ type: 'caller', text, how: 'typed', interrupting: false });
      moved(clock.nowMs());
      awaitingAnswer = false;
      awaitedMessageId = messageId;
      tell({ type: 'user_text', data: { conversationId: conversation.conversation_id, messageId, text } });
    },

    /** Presses the keys one after the other, as a hand does. */
    async press(keys: readonly Digit[]): Promise<void> {
      if (conversation === undefined) return;
      emit({ type: 'caller', text: keys.join(''), how: 'pressed', interrupting: false });
      for (const [index, digit] of keys.entries()) {
        if (index > 0) await this.rest(keyMs);
        if (index === keys.length - 1) moved(clock.nowMs());
        tell({ type: 'digit_pressed', data: { conversationId: conversation.conversation_id, digit } });
      }
      awaitingAnswer = false;
    },

    /** From the end of the last move to the agent's answer as the caller noticed it; undefined while there is none. */
    replyDelayMs: () => (answeredMs === undefined ? undefined : answeredMs - movedMs),

    /** Tells that something was as the caller expected. */
    checked: (text: string) => emit({ type: 'expected', text }),

    /** The connection is cut, without a goodbye. */
    loseNetwork() {
      isAway = true;
      line?.close();
      sounded(clock.nowMs());
    },
    /** The connection stands again. */
    reconnected(connected: Line) {
      line = connected;
      isAway = false;
      sounded(clock.nowMs());
    },

    hangUp() {
      if (line === undefined || conversation === undefined || isOver || isAway || lostReason !== undefined) return;
      tell({ type: 'hang_up', data: { conversationId: conversation.conversation_id } });
    },

    end() {
      if (endedMs !== undefined) return;
      endedMs = clock.nowMs();
      stopTicks();
      line?.close();
      for (const turn of turns.values()) showTurn(turn);
    },

    /** A call in which speech was sent and none of it understood has failed, however politely the agent answered. */
    unheard(steps: readonly CallStep[]): CallResult['failure'] {
      const hasSpoken = isVoice && steps.some(({ type }) => type === 'say' || type === 'wav');
      if (!hasSpoken) return undefined;
      const isUnderstood = [...turns.values()].some(({ user }) => user?.modality === 'voice' && !user.rejected);
      if (isUnderstood) return undefined;
      return { code: 'nothing_recognised', message: 'The agent recognised nothing of what the caller said.' };
    },
  };
}

function lastNamedTurn(events: readonly CallEvent[]): number | undefined {
  for (let n = events.length - 1; n >= 0; n--) {
    const event = events[n];
    if (event?.type === 'agent') return event.turnNumber;
  }
  return undefined;
}

function pick({ code, message }: { readonly code: string; readonly message: string }) {
  return { code, message };
}
