import type { SpokenWord } from '@parley/engine/ports/synthesizer.ts';
import type { SpeakablePiece } from '../speakable.ts';

export type FliteRequest =
  | {
      readonly type: 'speak';
      readonly id: number;
      readonly pieces: readonly SpeakablePiece[];
      readonly voice: string;
      readonly durationStretch: number;
      readonly f0MeanHz: number | undefined;
    }
  | { readonly type: 'pronounce'; readonly id: number; readonly texts: readonly string[] };

export type FliteReply =
  | {
      readonly type: 'spoken';
      readonly id: number;
      readonly samples: Int16Array<ArrayBuffer>;
      readonly words: readonly SpokenWord[];
    }
  | { readonly type: 'pronounced'; readonly id: number; readonly phones: readonly (readonly string[])[] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
