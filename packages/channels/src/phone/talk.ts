import type { PhoneLeg } from './phone-leg.ts';

/**
 * A leg that talks with a conversation, and what may come in the conversation's place: music while somebody is asked to take over, that
 * person in the end. When the conversation ends, the leg is hung up, unless somebody was put in its place.
 */
export interface Talk {
  readonly leg: PhoneLeg;
  /** The caller hears music in place of silence from now on; what the agent says still sounds, over it. Idempotent. */
  hold(): void;
  /** Silence again. Idempotent. */
  resume(): void;
  /** Resolves when the agent is not sounding and all that it said has reached the ear, or the signal is aborted. */
  quiet(signal: AbortSignal): Promise<void>;
  /**
   * When the conversation has said its last words, the leg is joined with this one, and both end together. The conversation must end by
   * itself soon, as an agent's does that handed over.
   */
  giveTo(other: PhoneLeg): void;
  /** Resolves when the leg is gone, whoever it talked with last. */
  readonly ended: PhoneLeg['ended'];
}
