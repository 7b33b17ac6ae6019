/** One window of each stream that has one ready, and the streams that are gone. One batch is under way at a time. */
export interface SileroRequest {
  readonly batch: number;
  /** Numbers of the streams, in the order of `samples`; none twice. */
  readonly streams: readonly number[];
  /** `windowInputSamples` for each of `streams`, -1…1. */
  readonly samples: Float32Array<ArrayBuffer>;
  /** Streams whose state can be forgotten. */
  readonly closed: readonly number[];
}

export type SileroReply =
  | { readonly type: 'ready' }
  | {
      readonly type: 'judged';
      readonly batch: number;
      /** Chance of voice, 0…1, in the order of the request's streams. */
      readonly probabilities: Float32Array<ArrayBuffer>;
      /** Streams whose state is kept. */
      readonly streamsHeld: number;
      /** What the model took. */
      readonly tookMs: number;
    };

/** What the model judges at once at 16 kHz: 32 ms, behind the last 4 ms of the window before. */
export const windowSamples = 512;
export const contextSamples = 64;
export const windowInputSamples = contextSamples + windowSamples;
