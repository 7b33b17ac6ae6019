import type { JsonObject } from '../tools/tool.ts';

/** What templates, values and conditions of a flow can see; paths begin with one of these names. */
export interface Scope {
  readonly slots: JsonObject;
  /** What calls, models and code gave, by the names that the nodes chose. */
  readonly results: JsonObject;
  readonly turn: { readonly text: string; readonly number: number; readonly modality: 'voice' | 'text' | 'digits' };
  readonly conversation: {
    readonly id: string;
    /** BCP 47. */
    readonly language: string;
    /** The agent's facts, in the conversation's language. */
    readonly facts: JsonObject;
    /** What list slots hold, as it is called: `{{ conversation.names.service }}` where the slot has the entry's value. */
    readonly names: JsonObject;
    /** Flows under way, the one that was begun first first. */
    readonly flows: readonly string[];
    /** The words in which the caller last wished for the flow that runs; empty where another flow began it. */
    readonly wish: string;
  };
  /** In the agent's time zone: `2026-11-27`, `15:00`, weekday 1 (Monday) to 7. */
  readonly now: {
    readonly date: string;
    readonly time: string;
    readonly hour: number;
    readonly weekday: number;
    readonly epochMs: number;
    readonly timeZone: string;
  };
}
