import type { AgentMemory } from '@parley/engine/ports/agent.ts';
import { z } from 'zod';
import type { Sealer } from '../privacy/sealer.ts';

/** An agent's memory holds what callers say of themselves, so that it lies sealed in `sessions.context`: `{"sealed": "…"}`. */
export interface SealedMemory extends Record<string, unknown> {
  readonly sealed: string;
}

export async function sealMemory(sealer: Sealer, sessionId: string, memory: AgentMemory): Promise<SealedMemory> {
  return { sealed: await sealer.seal(JSON.stringify(memory), sessionPurpose(sessionId)) };
}

/**
 * The memory as the agent knows it; rows of before it was sealed hold it as it is.
 * @throws WireError `sealed_unreadable`
 */
export async function openMemory(
  sealer: Sealer,
  sessionId: string,
  context: Readonly<Record<string, unknown>> | null,
): Promise<AgentMemory | undefined> {
  if (context === null) return undefined;
  const sealed = sealedSchema.safeParse(context);
  if (!sealed.success) return context;
  return memorySchema.parse(JSON.parse(await sealer.open(sealed.data.sealed, sessionPurpose(sessionId))));
}

/** What everything of a session that lies at rest outside of its turns is sealed for. */
export function sessionPurpose(sessionId: string): string {
  return `session:${sessionId}`;
}

const sealedSchema = z.strictObject({ sealed: z.string() });
const memorySchema = z.record(z.string(), z.unknown());
