import type { ConversationState } from './snapshot.ts';
import type { PendingText, Transcript, TurnEntry } from './transcript.ts';

/** One bubble of the conversation. */
export interface Caption {
  readonly key: string;
  readonly speaker: 'user' | 'agent';
  /** Undefined for a typed message that is not stored yet. */
  readonly turnNumber: number | undefined;
  readonly text: string;
  /** As somebody typed it; what was recognised has no capitals of its own. */
  readonly isTyped: boolean;
  /** What the agent meant to say after `text` and was not heard, because it was interrupted. */
  readonly struckText: string;
  /** Nothing will change any more. */
  readonly isFinal: boolean;
  readonly delivery: 'delivered' | 'sending' | 'failed';
  /** The recogniser heard speech that it could not make out. */
  readonly isUnclear: boolean;
}

/** The bubbles in the order of the conversation: for every turn what the caller said, then what the agent did. */
export function captionsOf(transcript: Transcript, state: ConversationState): readonly Caption[] {
  const captions: Caption[] = [];
  const waiting = [...transcript.pending];
  const takePendingBefore = (turnNumber: number): void => {
    while (waiting[0] !== undefined && waiting[0].afterTurn < turnNumber) {
      const pending = waiting.shift();
      if (pending !== undefined) captions.push(pendingCaption(pending));
    }
  };
  const last = transcript.turns.at(-1);
  for (const turn of transcript.turns) {
    const isOver = turn !== last || state === 'waiting' || state === 'ended';
    const user = userCaption(turn, isOver);
    // A typed message may be told back as the turn's text before it is stored: show it once.
    const echo =
      user === undefined ? -1 : waiting.findIndex((text) => text.text === user.text && turn.record === undefined);
    if (echo >= 0) waiting.splice(echo, 1);
    takePendingBefore(turn.turnNumber);
    if (user !== undefined) captions.push(user);
    const agent = agentCaption(turn, isOver);
    if (agent !== undefined) captions.push(agent);
  }
  takePendingBefore(Number.POSITIVE_INFINITY);
  return captions;
}

function userCaption(turn: TurnEntry, isOver: boolean): Caption | undefined {
  if (turn.user === undefined || turn.user.text === '') return undefined;
  return {
    key: `${turn.turnNumber}-user`,
    speaker: 'user',
    turnNumber: turn.turnNumber,
    text: turn.user.text,
    isTyped: turn.record?.user?.modality === 'text',
    struckText: '',
    isFinal: turn.user.isFinal || isOver,
    delivery: 'delivered',
    isUnclear: turn.record?.user?.rejected ?? false,
  };
}

function agentCaption(turn: TurnEntry, isOver: boolean): Caption | undefined {
  const reply = turn.record?.reply ?? undefined;
  const spoken = turn.sentences.filter((sentence) => sentence !== undefined).join(' ');
  const { text, struckText } = heardAndNot(turn, spoken, isOver);
  if (text === '' && struckText === '') return undefined;
  const isTold = reply !== undefined && reply.heard_text !== null;
  return {
    key: `${turn.turnNumber}-agent`,
    speaker: 'agent',
    turnNumber: turn.turnNumber,
    text,
    isTyped: false,
    struckText,
    isFinal: turn.cutOff !== undefined || isTold || isOver,
    delivery: 'delivered',
    isUnclear: false,
  };
}

function heardAndNot(turn: TurnEntry, spoken: string, isOver: boolean): { text: string; struckText: string } {
  if (turn.cutOff !== undefined)
    return { text: turn.cutOff.heardText.trim(), struckText: turn.cutOff.unheardText.trim() };
  const reply = turn.record?.reply ?? undefined;
  if (reply === undefined || reply.heard_text === null) {
    // While it is being spoken only what sounded is shown; after a reconnect there may be nothing but the record.
    return { text: spoken === '' && isOver ? (reply?.text ?? '') : spoken, struckText: '' };
  }
  if (!reply.interrupted) return { text: reply.text.trim(), struckText: '' };
  const heard = reply.heard_text.trim();
  const whole = reply.text.trim();
  return { text: heard, struckText: whole.startsWith(heard) ? whole.slice(heard.length).trim() : '' };
}

function pendingCaption(pending: PendingText): Caption {
  return {
    key: `pending-${pending.messageId}`,
    speaker: 'user',
    turnNumber: undefined,
    text: pending.text,
    isTyped: true,
    struckText: '',
    isFinal: false,
    delivery: pending.status,
    isUnclear: false,
  };
}
