import type { SpokenWord } from '@parley/engine/ports/synthesizer.ts';
import type { SpeechSegment } from '../../ssml/ssml-speech.ts';

export interface FliteRequest {
  readonly id: number;
  /** Spoken one after the other, each for itself; plain text is one. */
  readonly segments: readonly SpeechSegment[];
  readonly voice: string;
  readonly durationStretch: number;
}

export type FliteReply =
  | {
      readonly type: 'spoken';
      readonly id: number;
      readonly samples: Int16Array<ArrayBuffer>;
      readonly words: readonly SpokenWord[];
    }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
