import { sameMeaning } from '../text/meaning.ts';
import { type Draft, emit, update } from './draft.ts';
import type { AgentEvent, ReplyId } from './event.ts';
import { isOwnEcho } from './interruption.ts';
import type { Thought, TurnState } from './state.ts';
import { partialText, soundsComplete, updateUtterance, utteranceOf, utteranceText } from './utterance.ts';

export interface ThinkingAheadOptions {
  /** Off for agents that do not promise to wait for the turn before side effects (`Agent.thinksAhead`). */
  readonly enabled: boolean;
  /** How long a partial that sounds complete must have stayed the same, while the voice still goes on. */
  readonly stablePartialMs: number;
  /** Thoughts for one turn; each is paid for. */
  readonly maxThoughts: number;
  /** Least confidence of the committed turn for which an answer thought ahead may be given. */
  readonly minConfidence: number;
  /** Most outputs that are held back; a thought that goes on beyond is dropped. */
  readonly maxHeld: number;
}

export const thinkingAheadDefaults: ThinkingAheadOptions = {
  enabled: true,
  // Recognisers revise a word within two or three of their frames of about 100 ms.
  stablePartialMs: 250,
  // The first guess is right in most turns; a caller who changes their words three times is still thinking.
  maxThoughts: 3,
  // A thought is asked as if the words were sure. What the recogniser then doubts ("act on it" is 0.7) is asked anew.
  minConfidence: 0.7,
  // A long answer comes in about 300 pieces.
  maxHeld: 1000,
};

/**
 * The agent begins to think as soon as the words are probably all, so that its answer is ready when the turn is certain.
 * Asked after every event. A thought lives as long as its words stay what was said, is asked once for each meaning, and has
 * no floor: nothing of it is heard, told or stored before the turn is committed.
 */
export function thinkAhead(draft: Draft): void {
  const { thought, reply } = draft.state;
  if (thought !== undefined && thought.replyId !== reply?.id && !isStillMeant(draft.state, thought)) dropThought(draft);
  const { state } = draft;
  const readyAtMs = thinkAheadDeadlineMs(state);
  const utterance = utteranceOf(state);
  if (readyAtMs === undefined || state.nowMs < readyAtMs || utterance === undefined) return;
  // The one place where a number becomes the id of a thought.
  const replyId = (state.lastReplyId + 1) as ReplyId;
  const text = utteranceText(utterance);
  update(draft, { thought: { replyId, text, held: [] }, lastReplyId: replyId });
  updateUtterance(draft, { thoughts: [...utterance.thoughts, text] });
  const turn = {
    turnNumber: state.lastTurnNumber + 1,
    text,
    confidence: 1,
    rejected: false,
    modality: 'voice' as const,
  };
  emit(draft, {
    type: 'think',
    replyId,
    cue: { type: 'turn', turn },
    memory: state.memory,
    history: state.history,
    ahead: true,
  });
}

/** When the words so far will be worth a thought: now, after they stayed the same for a while, or not at all. */
export function thinkAheadDeadlineMs(state: TurnState): number | undefined {
  const { options, thought, reply, caller, keys } = state;
  const { enabled, maxThoughts, stablePartialMs } = options.thinkingAhead;
  const utterance = utteranceOf(state);
  if (!enabled || thought !== undefined || reply !== undefined || utterance === undefined) return undefined;
  // Words with keys between them are not all said before the keys are.
  if (keys !== undefined) return undefined;
  const text = utteranceText(utterance);
  const last = utterance.thoughts.at(-1);
  if (utterance.thoughts.length >= maxThoughts || (last !== undefined && sameMeaning(last, text))) return undefined;
  if (text === '' || utterance.finals.some((final) => final.rejected)) return undefined;
  if (utterance.overAgent && isOwnEcho(state, text)) return undefined;
  if (utterance.turnEnd !== 'unknown') return state.nowMs;
  if (caller.kind === 'speaking') {
    if (partialText(utterance) === '') return undefined;
    // Most partials are gone before they are old enough: only those that are not are judged.
    const stableAtMs = utterance.partialSinceMs + stablePartialMs;
    if (state.nowMs < stableAtMs) return stableAtMs;
  }
  return soundsComplete(utterance, state).kind === 'complete' ? state.nowMs : undefined;
}

/** The thought that answers a turn of these words, if there is one. */
export function thoughtFor(state: TurnState, turn: { readonly text: string; readonly confidence: number }) {
  const { thought, options } = state;
  if (thought === undefined || turn.confidence < options.thinkingAhead.minConfidence) return undefined;
  return sameMeaning(thought.text, turn.text) ? thought : undefined;
}

/** Something came of a thought that has no floor yet. A thought that failed is forgotten: the turn will be thought anew. */
export function holdBack(draft: Draft, event: AgentEvent): void {
  const { thought, options } = draft.state;
  if (thought === undefined) return;
  if (event.type === 'agentFailed' || thought.held.length >= options.thinkingAhead.maxHeld) return dropThought(draft);
  update(draft, { thought: { ...thought, held: [...thought.held, event] } });
}

/** What was held back of the thought whose turn is now certain. */
export function takeHeld(draft: Draft): readonly AgentEvent[] {
  const { thought, reply } = draft.state;
  if (thought === undefined || thought.replyId !== reply?.id) return [];
  update(draft, { thought: undefined });
  return thought.held;
}

function dropThought(draft: Draft): void {
  const { thought } = draft.state;
  if (thought === undefined) return;
  emit(draft, { type: 'abandon', replyId: thought.replyId });
  update(draft, { thought: undefined });
}

function isStillMeant(state: TurnState, thought: Thought): boolean {
  const utterance = utteranceOf(state);
  return state.reply === undefined && utterance !== undefined && sameMeaning(thought.text, utteranceText(utterance));
}
