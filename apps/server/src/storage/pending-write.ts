import type { EndReason, TurnRecord } from '@parley/engine/ports/recorder.ts';
import { z } from 'zod';

/** What a recorder was asked to write, with whose it is. */
export type PendingWrite = {
  readonly conversationId: string;
  readonly organizationId: string;
  readonly channelType: 'voice' | 'chat' | 'api';
} & (
  | { readonly kind: 'turn'; readonly turn: TurnRecord }
  | { readonly kind: 'end'; readonly reason: EndReason; readonly endedAtEpochMs: number }
);

/** As a line of the journal. */
export function writePending(write: PendingWrite): string {
  // What is undefined must come back as such, so that it is written as null.
  return JSON.stringify(write, (_name, value: unknown) => (value === undefined ? null : value));
}

/** @throws ZodError for a line of another version of the server */
export function readPending(text: string): PendingWrite {
  return pendingSchema.parse(JSON.parse(text));
}

function orNothing<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullable().transform((value): z.output<Schema> | undefined => value ?? undefined);
}

const json = z.record(z.string(), z.unknown());
const durationMs = orNothing(z.number());

const turnSchema = z.object({
  conversationId: z.string(),
  turnNumber: z.number(),
  cause: z.enum(['greeting', 'turn', 'reprompt', 'farewell', 'apology']),
  startedAtEpochMs: z.number(),
  caller: orNothing(
    z.object({
      text: z.string(),
      confidence: z.number(),
      rejected: z.boolean(),
      modality: z.enum(['voice', 'text', 'digits']),
      messageId: orNothing(z.string()),
    }),
  ),
  understanding: orNothing(
    z.object({
      intent: orNothing(z.string()),
      confidence: z.number(),
      entities: z.array(z.object({ type: z.string(), text: z.string(), value: z.unknown() })),
      slots: json.exactOptional(),
      retold: z.string().exactOptional(),
    }),
  ),
  reply: orNothing(
    z.object({
      text: z.string(),
      heardText: orNothing(z.string()),
      interrupted: z.boolean(),
      tone: z.enum(['warm', 'neutral', 'energetic']),
      actions: z.array(z.object({ name: z.string(), data: json })),
    }),
  ),
  waterfall: z.object({
    endOfTurnMs: durationMs,
    transcriptMs: durationMs,
    agentMs: durationMs,
    sentenceMs: durationMs,
    synthesisMs: durationMs,
    playoutMs: durationMs,
    voiceToVoiceMs: durationMs,
  }),
  memory: orNothing(json),
  expects: orNothing(z.string()),
}) satisfies z.ZodType<TurnRecord>;

const whose = {
  conversationId: z.string(),
  organizationId: z.string(),
  channelType: z.enum(['voice', 'chat', 'api']),
};

const pendingSchema: z.ZodType<PendingWrite> = z.discriminatedUnion('kind', [
  z.object({ ...whose, kind: z.literal('turn'), turn: turnSchema }),
  z.object({
    ...whose,
    kind: z.literal('end'),
    reason: z.enum(['completed', 'caller_left', 'silence', 'max_duration', 'abandoned', 'error', 'shutdown']),
    endedAtEpochMs: z.number(),
  }),
]);
