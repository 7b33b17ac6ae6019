import { z } from 'zod';

/** What the process is started with. */
export const startSchema = z.object({
  folder: z.string(),
  maxTokens: z.int().min(2),
  /** Missing: what the folder says its model wants. */
  prefix: z.string().optional(),
});
export type EmbeddingStart = z.infer<typeof startSchema>;

/** One batch is under way at a time. */
export interface EmbeddingRequest {
  readonly batch: number;
  readonly texts: readonly string[];
}

export type EmbeddingReply =
  | { readonly type: 'ready' }
  /** The folder cannot be used: nothing else will come. */
  | { readonly type: 'unusable'; readonly reason: string }
  | {
      readonly type: 'embedded';
      readonly batch: number;
      /** Vectors of length 1, one after the other. */
      readonly vectors: Float32Array<ArrayBuffer>;
      /** Numbers in one vector. */
      readonly size: number;
    };
