import type { nextActionSchema, processedSchema } from '@parley/contract/conversation-turns.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import { readSentiment } from '@parley/dialogue/entities/answer/sentiment.ts';
import type { TurnRecord } from '@parley/engine/ports/recorder.ts';
import type { z } from 'zod';
import { handOffActions } from '../storage/session-end.ts';
import type { Exchange } from './exchange.ts';

/**
 * An exchange as programs see it.
 * @param mayKnowCaller whether they see what was told of the caller when the conversation began: callers themselves do not
 */
export function toProcessed(
  { turn, isOver, resident }: Exchange,
  processingTimeMs: number,
  mayKnowCaller: boolean,
): z.input<typeof processedSchema> {
  const { understanding, reply } = turn;
  return {
    session_id: conversationIdSchema.parse(turn.conversationId),
    turn_number: turn.turnNumber,
    nlu: nluOf(turn, resident.agent.agent.language),
    response: { type: 'text', text: reply?.text ?? '', audio_url: null, ssml: null },
    next_action: nextActionOf(turn, isOver),
    updated_context: { ...(mayKnowCaller && resident.stored.initialContext), ...understanding?.slots },
    processing_time_ms: Math.round(processingTimeMs * 10) / 10,
    confidence_score: unit(understanding?.confidence ?? turn.caller?.confidence ?? 0),
  };
}

function nluOf({ caller, understanding }: TurnRecord, language: string): z.input<typeof processedSchema>['nlu'] {
  if (understanding === undefined) return null;
  const said = caller?.text ?? '';
  const confidence = unit(understanding.confidence);
  return {
    intent: { name: understanding.intent ?? null, confidence },
    entities: understanding.entities.map(({ type, text, value }) => {
      const at = text === '' ? -1 : said.toLowerCase().indexOf(text.toLowerCase());
      return {
        entity_type: type,
        value,
        confidence,
        start_char: at < 0 ? null : at,
        end_char: at < 0 ? null : at + text.length,
      };
    }),
    sentiment: readSentiment(said, language.startsWith('vi') ? 'vi' : 'en'),
  };
}

/** What whoever carries the conversation has to do now. */
export function nextActionOf({ reply, expects }: TurnRecord, isOver: boolean): z.input<typeof nextActionSchema> {
  const actions = reply?.actions ?? [];
  const handOff = actions.findLast(({ name }) => handOffActions.includes(name));
  if (handOff !== undefined) return { action_type: 'transfer_to_agent', action_config: { ...handOff.data } };
  if (isOver) return { action_type: 'end_conversation', action_config: {} };
  const done = actions.at(-1);
  if (done !== undefined) {
    // It was done already: told so that programs can follow.
    return { action_type: 'execute_api_call', action_config: { name: done.name, data: done.data } };
  }
  return expects === undefined
    ? { action_type: 'continue', action_config: {} }
    : { action_type: 'wait_for_input', action_config: { expects } };
}

function unit(value: number): number {
  return Number.isFinite(value) ? Math.max(0, Math.min(1, value)) : 0;
}
