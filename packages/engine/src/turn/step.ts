import type { Understanding } from '../ports/agent.ts';
import { FRAME_MS } from '../ports/audio.ts';
import { earliest } from './deadlines.ts';
import { commitKeys, keysTurnDeadlineMs, onDigit } from './digits.ts';
import type { Draft } from './draft.ts';
import { emit, tell, update, updateReply } from './draft.ts';
import type { Effect } from './effect.ts';
import {
  decideEndOfTurn,
  endOfTurnDeadlineMs,
  onEagerEndOfTurn,
  onFinal,
  onPartial,
  onPushToTalk,
  onTurnResumed,
  onVoiceStarted,
  onVoiceStopped,
} from './endpointing.ts';
import type { AgentEvent, ReplyId, TurnEvent } from './event.ts';
import { holdDeadlineMs, releaseFloor, releaseOverdueHold } from './interruption.ts';
import { onLineHeld } from './line-hold.ts';
import { endConversation, onTextTyped, openReply, takeNextTyped } from './replies.ts';
import { onSilenceTimer, silenceDeadlineMs } from './silence.ts';
import {
  advance,
  onAgentFinished,
  onAgentSaid,
  onAgentWaits,
  onPlayoutPosition,
  onRecorded,
  onSentencePlayed,
  onSentenceStarted,
  onSynthesized,
} from './speaking.ts';
import { conversationState, hasVoice, isCallerBusy, processingStatus, type Reply, type TurnState } from './state.ts';
import { holdBack, takeHeld, thinkAhead, thinkAheadDeadlineMs } from './thinking-ahead.ts';
import {
  onAgentFailed,
  onAudioLost,
  onRecognizerFailed,
  onRecordFailed,
  onShutdownNear,
  onSynthesisFailed,
  onTroubleTimer,
  troubleDeadlineMs,
} from './trouble.ts';

export interface Step {
  readonly state: TurnState;
  readonly effects: readonly Effect[];
}

/**
 * The conversation. Pure: no I/O, no clock, no randomness; the same state and event always give the same result.
 * Events of a reply that no longer owns the floor, and any event after the end, change nothing.
 */
export function step(before: TurnState, event: TurnEvent): Step {
  if (before.life.kind === 'ended') return { state: before, effects: [] };
  const draft: Draft = { state: { ...before, nowMs: Math.max(before.nowMs, event.atMs) }, effects: [] };
  handle(draft, event);
  commitKeys(draft);
  // The turn of an answer that was thought ahead has become certain: what was held back of it counts now.
  for (const held of takeHeld(draft)) onAgentEvent(draft, held);
  thinkAhead(draft);
  // Nobody has the floor, however it was lost: what was typed meanwhile is next.
  if (draft.state.life.kind === 'open' && !isCallerBusy(draft.state)) takeNextTyped(draft);
  tellChanges(draft, before);
  scheduleWake(draft, before, event);
  if (draft.state.life.kind === 'ended') emit(draft, { type: 'end', reason: draft.state.life.reason });
  return draft;
}

