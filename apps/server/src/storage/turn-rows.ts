import type { TurnRecord, Waterfall } from '@parley/engine/ports/recorder.ts';
import type { conversationTurns, StoredWaterfall } from './schema/conversations.ts';

type TurnRow = typeof conversationTurns.$inferSelect;
/** A turn as the columns of its row, by their names: what `parley_record_turn` takes. The row's owner is the session's. */
export function toColumns(turn: TurnRecord) {
  const { caller, understanding, reply, waterfall } = turn;
  return {
    turn_number: turn.turnNumber,
    speaker: caller === undefined ? 'bot' : 'user',
    cause: turn.cause,
    user_input_text: caller?.text ?? null,
    message_id: caller?.messageId ?? null,
    modality: caller?.modality ?? null,
    asr_confidence: caller?.confidence ?? null,
    rejected: caller?.rejected ?? false,
    detected_intent: understanding?.intent ?? null,
    intent_confidence: understanding?.confidence ?? null,
    extracted_entities: understanding?.entities ?? [],
    bot_response_text: reply?.text ?? null,
    heard_text: reply?.heardText ?? null,
    interrupted: reply?.interrupted ?? false,
    tone: reply?.tone ?? null,
    bot_action: reply?.actions ?? [],
    timestamp: new Date(turn.startedAtEpochMs).toISOString(),
    processing_time_ms: agentTimeMs(waterfall),
    waterfall: toStored(waterfall),
    voice_to_voice_ms: waterfall.voiceToVoiceMs ?? null,
  };
}

/** A row as the engine knows turns. The memory is the session's, not the turn's, and is left out. */
export function toRecord(row: TurnRow): TurnRecord {
  const { waterfall } = row;
  return {
    conversationId: row.sessionId,
    turnNumber: row.turnNumber,
    cause: row.cause,
    startedAtEpochMs: row.timestamp.getTime(),
    caller:
      row.userInputText === null
        ? undefined
        : {
            text: row.userInputText,
            confidence: row.asrConfidence ?? 1,
            rejected: row.rejected,
            modality: row.modality ?? 'text',
            messageId: row.messageId ?? undefined,
          },
    understanding:
      row.intentConfidence === null
        ? undefined
        : {
            intent: row.detectedIntent ?? undefined,
            confidence: row.intentConfidence,
            entities: row.extractedEntities,
          },
    reply:
      row.botResponseText === null
        ? undefined
        : {
            text: row.botResponseText,
            heardText: row.heardText ?? undefined,
            interrupted: row.interrupted,
            tone: row.tone ?? 'neutral',
            actions: row.botAction,
          },
    waterfall: {
      endOfTurnMs: waterfall.endOfTurnMs ?? undefined,
      transcriptMs: waterfall.transcriptMs ?? undefined,
      agentMs: waterfall.agentMs ?? undefined,
      sentenceMs: waterfall.sentenceMs ?? undefined,
      synthesisMs: waterfall.synthesisMs ?? undefined,
      playoutMs: waterfall.playoutMs ?? undefined,
      voiceToVoiceMs: waterfall.voiceToVoiceMs ?? undefined,
    },
    memory: undefined,
    expects: undefined,
  };
}

function toStored(waterfall: Waterfall): StoredWaterfall {
  return {
    endOfTurnMs: waterfall.endOfTurnMs ?? null,
    transcriptMs: waterfall.transcriptMs ?? null,
    agentMs: waterfall.agentMs ?? null,
    sentenceMs: waterfall.sentenceMs ?? null,
    synthesisMs: waterfall.synthesisMs ?? null,
    playoutMs: waterfall.playoutMs ?? null,
    voiceToVoiceMs: waterfall.voiceToVoiceMs ?? null,
  };
}

function agentTimeMs({ agentMs, sentenceMs }: Waterfall): number | null {
  return agentMs === undefined ? null : agentMs + (sentenceMs ?? 0);
}
