import type { Agent } from '@parley/engine/ports/agent.ts';
import { type AudioInlet, FRAME_MS, type Pcm } from '@parley/engine/ports/audio.ts';
import type { ClientNotice } from '@parley/engine/ports/client.ts';
import { createScriptedCall } from '@parley/engine/simulation/scripted-call.ts';
import { type TurnOptions, turnDefaults } from '@parley/engine/turn/options.ts';
import {
  describeMove,
  LineError,
  type Move,
  type TestLine,
  type TestWay,
  type TimelineEvent,
  type TurnFacts,
} from './line.ts';
import type { Conversation } from './step.ts';
import { createVirtualEars, type Hearable, noiseFrame, silentFrame, voiceFrame, wordMs } from './virtual-ears.ts';

export interface VirtualOptions {
  /** A fresh agent for each conversation, by the id that the conversation names. What it keeps outside must be its own too. */
  readonly agent: (id: string | undefined) => Agent | Promise<Agent>;
  readonly turn?: TurnOptions;
  /** Agents vary their wording by the conversation's id; the same id, the same words. Default `conversation-test`. */
  readonly conversationId?: string;
}

/** Beyond it a person would say "hello?". */
const replyTimeoutMs = 15_000;
/** The longest that the agent may talk without letting the caller speak. */
const monologueTimeoutMs = 60_000;
/** Quiet for so long, and waiting by its own word, the agent has finished. */
const finishedQuietMs = 400;
/** A sound that needs no answer may get one: a decision takes up to 2.5 s, in which the state is not `waiting`. */
const soundSettleMs = 1000;
/** Between two keys pressed by hand. */
const keyMs = 200;
/** When callers call who do not say when: Saturday morning in New York. */
export const defaultNowEpochMs = Date.parse('2026-11-21T10:00:00-05:00');
const defaultTimeZone = 'America/New_York';

/**
 * In virtual time: the real machine and driver with the agent, ears that hear what the caller says, a voice of 300 ms a word.
 * Seconds pass in milliseconds, and the same conversation goes the same way each time.
 */
export function virtualWay(options: VirtualOptions): TestWay {
  return {
    over: 'virtual',
    withinToleranceMs: 0,
    graceMs: 400,
    open: async (conversation, signal) =>
      openLine(options, await options.agent(conversation.agent), conversation, signal),
  };
}

