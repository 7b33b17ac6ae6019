import { basename } from 'node:path';
import type { TurnView } from '@parley/contract/turn.ts';
import { describeMove, type Move, type TestLine, type TimelineEvent } from '@parley/conversation-tests/line.ts';
import type { Step } from '@parley/conversation-tests/step.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import { type CallChannel, CallError, type CallEvent } from './call-events.ts';
import { type Line, newMessageId } from './line.ts';
import type { LiveCall } from './live-call.ts';

/** How long after an answer its record may take to arrive. */
export const graceMs = 1500;

/** From the end of the caller's words to the agent's first sound; beyond it a person would say "hello?". */
const replyTimeoutMs = 15_000;
/** The longest that the agent may talk without letting the caller speak. */
const monologueTimeoutMs = 60_000;
/** A sound that asks for no answer may get one: by then the agent is known to be at it. */
const reactionMs = 1500;

/** A call's events in the form that conversation tests read. */
export function createTimeline() {
  const events: TimelineEvent[] = [];
  return {
    events,
    take(event: CallEvent) {
      switch (event.type) {
        case 'understood':
        case 'state':
        case 'agent':
        case 'cutOff':
        case 'action':
        case 'trouble':
        case 'ended':
          events.push(event);
          break;
        // The caller's moves are written by the line itself, turns as they are recorded.
        case 'caller':
        case 'turn':
        case 'connected':
        case 'partial':
        case 'expected':
          break;
      }
    },
    recorded(turn: TurnView, atMs: number) {
      events.push({
        type: 'turn',
        atMs,
        turn: {
          turnNumber: turn.turn_number,
          callerText: turn.user?.text,
          intent: turn.nlu?.intent ?? undefined,
          slots: turn.nlu?.slots,
          entities: turn.nlu?.entities ?? [],
          heardText: turn.reply?.heard_text ?? undefined,
        },
      });
    },
  };
}

/** A call to a server as the steps of a conversation test see it. */
export function createWireLine(parts: {
  readonly call: LiveCall;
  readonly channel: CallChannel;
  readonly timeline: ReturnType<typeof createTimeline>;
  /** What is spoken, as sound. */
  readonly utterances: ReadonlyMap<Step, Pcm>;
  /** Connects again. */
  readonly dial: () => Promise<Line>;
}): TestLine {
  const { call, channel, timeline, utterances } = parts;

  const speak = async (move: Move, text: string, how: 'spoken' | 'wav' | 'sound') => {
    const samples = utterances.get(move);
    if (samples === undefined) throw new CallError('caller_failed', 'A recording cannot be sent in a call by text.');
    const interruptAfterMs = 'interruptAfterMs' in move ? move.interruptAfterMs : undefined;
    await call.speak(samples, { text, how, interruptAfterMs });
  };
  const act = async (move: Move) => {
    switch (move.type) {
      case 'say':
        return channel === 'chat' ? call.type(move.text, newMessageId()) : speak(move, move.text, 'spoken');
      case 'wav':
        if (channel === 'chat' && move.text !== undefined) return call.type(move.text, newMessageId());
        return speak(move, basename(move.path), 'wav');
      case 'sound':
        return speak(move, move.text === '' ? move.kind : move.text, 'sound');
      case 'text':
        return call.type(move.text, newMessageId());
      case 'press':
        return call.press(move.keys);
      case 'loseNetwork':
        return call.loseNetwork();
      case 'reconnect':
        return call.reconnected(await parts.dial());
      case 'hangUp':
        return call.hangUp();
    }
  };

  return {
    over: channel === 'chat' ? 'chat' : 'audio',
    events: timeline.events,
    isOver: call.isOver,
    async act(move) {
      const [what, text] = describeMove(move);
      const interrupting = 'interruptAfterMs' in move && move.interruptAfterMs !== undefined;
      timeline.events.push({ type: 'caller', what, text, interrupting, atMs: Math.round(call.durationMs()) });
      await act(move);
    },
    async intoReply(afterMs) {
      const begunAtMs = await call.agentBegan(replyTimeoutMs);
      await call.pauseUntil(begunAtMs + afterMs);
    },
    agentFinished: (needsReply) =>
      needsReply
        ? call.agentFinished(replyTimeoutMs, monologueTimeoutMs)
        : call.agentQuiet(channel === 'chat' ? 0 : reactionMs, monologueTimeoutMs),
    wait: (durationMs) => call.rest(durationMs),
    replyDelayMs: call.replyDelayMs,
    close: async () => call.end(),
  };
}
