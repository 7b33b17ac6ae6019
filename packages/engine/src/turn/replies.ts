import type { AgentCue, CallerTurn } from '../ports/agent.ts';
import type { EndReason, TurnRecord } from '../ports/recorder.ts';
import { type Draft, emit, tell, update } from './draft.ts';
import type { ReplyId } from './event.ts';
import { heardText } from './heard.ts';
import { isOwnEcho, keepsFloor } from './interruption.ts';
import { hasVoice, isCallerBusy, isLineHeld, isSounding, type Reply, type Sentence, type TurnState } from './state.ts';
import { understoodText, utteranceConfidence, utteranceOf } from './utterance.ts';
import { turnDraft } from './waterfall.ts';

/** Lines of history that go with each thought; older ones are in the record. 100 lines are a call of about ten minutes. */
const maxHistoryLines = 100;

/** Typed messages that may wait behind a reply in progress; a person never gets there, a script might. */
const maxTypedWaiting = 10;

/** What a reply that lost the floor leaves behind. */
export interface CutOff {
  readonly kind: 'cutOff';
  /** What was not heard of it, sentence by sentence; the first may be the rest of one. */
  readonly unheard: readonly Pick<Sentence, 'text' | 'ssml' | 'interruptible'>[];
  readonly thinking: Reply['thinking'];
}

interface TakenBack {
  readonly kind: 'takenBack';
  readonly turn: CallerTurn;
}

export interface ReplyCause {
  readonly cause: TurnRecord['cause'];
  /** What the agent is asked; undefined when the machine itself speaks (an apology). */
  readonly cue: AgentCue | undefined;
  readonly caller?: Reply['caller'];
  /** The thought that was had before the turn was certain. */
  readonly thoughtId?: ReplyId | undefined;
  readonly marks?: Partial<Reply['marks']>;
}

/**
 * The caller's turn is over: it gets a number and an answer. Whatever was being said before is cut off.
 *
 * @param thoughtId the answer, if it was thought ahead
 */
export function commitTurn(
  draft: Draft,
  turn: Omit<CallerTurn, 'turnNumber'>,
  messageId: string | undefined,
  thoughtId: ReplyId | undefined,
  marks: Partial<Reply['marks']>,
): void {
  if (draft.state.reply !== undefined) cutOffReply(draft);
  const caller = { ...turn, turnNumber: draft.state.lastTurnNumber + 1, messageId };
  tell(draft, {
    type: 'transcript',
    turnNumber: caller.turnNumber,
    text: turn.text,
    confidence: turn.confidence,
    isFinal: true,
  });
  addHistory(draft, 'caller', turn.text);
  update(draft, { silence: { sinceMs: draft.state.nowMs, reprompts: 0 } });
  openReply(draft, { cause: 'turn', cue: { type: 'turn', turn: caller }, caller, thoughtId, marks });
}

/** Give the floor to a new reply and let the agent think about it. */
export function openReply(draft: Draft, { cause, cue, caller, thoughtId, marks }: ReplyCause): Reply {
  const { state } = draft;
  const id = thoughtId ?? newReplyId(state);
  const reply: Reply = {
    id,
    turnNumber: state.lastTurnNumber + 1,
    cause,
    cue,
    caller,
    understanding: undefined,
    delivery: hasVoice(state) ? 'voice' : 'text',
    thinking: { kind: 'running', sinceMs: state.nowMs },
    acting: false,
    uncut: '',
    sentences: [],
    playing: undefined,
    floor: isCallerBusy(state) || isLineHeld(state) ? { kind: 'held', sinceMs: state.nowMs } : { kind: 'free' },
    tone: 'neutral',
    actions: [],
    memoryBefore: state.memory,
    marks: {
      startedAtMs: state.nowMs,
      speechEndedAtMs: undefined,
      decisionDueAtMs: undefined,
      committedAtMs: state.nowMs,
      firstTextAtMs: undefined,
      firstSentenceAtMs: undefined,
      firstAudioAtMs: undefined,
      firstFrameAtMs: undefined,
      ...marks,
    },
  };
  update(draft, { reply, lastReplyId: Math.max(id, state.lastReplyId), lastTurnNumber: reply.turnNumber });
  if (thoughtId !== undefined) emit(draft, { type: 'commit', replyId: id });
  else if (cue !== undefined) {
    // The turn itself is the cue; the history is what came before it.
    const history = cue.type === 'turn' ? state.history.slice(0, -1) : state.history;
    emit(draft, { type: 'think', replyId: id, cue, memory: state.memory, history, ahead: false });
  }
  return reply;
}

