import type { ClientNotice } from '../ports/client.ts';
import type { Effect } from './effect.ts';
import type { Reply, Sentence, TurnState } from './state.ts';

/**
 * One step in the making: the state so far and the effects so far. Lives only inside `step`; every state in it is
 * replaced, never changed, so a state that `step` returned stays as it was.
 */
export interface Draft {
  state: TurnState;
  readonly effects: Effect[];
}

export function update(draft: Draft, change: Partial<TurnState>): void {
  draft.state = { ...draft.state, ...change };
}

/** Change the reply that owns the floor; nothing happens when there is none. */
export function updateReply(draft: Draft, change: Partial<Reply>): void {
  const { reply } = draft.state;
  if (reply !== undefined) update(draft, { reply: { ...reply, ...change } });
}

export function updateSentence(draft: Draft, index: number, change: Partial<Sentence>): void {
  const { reply } = draft.state;
  if (reply === undefined) return;
  updateReply(draft, {
    sentences: reply.sentences.map((sentence, i) => (i === index ? { ...sentence, ...change } : sentence)),
  });
}

export function emit(draft: Draft, effect: Effect): void {
  draft.effects.push(effect);
}

export function tell(draft: Draft, notice: ClientNotice): void {
  draft.effects.push({ type: 'tell', notice });
}