function openLine(options: VirtualOptions, agent: Agent, conversation: Conversation, signal: AbortSignal): TestLine {
  let hearable: Hearable = { kind: 'noise' };
  const errors: string[] = [];
  const call = createScriptedCall({
    agent,
    turn: options.turn ?? turnDefaults,
    recognizer: (clock) => createVirtualEars(clock, () => hearable),
    id: options.conversationId ?? 'conversation-test',
    epochMs: conversation.nowEpochMs ?? defaultNowEpochMs,
    timeZone: conversation.timeZone ?? defaultTimeZone,
    onError: (error, context) => errors.push(`${context}: ${error instanceof Error ? error.message : String(error)}`),
  });
  const { clock } = call;
  const events: TimelineEvent[] = [];
  let told = 0;
  let inlet: AudioInlet | undefined = call.attachAudio();
  let messages = 0;
  /** When the caller's last move ended, and what had been said by then. */
  let movedMs = 0;
  let saidBefore = 0;

  const take = () => {
    for (const notice of call.notices.slice(told)) {
      const event = toEvent(notice);
      if (event !== undefined) events.push({ ...event, atMs: Math.round(notice.atMs) });
    }
    told = call.notices.length;
    for (const message of errors.splice(0)) {
      events.push({ type: 'trouble', code: 'part_failed', message, atMs: Math.round(clock.nowMs()) });
    }
    return events;
  };
  const isOver = () => call.conversation.state === 'ended';
  const frames = async (durationMs: number, frame: (index: number) => Pcm) => {
    for (let index = 0; index * FRAME_MS < durationMs; index += 1) {
      signal.throwIfAborted();
      inlet?.push(frame(index));
      await clock.advance(FRAME_MS);
    }
  };
  const wait = (ms: number) => frames(ms, silentFrame);
  const until = async (isMet: () => boolean, timeoutMs: number, failure: string) => {
    const deadlineMs = clock.nowMs() + timeoutMs;
    while (!isMet()) {
      if (clock.nowMs() >= deadlineMs) throw new LineError(failure);
      await wait(FRAME_MS);
    }
  };
  const firstSoundMs = () => call.agentFrames.find((atMs) => atMs > movedMs);
  const said = () => call.notices.filter(({ type }) => type === 'said').length;
  const speak = async (words: readonly string[]) => {
    hearable = { kind: 'words', words, beganAtMs: clock.nowMs() };
    await frames(words.length * wordMs, voiceFrame);
  };
  const sayParts = async (parts: readonly (string | number)[]) => {
    for (const part of parts) {
      if (typeof part === 'number') await wait(part);
      else await speak(part.split(/\s+/));
    }
  };

  const act = async (move: Move) => {
    switch (move.type) {
      case 'say':
        return sayParts(move.parts ?? [move.text]);
      case 'wav':
        if (move.text === undefined) {
          throw new LineError(
            'A recording cannot be heard in virtual time: say what is in it, wav: {file: …, text: …}.',
          );
        }
        return speak(move.text.split(/\s+/));
      case 'sound':
        if (move.kind === 'backchannel') return speak(move.text.split(/\s+/));
        hearable = { kind: move.kind };
        return frames(move.durationMs, move.kind === 'noise' ? noiseFrame : voiceFrame);
      case 'text':
        messages += 1;
        return call.client.text(move.text, `message-${messages}`);
      case 'press':
        for (const [index, key] of move.keys.entries()) {
          if (index > 0) await wait(keyMs);
          if (inlet === undefined) call.client.digit(key);
          else inlet.digit(key);
        }
        return;
      case 'loseNetwork':
        inlet?.lost('network');
        inlet = undefined;
        return;
      case 'reconnect':
        inlet = call.attachAudio();
        return;
      case 'hangUp':
        return call.client.hangUp();
    }
  };

  return {
    over: 'virtual',
    get events() {
      return take();
    },
    isOver,
    async act(move) {
      take();
      events.push(callerEvent(move, Math.round(clock.nowMs())));
      saidBefore = said();
      await act(move);
      movedMs = clock.nowMs();
      // What a key or a message sets off is done before the next thing.
      await clock.advance(0);
    },
    async intoReply(afterMs) {
      const silent = `The agent did not begin to speak within ${replyTimeoutMs / 1000} s, so it cannot be interrupted.`;
      await until(() => firstSoundMs() !== undefined || isOver(), replyTimeoutMs, silent);
      const atMs = (firstSoundMs() ?? clock.nowMs()) + afterMs;
      while (clock.nowMs() < atMs && !isOver()) await wait(FRAME_MS);
    },
    async agentFinished(needsReply) {
      if (needsReply) {
        const silent = `The agent did not answer within ${replyTimeoutMs / 1000} s.`;
        await until(() => isOver() || (said() > saidBefore && firstSoundMs() !== undefined), replyTimeoutMs, silent);
      }
      const isQuiet = () => {
        if (isOver()) return true;
        const quietMs = clock.nowMs() - (call.agentFrames.at(-1) ?? 0);
        const isSettled = needsReply || clock.nowMs() - movedMs >= soundSettleMs;
        return isSettled && quietMs >= finishedQuietMs && call.conversation.state === 'waiting';
      };
      const never = `The agent did not let the caller speak within ${monologueTimeoutMs / 1000} s.`;
      await until(isQuiet, monologueTimeoutMs, never);
    },
    wait,
    replyDelayMs() {
      const atMs = firstSoundMs();
      return atMs === undefined ? undefined : atMs - movedMs;
    },
    async close() {
      take();
      if (!isOver()) await call.conversation.suspend();
    },
  };
}

function callerEvent(move: Move, atMs: number): TimelineEvent {
  const interrupting = 'interruptAfterMs' in move && move.interruptAfterMs !== undefined;
  const [what, text] = describeMove(move);
  return { type: 'caller', what, text, interrupting, atMs };
}

type EventBody = TimelineEvent extends infer E ? (E extends TimelineEvent ? Omit<E, 'atMs'> : never) : never;

function toEvent(notice: ClientNotice): EventBody | undefined {
  switch (notice.type) {
    case 'state':
      return { type: 'state', state: notice.state };
    case 'transcript':
      if (!notice.isFinal || notice.text === '') return undefined;
      return { type: 'understood', text: notice.text, confidence: notice.confidence };
    case 'said':
      return { type: 'agent', turnNumber: notice.turnNumber, text: notice.text };
    case 'cutOff':
      return {
        type: 'cutOff',
        turnNumber: notice.turnNumber,
        heardText: notice.heardText,
        unheardText: notice.unheardText,
      };
    case 'acted':
      return { type: 'action', name: notice.name, data: notice.data };
    case 'recorded':
      return { type: 'turn', turn: toFacts(notice) };
    case 'trouble':
      return { type: 'trouble', code: notice.code, message: notice.message };
    case 'ended':
      return { type: 'ended', reason: notice.reason };
    case 'processing':
      return undefined;
  }
}

function toFacts({ turn }: Extract<ClientNotice, { type: 'recorded' }>): TurnFacts {
  return {
    turnNumber: turn.turnNumber,
    callerText: turn.caller?.text,
    intent: turn.understanding?.intent,
    slots: turn.understanding?.slots,
    entities: turn.understanding?.entities ?? [],
    heardText: turn.reply?.heardText,
  };
}
