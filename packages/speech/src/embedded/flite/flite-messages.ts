import type { SpokenWord } from '@parley/engine/ports/synthesizer.ts';
import type { SpokenPiece } from '@parley/engine/text/spoken-form/rule.ts';

export interface FliteRequest {
  readonly id: number;
  readonly pieces: readonly SpokenPiece[];
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
