import { z } from 'zod';
import type { SessionState } from '../conversations/stored-conversation.ts';

/**
 * A state as it comes back from where JSON is kept: fields that were undefined are not there.
 * @throws ZodError for what is no state, such as one of an older server
 */
export function parseSessionState(json: unknown): SessionState {
  return stateSchema.parse(json);
}

function maybe<S extends z.ZodType>(schema: S) {
  return schema.optional().transform((value) => value);
}

const maybeMs = maybe(z.number());

const turnSchema = z.object({
  conversationId: z.string(),
  turnNumber: z.int().positive(),
  cause: z.enum(['greeting', 'turn', 'reprompt', 'farewell', 'apology']),
  startedAtEpochMs: z.number(),
  caller: maybe(
    z.object({
      text: z.string(),
      confidence: z.number(),
      rejected: z.boolean(),
      modality: z.enum(['voice', 'text', 'digits']),
      messageId: maybe(z.string()),
    }),
  ),
  understanding: maybe(
    z.object({
      intent: maybe(z.string()),
      confidence: z.number(),
      entities: z.array(z.object({ type: z.string(), text: z.string(), value: z.unknown() })),
      slots: z.record(z.string(), z.unknown()).exactOptional(),
      retold: z.string().exactOptional(),
    }),
  ),
  reply: maybe(
    z.object({
      text: z.string(),
      heardText: maybe(z.string()),
      interrupted: z.boolean(),
      tone: z.enum(['warm', 'neutral', 'energetic']),
      actions: z.array(z.object({ name: z.string(), data: z.record(z.string(), z.unknown()) })),
    }),
  ),
  waterfall: z.object({
    endOfTurnMs: maybeMs,
    transcriptMs: maybeMs,
    agentMs: maybeMs,
    sentenceMs: maybeMs,
    synthesisMs: maybeMs,
    playoutMs: maybeMs,
    voiceToVoiceMs: maybeMs,
  }),
  memory: maybe(z.record(z.string(), z.unknown())),
  expects: maybe(z.string()),
});

const stateSchema = z.object({
  version: z.int().nonnegative(),
  memory: maybe(z.record(z.string(), z.unknown())),
  expects: maybe(z.string()),
  recentTurns: z.array(turnSchema),
});
