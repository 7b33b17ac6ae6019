import type { Pcm } from '@parley/engine/ports/audio.ts';

/** A call as its caller has it, on the caller's own clock: sound of 8 kHz, times in milliseconds from any beginning. */
export interface CallerSide {
  nowMs(): number;
  /** Speaks at once. Resolves when the last of it is on the line. @param sound at 16 kHz */
  say(sound: Pcm): Promise<{ readonly fromSample: number; readonly toSample: number }>;
  /** When the agent was heard last; 0: never. */
  lastHeardMs(): number;
  mouth(): Int16Array;
  mouthAtMs(sample: number): number;
  ear(): Int16Array;
  /** When the ear had this stretch. */
  earAtMs(fromSample: number, toSample: number): number;
  /** Holds up what is under way. */
  stall(forMs: number): void;
  hangUp(): void;
  readonly hasEnded: () => boolean;
}
