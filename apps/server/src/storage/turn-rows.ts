import type { TurnRecord, Waterfall } from '@parley/engine/ports/recorder.ts';
import type { conversationTurns, StoredWaterfall } from './schema/conversations.ts';

type TurnRow = typeof conversationTurns.$inferSelect;
type NewTurnRow = typeof conversationTurns.$inferInsert;

/** Whose turn it is, as far as the session's row tells. */
export interface TurnOwner {
  readonly organizationId: string;
  readonly sessionStartedAt: Date;
}

/** A turn as columns. */
export function toRow(turn: TurnRecord, owner: TurnOwner): NewTurnRow {
  const { caller, understanding, reply, waterfall } = turn;
  return {
    ...owner,
    sessionId: turn.conversationId,
    turnNumber: turn.turnNumber,
    speaker: caller === undefined ? 'bot' : 'user',
    cause: turn.cause,
    userInputText: caller?.text ?? null,
    messageId: caller?.messageId ?? null,
    modality: caller?.modality ?? null,
    asrConfidence: caller?.confidence ?? null,
    rejected: caller?.rejected ?? false,
    detectedIntent: understanding?.intent ?? null,
    intentConfidence: understanding?.confidence ?? null,
    extractedEntities: [...(understanding?.entities ?? [])],
    botResponseText: reply?.text ?? null,
    heardText: reply?.heardText ?? null,
    interrupted: reply?.interrupted ?? false,
    tone: reply?.tone ?? null,
    botAction: [...(reply?.actions ?? [])],
    timestamp: new Date(turn.startedAtEpochMs),
    processingTimeMs: agentTimeMs(waterfall),
    waterfall: toStored(waterfall),
    voiceToVoiceMs: waterfall.voiceToVoiceMs ?? null,
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
