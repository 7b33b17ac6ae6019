import type { TurnView } from '@parley/contract/turn.ts';
import type { TurnRecord, Waterfall } from '@parley/engine/ports/recorder.ts';

/** The stored turn as clients see it. */
export function toTurnView(turn: TurnRecord): TurnView {
  const { caller, understanding, reply } = turn;
  return {
    turn_number: turn.turnNumber,
    cause: turn.cause,
    started_at: new Date(turn.startedAtEpochMs).toISOString(),
    user:
      caller === undefined
        ? null
        : {
            text: caller.text,
            confidence: unit(caller.confidence),
            rejected: caller.rejected,
            modality: caller.modality,
            message_id: caller.messageId ?? null,
          },
    nlu:
      understanding === undefined
        ? null
        : {
            intent: understanding.intent ?? null,
            confidence: unit(understanding.confidence),
            entities: understanding.entities.map(({ type, text, value }) => ({ type, text, value })),
            ...(understanding.slots === undefined ? {} : { slots: { ...understanding.slots } }),
          },
    reply:
      reply === undefined
        ? null
        : {
            text: reply.text,
            heard_text: reply.heardText ?? null,
            interrupted: reply.interrupted,
            tone: reply.tone,
            actions: reply.actions.map(({ name, data }) => ({ name, data: { ...data } })),
          },
    waterfall: toWaterfallView(turn.waterfall),
  };
}

function toWaterfallView(waterfall: Waterfall): TurnView['waterfall'] {
  const duration = (ms: number | undefined) => (ms === undefined ? null : Math.max(0, ms));
  return {
    end_of_turn_ms: duration(waterfall.endOfTurnMs),
    transcript_ms: duration(waterfall.transcriptMs),
    agent_ms: duration(waterfall.agentMs),
    sentence_ms: duration(waterfall.sentenceMs),
    synthesis_ms: duration(waterfall.synthesisMs),
    playout_ms: duration(waterfall.playoutMs),
    voice_to_voice_ms: duration(waterfall.voiceToVoiceMs),
  };
}

/** A share as the wire wants it: 0 to 1, and 0 for what is no number. */
export function unit(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0;
}
