import type { Digit } from '@parley/engine/ports/audio.ts';
import type { MediaError } from '../media-session.ts';
import type { RtpLineOptions } from '../rtp-line.ts';
import type { Agreed } from '../sdp/negotiation.ts';

// What the conversations' thread and the sound's say to one another: seldom, and never a frame.

/** What the sound's thread is started with. */
export interface SoundThreadData {
  /** `LineQueue` of lines that heard something. */
  readonly heardQueue: SharedArrayBuffer;
}

/** To the sound's thread. A line's `id` is never given twice. */
export type SoundCommand =
  /** Where the lines of the next places are, `linesPerMemory` of them. */
  | { readonly type: 'memory'; readonly memory: SharedArrayBuffer }
  | {
      readonly type: 'open';
      readonly id: number;
      /** Names the line in the queue, and its place in all memories as if they were one. */
      readonly slot: number;
      readonly port: number;
      readonly options: RtpLineOptions;
    }
  | { readonly type: 'configure'; readonly id: number; readonly agreed: Agreed }
  | { readonly type: 'hear'; readonly id: number; readonly isHeard: boolean }
  | { readonly type: 'press'; readonly id: number; readonly pressId: number; readonly digits: readonly Digit[] }
  | { readonly type: 'stop_pressing'; readonly id: number; readonly pressId: number }
  | { readonly type: 'close'; readonly id: number };

/** From the sound's thread. */
export type SoundReport =
  | { readonly type: 'opened'; readonly id: number }
  /** Another program has one of the ports. */
  | { readonly type: 'taken'; readonly id: number }
  | { readonly type: 'refused'; readonly id: number; readonly reason: string }
  | { readonly type: 'digit'; readonly id: number; readonly digit: Digit }
  | { readonly type: 'playout_delay'; readonly id: number; readonly playoutDelayMs: number }
  | { readonly type: 'silent'; readonly id: number; readonly forMs: number }
  | { readonly type: 'pressed'; readonly id: number; readonly pressId: number; readonly outcome: PressOutcome }
  | { readonly type: 'error'; readonly id: number; readonly error: unknown }
  /** The ports are free, and nothing of the line comes any more. */
  | { readonly type: 'closed'; readonly id: number };

export type PressOutcome =
  | { readonly type: 'done' }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly code: MediaError['code']; readonly reason: string };