/** A typed message is a whole turn. It stops a voice that sounds, and waits behind an answer that is being made. */
export function onTextTyped(draft: Draft, text: string, messageId: string): void {
  const { reply, typed } = draft.state;
  if (reply !== undefined && (!isSounding(reply) || keepsFloor(reply))) {
    if (typed.length < maxTypedWaiting) update(draft, { typed: [...typed, { text, messageId }] });
    else
      tell(draft, { type: 'trouble', code: 'too_many_messages', message: draft.state.options.trouble.messages.busy });
    return;
  }
  commitTurn(draft, { text, confidence: 1, rejected: false, modality: 'text' }, messageId, undefined, {});
}

/** After a reply: the next typed message, if one waits. */
export function takeNextTyped(draft: Draft): void {
  const [next, ...rest] = draft.state.typed;
  if (next === undefined || draft.state.reply !== undefined) return;
  update(draft, { typed: rest });
  commitTurn(
    draft,
    { text: next.text, confidence: 1, rejected: false, modality: 'text' },
    next.messageId,
    undefined,
    {},
  );
}

/** The reply loses the floor for good. What was heard of it stays in the history and the record. */
export function cutOffReply(draft: Draft): CutOff | undefined {
  const { state } = draft;
  const { reply } = state;
  if (reply === undefined) return undefined;
  dropReply(draft, reply);
  const heard = heardText(reply, playoutDelayMs(state), state);
  if (heard !== '') addHistory(draft, 'agent', heard);
  emit(draft, { type: 'record', turn: turnDraft(reply, draft.state, { heardText: heard, interrupted: true }) });
  const whole = replyText(reply);
  const unheardText = whole.startsWith(heard) ? whole.slice(heard.length).trimStart() : whole;
  tell(draft, { type: 'cutOff', turnNumber: reply.turnNumber, heardText: heard, unheardText });
  return { kind: 'cutOff', unheard: unheardSentences(reply, unheardText), thinking: reply.thinking };
}

/** The sentences, from the last one back, as far as the unheard text goes. */
function unheardSentences(reply: Reply, unheardText: string): CutOff['unheard'] {
  const unheard: CutOff['unheard'][number][] = [];
  const uncut = reply.uncut.trim();
  let rest = unheardText;
  if (uncut !== '' && rest.endsWith(uncut)) rest = rest.slice(0, -uncut.length).trimEnd();
  for (const { text, ssml, interruptible, filler } of reply.sentences.toReversed()) {
    if (filler || rest === '') continue;
    const isWhole = rest.endsWith(text);
    unheard.unshift({ text: isWhole ? text : rest, ssml: isWhole ? ssml : undefined, interruptible });
    rest = isWhole ? rest.slice(0, -text.length).trimEnd() : '';
  }
  return uncut === '' ? unheard : [...unheard, { text: uncut, ssml: undefined, interruptible: true }];
}

/**
 * The caller goes on with a turn that was taken for finished. If nothing of the answer was heard and nothing was done, it
 * is as if the turn had never been over: it is taken back, and returned for the caller's next words to be added to it.
 * Otherwise the answer is cut off like any other.
 */
export function takeBackOrCutOff(draft: Draft): TakenBack | CutOff | undefined {
  const { reply } = draft.state;
  if (reply === undefined) return undefined;
  if (reply.caller?.modality !== 'voice' || isSounding(reply) || reply.acting || reply.actions.length > 0) {
    return cutOffReply(draft);
  }
  dropReply(draft, reply);
  forgetTurn(draft, reply);
  return { kind: 'takenBack', turn: reply.caller };
}