function handle(draft: Draft, event: TurnEvent): void {
  switch (event.type) {
    case 'started':
      return update(draft, { life: { kind: 'open', startedAtMs: event.atMs } });
    case 'audioAttached':
      return onAudioAttached(draft, event);
    case 'playoutDelayChanged':
      return onPlayoutDelayChanged(draft, event.playoutDelayMs);
    case 'lineHeld':
      return onLineHeld(draft, event.isHeld);
    case 'audioLost':
      return onAudioLost(draft);
    case 'clientsChanged':
      update(draft, { clients: event.count });
      return greetIfDue(draft);
    case 'voiceStarted':
      return onVoiceStarted(draft, event.utteranceId);
    case 'voiceStopped':
      return onVoiceStopped(draft, event.utteranceId, event.speechEndedAtMs);
    case 'pushToTalkStarted':
      return onPushToTalk(draft, { kind: 'pressed', utteranceId: event.utteranceId });
    case 'pushToTalkEnded':
      return onPushToTalk(draft, { kind: 'released', ...event });
    case 'partial':
      return onPartial(draft, event.utteranceId, event.text);
    case 'final':
      return onFinal(draft, event);
    case 'eagerEndOfTurn':
      return onEagerEndOfTurn(draft, event.utteranceId, event.text);
    case 'turnResumed':
      return onTurnResumed(draft, event.utteranceId);
    case 'digitPressed':
      return onDigit(draft, event.digit);
    case 'textTyped':
      return onTextTyped(draft, event.text, event.messageId);
    case 'agentCommitted':
      if (owns(draft, event.replyId)) updateReply(draft, { acting: true });
      return;
    case 'agentUnderstood':
    case 'agentSaid':
    case 'agentWaits':
    case 'agentActed':
    case 'agentFinished':
    case 'agentFailed':
      return event.replyId === draft.state.thought?.replyId ? holdBack(draft, event) : onAgentEvent(draft, event);
    case 'synthesized':
      if (owns(draft, event.replyId)) onSynthesized(draft, event);
      return;
    case 'synthesisFailed':
      if (owns(draft, event.replyId)) onSynthesisFailed(draft, event.sentence, true);
      return;
    case 'sentenceStarted':
      if (owns(draft, event.replyId)) onSentenceStarted(draft, event.sentence);
      return;
    case 'playoutPosition':
      if (owns(draft, event.replyId)) onPlayoutPosition(draft, event.sentence, event.playedMs);
      return;
    case 'sentencePlayed':
      if (owns(draft, event.replyId)) onSentencePlayed(draft, event.sentence);
      return;
    case 'recorded':
      if (owns(draft, event.replyId)) onRecorded(draft);
      return;
    case 'recordFailed':
      return onRecordFailed(draft, event.replyId);
    case 'recognizerFailed':
      return onRecognizerFailed(draft);
    case 'timer':
      return onTimer(draft);
    case 'hungUp':
      return endConversation(draft, 'caller_left');
    case 'shutdownNear':
      return onShutdownNear(draft);
    case 'shutdown':
      return endConversation(draft, 'shutdown');
  }
}

function owns(draft: Draft, replyId: ReplyId): boolean {
  return draft.state.reply?.id === replyId;
}

function onAgentEvent(draft: Draft, event: AgentEvent): void {
  const { reply } = draft.state;
  if (reply === undefined || !owns(draft, event.replyId)) return;
  switch (event.type) {
    case 'agentUnderstood':
      return onUnderstood(draft, reply, event.understanding);
    case 'agentSaid':
      return onAgentSaid(draft, event);
    case 'agentWaits':
      return onAgentWaits(draft, event.upToMs);
    case 'agentActed':
      updateReply(draft, { actions: [...reply.actions, { name: event.name, data: event.data }] });
      return tell(draft, { type: 'acted', turnNumber: reply.turnNumber, name: event.name, data: event.data });
    case 'agentFinished':
      return saysNothing(reply, event.end) ? onAgentFailed(draft, 'empty_reply') : onAgentFinished(draft, event);
    case 'agentFailed':
      return onAgentFailed(draft, event.code);
  }
}

/** What the agent says must not be kept is gone from everything that is, also from screens that had it already. */
function onUnderstood(draft: Draft, reply: Reply, understanding: Understanding): void {
  updateReply(draft, { understanding });
  const { retold } = understanding;
  if (retold === undefined || reply.caller === undefined) return;
  const { history } = draft.state;
  const at = history.findLastIndex(({ speaker }) => speaker === 'caller');
  update(draft, { history: history.map((line, index) => (index === at ? { ...line, text: retold } : line)) });
  const { turnNumber, confidence } = reply.caller;
  tell(draft, { type: 'transcript', turnNumber, text: retold, confidence, isFinal: true });
}

/** An answer without a word would leave the caller in silence. */
function saysNothing({ cause, sentences, uncut, actions }: Reply, end: boolean): boolean {
  const silent = uncut.trim() === '' && sentences.every((sentence) => sentence.filler);
  return cause === 'turn' && silent && actions.length === 0 && !end;
}

