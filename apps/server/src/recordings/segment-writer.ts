import { setTimeout as wait } from 'node:timers/promises';
import { type BlobStore, BlobStoreError } from './blob-store.ts';
import {
  maxSegmentsOfPart,
  packPart,
  partName,
  recordedChannels,
  type SealedSegment,
  sealSegment,
} from './sealed-part.ts';

export interface SegmentWriterOptions {
  /** Segments that may wait for the store; of those that come meanwhile only the length is kept. */
  readonly maxWaiting: number;
  /** Segments that are joined into one blob. */
  readonly joinSegments: number;
  readonly retry: { readonly firstMs: number; readonly longestMs: number; readonly giveUpAfterMs: number };
  readonly writeTimeoutMs: number;
}

export const segmentWriterDefaults: SegmentWriterOptions = {
  // Half a minute of a store that hangs; two megabytes a call.
  maxWaiting: 30,
  // Held in memory until then, about 30 kB each; an hour of a call ends up in 180 blobs instead of 3,600.
  joinSegments: 20,
  // Back within the next segment after a hiccup. A store that is away for longer than this is not coming back for this call.
  retry: { firstMs: 200, longestMs: 5000, giveUpAfterMs: 10 * 60_000 },
  // A segment takes milliseconds; a store that has not answered by now is asked again.
  writeTimeoutMs: 10_000,
};

export interface SegmentWriterParts {
  readonly store: BlobStore;
  /** Ends with a slash. */
  readonly prefix: string;
  readonly recordingId: string;
  readonly key: Buffer;
  /** Nothing is written before this has resolved; false: nothing at all is. */
  readonly ready: Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

export interface Written {
  /** Of each channel. */
  readonly samples: number;
  readonly bytes: number;
  /** Segments whose sound was given up because the store was too slow; they are silent. */
  readonly lostSegments: number;
  /** The store never came back: what came after is not there. */
  readonly isCutOff: boolean;
}

/** Writes one recording. Never waits where sound comes in. */
export interface SegmentWriter {
  readonly written: Written;
  /** The next segment, caller and agent by turns. The writer keeps it. */
  add(samples: Int16Array): void;
  /** No more come. Resolves when all is written, or given up. */
  end(): Promise<Written>;
  /** Write nothing more, and forget what waits. */
  abort(): void;
}

/** Sound, or the length of sound that was given up. */
type Waiting = { readonly samples: Int16Array } | { readonly lost: number };

export function createSegmentWriter(
  { store, prefix, recordingId, key, ready, onError }: SegmentWriterParts,
  options: SegmentWriterOptions = segmentWriterDefaults,
): SegmentWriter {
  const scope = new AbortController();
  const waiting: Waiting[] = [];
  const written = { samples: 0, bytes: 0, lostSegments: 0, isCutOff: false };
  let wake: (() => void) | undefined;
  let hasEnded = false;
  let nextIndex = 0;
  /** Written one by one, not joined yet. */
  let single: { readonly name: string; readonly segments: readonly SealedSegment[] }[] = [];

  const seal = (next: Waiting): SealedSegment => {
    if ('lost' in next) written.lostSegments += 1;
    const samples = 'lost' in next ? new Int16Array(next.lost * recordedChannels) : next.samples;
    const sealed = sealSegment(key, recordingId, nextIndex, samples);
    nextIndex += 1;
    return sealed;
  };

  /** @throws when it was aborted, or the store did not come back */
  const put = async (name: string, bytes: Buffer) => {
    const startedAtMs = performance.now();
    for (let delayMs = options.retry.firstMs; ; delayMs = Math.min(delayMs * 2, options.retry.longestMs)) {
      try {
        return await store.put(name, bytes, timely());
      } catch (error) {
        if (scope.signal.aborted) throw error;
        // Once for each time that it goes away, not for each attempt.
        if (delayMs === options.retry.firstMs) onError(error);
        if (error instanceof BlobStoreError && error.code === 'blob_refused') throw error;
        if (performance.now() - startedAtMs > options.retry.giveUpAfterMs) throw error;
        await wait(delayMs, undefined, { signal: scope.signal });
      }
    }
  };

  const timely = () => AbortSignal.any([scope.signal, AbortSignal.timeout(options.writeTimeoutMs)]);

  /** One blob in place of many. Written before the others are removed: whoever reads meanwhile finds all of it. */
  const join = async () => {
    const joined = single;
    single = [];
    if (joined.length < 2) return;
    const segments = joined.flatMap((part) => part.segments);
    const first = nextIndex - segments.length;
    await put(partName(prefix, { first, count: segments.length }), packPart(segments));
    try {
      await store.remove(
        joined.map(({ name }) => name),
        timely(),
      );
    } catch (error) {
      // They are passed over by readers, and go with the recording.
      onError(error);
    }
  };

  const writeWaiting = async () => {
    const segments: SealedSegment[] = [];
    const first = nextIndex;
    // What waited is written at once; a part has its limit.
    for (const next of waiting.splice(0, Math.min(options.joinSegments, maxSegmentsOfPart))) segments.push(seal(next));
    const name = partName(prefix, { first, count: segments.length });
    const part = packPart(segments);
    await put(name, part);
    written.bytes += part.length;
    for (const { samples } of segments) written.samples += samples;
    const held = single.reduce((sum, { segments: { length } }) => sum + length, 0);
    // Joined with what waited it would be too long.
    if (held + segments.length > maxSegmentsOfPart) single = [];
    single.push({ name, segments });
    if (held + segments.length >= options.joinSegments) await join();
  };

  const run = async () => {
    try {
      if (!(await ready)) {
        written.isCutOff = true;
        return;
      }
      for (;;) {
        if (waiting.length > 0) await writeWaiting();
        else if (hasEnded) return await join();
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        scope.signal.throwIfAborted();
      }
    } catch (error) {
      written.isCutOff = true;
      if (!scope.signal.aborted) onError(error);
    } finally {
      hasEnded = true;
      waiting.length = 0;
      single = [];
    }
  };
  const running = run();

  return {
    written,
    add(samples) {
      if (hasEnded || written.isCutOff) return;
      const isFull = waiting.length >= options.maxWaiting;
      waiting.push(isFull ? { lost: samples.length / recordedChannels } : { samples });
      wake?.();
    },
    async end() {
      hasEnded = true;
      wake?.();
      await running;
      return written;
    },
    abort() {
      hasEnded = true;
      scope.abort(new Error('The recording was given up.'));
      wake?.();
    },
  };
}
