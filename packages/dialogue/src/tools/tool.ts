import type { z } from 'zod';

/** What tools take and give: JSON, so that it can be stored, shown and told to a model. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** When, where and for whom a tool is used. */
export interface ToolContext {
  readonly conversationId: string;
  readonly turnNumber: number;
  readonly nowEpochMs: number;
  /** IANA, such as `Europe/London`. */
  readonly timeZone: string;
  /** BCP 47 of the conversation. */
  readonly language: string;
  /** The same for each try of the same use: a tool that changes something outside does it once for each key. */
  readonly idempotencyKey: string;
  /** Ends the work: the thought was dropped, the conversation ended, or the tool took too long. */
  readonly signal: AbortSignal;
}

/**
 * Something that an agent can look up or do: what a flow's `call` step and a language model have in common. Rejects with a
 * `ToolError` when it did not come about; the dialogue then goes another way.
 */
export interface Tool<Input = unknown, Output extends Json = Json> {
  /** Letters, digits and underscores, as models want it. */
  readonly name: string;
  /** What it does and when to use it, for the designer and for a model. */
  readonly description: string;
  /** Describes and checks the input; its descriptions are read by models. */
  readonly input: z.ZodType<Input>;
  /**
   * `changes` waits for the turn to be certain, is never done twice for one key, and cannot be taken back by the caller's next
   * word; `reads` may be done ahead and thrown away.
   */
  readonly effect: 'reads' | 'changes';
  /** What its outcome is called in the record of the conversation (`appointment_booked`); its own name if left out. */
  readonly acted?: string;
  run(input: Input, context: ToolContext): Promise<Output>;
}

/** An outcome that the dialogue can go on from. `code` is for flows and records; the message is for engineers, not callers. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A tool whose input type is forgotten, to be kept in lists: its input is parsed before it runs. */
export type AnyTool = Tool<unknown>;