/** The agent speaks first, as soon as somebody is there the way the conversation was opened. */
function greetIfDue(draft: Draft): void {
  const { state } = draft;
  const present = state.greetOn === 'audio' ? hasVoice(state) : state.clients > 0;
  if (state.greetOn === 'never' || !present || state.lastTurnNumber > 0 || state.reply !== undefined) return;
  update(draft, { greetOn: 'never' });
  openReply(draft, { cause: 'greeting', cue: { type: 'greet' } });
}

/** Whoever comes by voice into a conversation that is under way (from text, or after a lost network) hears where it stands. */
function onAudioAttached(
  draft: Draft,
  { playoutDelayMs, echo }: { readonly playoutDelayMs: number; readonly echo: 'cancelled' | 'possible' },
): void {
  update(draft, { audio: { kind: 'attached', playoutDelayMs, echo, firstSoundAtMs: undefined, isHeld: false } });
  greetIfDue(draft);
  if (draft.state.lastTurnNumber === 0) return;
  update(draft, { greetOn: 'never' });
  if (draft.state.reply === undefined) {
    openReply(draft, { cause: 'reprompt', cue: { type: 'reprompt', count: 1 } });
  } else if (draft.state.reply.delivery === 'text' && draft.state.reply.thinking.kind === 'running') {
    // It was begun for somebody who only reads; now there is an ear.
    updateReply(draft, { delivery: 'voice' });
    advance(draft);
  } else if (!isCallerBusy(draft.state)) {
    // What was being done when the line broke is still being done; its answer goes on where it stopped.
    releaseFloor(draft);
  }
}

function onPlayoutDelayChanged(draft: Draft, playoutDelayMs: number): void {
  const { audio } = draft.state;
  if (audio.kind === 'attached') update(draft, { audio: { ...audio, playoutDelayMs } });
}

/** Several deadlines may be due at once; each part looks at its own. */
function onTimer(draft: Draft): void {
  decideEndOfTurn(draft);
  releaseOverdueHold(draft);
  onTroubleTimer(draft);
  onSilenceTimer(draft);
}

function tellChanges(draft: Draft, before: TurnState): void {
  const { life } = draft.state;
  // A process that goes down leaves the conversation, it does not end it: clients lose the connection and come back.
  if (life.kind === 'ended' && life.reason === 'shutdown') return;
  const state = conversationState(draft.state);
  if (state !== conversationState(before)) tell(draft, { type: 'state', state });
  const status = processingStatus(draft.state);
  if (status !== processingStatus(before)) tell(draft, { type: 'processing', status });
  if (life.kind === 'ended') tell(draft, { type: 'ended', reason: life.reason });
}

function scheduleWake(draft: Draft, before: TurnState, event: TurnEvent): void {
  const { state } = draft;
  const deadlines =
    state.life.kind === 'open'
      ? [
          endOfTurnDeadlineMs(state),
          keysTurnDeadlineMs(state),
          thinkAheadDeadlineMs(state),
          holdDeadlineMs(state),
          troubleDeadlineMs(state),
          silenceDeadlineMs(state),
        ]
      : [];
  const dueAtMs = earliest(deadlines);
  // What a timer did not settle is looked at again a frame later, never at once: a deadline that stays due must not spin.
  const isUnsettled = event.type === 'timer' && dueAtMs !== undefined && dueAtMs <= state.nowMs;
  const wakeAtMs = isUnsettled ? state.nowMs + FRAME_MS : dueAtMs;
  // A timer that has rung is gone. One that is armed and rings too early does no harm: what is due later is then asked for
  // anew. Most deadlines only move on (with each word, with each piece of sound), and the timer need not follow.
  if (event.type !== 'timer' && (wakeAtMs === before.wakeAtMs || ringsBy(before, wakeAtMs))) return;
  update(draft, { wakeAtMs });
  emit(draft, { type: 'wakeAt', atMs: wakeAtMs });
}

function ringsBy({ wakeAtMs }: TurnState, atMs: number | undefined): boolean {
  return wakeAtMs !== undefined && atMs !== undefined && wakeAtMs <= atMs;
}
