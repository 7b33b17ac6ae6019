import type { Draft } from './draft.ts';
import { type CutOff, endConversation, openReply } from './replies.ts';
import { addSentence, finishThinking } from './speaking.ts';

/**
 * The agent gave up the floor to words that came to nothing: a partial that its final took back, or its own echo. It says
 * what was not heard; where that was not thought to its end, it asks again what it waits for.
 */
export function goOnAfter(draft: Draft, { unheard, thinking }: CutOff): void {
  if (thinking.kind === 'running') {
    openReply(draft, { cause: 'reprompt', cue: { type: 'reprompt', count: 1 } });
  } else if (unheard.length > 0) {
    openReply(draft, { cause: 'reprompt', cue: undefined });
    for (const sentence of unheard) addSentence(draft, { ...sentence, filler: false });
    finishThinking(draft, thinking.end);
  } else if (thinking.end !== undefined) {
    endConversation(draft, thinking.end);
  }
}
