import { WireError } from '@parley/contract/errors.ts';
import type { Annotation } from '@parley/contract/turn.ts';
import { and, eq } from 'drizzle-orm';
import type { RequestContext } from '../api/request-context.ts';
import { recordAudit } from '../privacy/audit.ts';
import type { Database } from '../storage/database.ts';
import { conversationTurns, sessions } from '../storage/schema/conversations.ts';

export interface AnnotationsRepository {
  /**
   * Write down what a person says of a turn; what is undefined stays. Told to the audit log.
   * @throws WireError `conversation_not_found`, `turn_not_found`, `storage_unavailable`
   */
  annotate(
    context: Pick<RequestContext, 'actor' | 'organizationId' | 'clientAddress' | 'traceId'>,
    conversationId: string,
    turnNumber: number,
    said: { readonly [K in keyof Annotation]?: Annotation[K] | undefined },
  ): Promise<Annotation>;
}

export function createAnnotationsRepository(database: Database): AnnotationsRepository {
  return {
    annotate: (context, conversationId, turnNumber, said) =>
      database.inOrganization(context.organizationId, async (transaction) => {
        const [session] = await transaction
          .select({ startedAt: sessions.startedAt })
          .from(sessions)
          .where(and(eq(sessions.organizationId, context.organizationId), eq(sessions.sessionId, conversationId)));
        if (session === undefined) throw new WireError('conversation_not_found');
        const turn = and(
          eq(conversationTurns.sessionId, conversationId),
          eq(conversationTurns.turnNumber, turnNumber),
          eq(conversationTurns.sessionStartedAt, session.startedAt),
        );
        const [row] = await transaction
          .select({
            is_correct_intent: conversationTurns.isCorrectIntent,
            corrected_intent: conversationTurns.correctedIntent,
            annotation_notes: conversationTurns.annotationNotes,
          })
          .from(conversationTurns)
          .where(turn)
          .for('update');
        if (row === undefined) throw new WireError('turn_not_found');
        const after = annotated(row, said);
        await transaction
          .update(conversationTurns)
          .set({
            isCorrectIntent: after.is_correct_intent,
            correctedIntent: after.corrected_intent,
            annotationNotes: after.annotation_notes,
          })
          .where(turn);
        await recordAudit(transaction, context, {
          action: 'conversations:annotate',
          resourceType: 'turn',
          resourceId: `${conversationId}/${turnNumber}`,
          before: row,
          after,
        });
        return after;
      }),
  };
}

function annotated(
  before: Annotation,
  said: { readonly [K in keyof Annotation]?: Annotation[K] | undefined },
): Annotation {
  const corrected = said.corrected_intent === undefined ? before.corrected_intent : said.corrected_intent;
  const isCorrect = said.is_correct_intent === undefined ? before.is_correct_intent : said.is_correct_intent;
  return {
    // To name the right intent is to say that the detected one was wrong, and the reverse.
    is_correct_intent: said.corrected_intent == null ? isCorrect : false,
    corrected_intent: said.is_correct_intent === true ? null : corrected,
    annotation_notes: said.annotation_notes === undefined ? before.annotation_notes : said.annotation_notes,
  };
}