/** Undo what the turn changed in the machine's memory; its number is free again. */
export function forgetTurn(draft: Draft, reply: Reply): void {
  const { history } = draft.state;
  update(draft, {
    memory: reply.memoryBefore,
    lastTurnNumber: reply.turnNumber - 1,
    history: reply.caller === undefined ? history : history.slice(0, -1),
  });
}

function dropReply(draft: Draft, reply: Reply): void {
  if (reply.playing !== undefined && isSounding(reply)) update(draft, { agentSoundedAtMs: draft.state.nowMs });
  if (reply.delivery === 'voice') emit(draft, { type: 'clear', replyId: reply.id });
  emit(draft, { type: 'abandon', replyId: reply.id });
  update(draft, { reply: undefined, silence: { sinceMs: draft.state.nowMs, reprompts: 0 } });
}

/** Close the conversation now; a reply in progress is recorded as far as it was heard. Clients are told by `step`. */
export function endConversation(draft: Draft, reason: EndReason): void {
  if (draft.state.life.kind === 'ended') return;
  if (reason !== 'shutdown') recordLastWords(draft);
  const { reply } = draft.state;
  if (reply !== undefined && !isRecordedOtherwise(reply, reason)) cutOffReply(draft);
  else if (reply !== undefined) dropReply(draft, reply);
  update(draft, {
    life: { kind: 'ended', reason },
    caller: { kind: 'quiet' },
    keys: undefined,
    reply: undefined,
    typed: [],
  });
}

/** Words that were understood and will not be answered any more are a turn of the record all the same. */
export function recordLastWords(draft: Draft): void {
  const { state } = draft;
  const utterance = utteranceOf(state);
  if (utterance === undefined || state.reply !== undefined) return;
  const text = [utterance.continues?.text ?? '', understoodText(utterance)].filter((part) => part !== '').join(' ');
  // A turn that was taken back is in the record already, as if its answer were still to be heard.
  if (utterance.continues === undefined && (text === '' || isOwnEcho(state, text))) return;
  const confidence = utteranceConfidence(utterance);
  const rejected = text === '';
  const turn = { turnNumber: state.lastTurnNumber + 1, text, confidence, rejected, modality: 'voice' as const };
  tell(draft, { type: 'transcript', turnNumber: turn.turnNumber, text, confidence, isFinal: true });
  addHistory(draft, 'caller', text);
  // Nobody thinks about it: it is only written down.
  const marks = { startedAtMs: utterance.startedAtMs };
  const reply = openReply(draft, { cause: 'turn', cue: undefined, caller: { ...turn, messageId: undefined }, marks });
  emit(draft, { type: 'record', turn: turnDraft(reply, draft.state, { heardText: '', interrupted: true }) });
  update(draft, { reply: undefined });
}

/**
 * An answer in text that was thought to its end is on its way to the record as it is. One that a process which goes down
 * was still thinking is not recorded: the message is sent again, and must not be taken for answered.
 */
function isRecordedOtherwise(reply: Reply, reason: EndReason): boolean {
  if (reply.thinking.kind === 'finished') return reply.delivery === 'text';
  const isText = reply.delivery === 'text' || (reply.caller?.modality === 'text' && !isSounding(reply));
  return reason === 'shutdown' && isText && reply.actions.length === 0;
}

/** All that the reply means to say, fillers left out. */
export function replyText(reply: Reply): string {
  const parts = reply.sentences.filter((sentence) => !sentence.filler).map((sentence) => sentence.text);
  return [...parts, reply.uncut.trim()].filter((part) => part !== '').join(' ');
}

export function addHistory(draft: Draft, speaker: 'caller' | 'agent', text: string): void {
  update(draft, { history: [...draft.state.history, { speaker, text }].slice(-maxHistoryLines) });
}

function playoutDelayMs(state: TurnState): number {
  return state.audio.kind === 'attached' ? state.audio.playoutDelayMs : 0;
}

function newReplyId(state: TurnState): ReplyId {
  // The one place where a number becomes a reply's id.
  return (state.lastReplyId + 1) as ReplyId;
}
