import { type BlobStore, BlobStoreError } from './blob-store.ts';
import { maxTableBytes, openSegment, type PartRange, parsePartName, partName, readPartTable } from './sealed-part.ts';

/** What of a recording is in the store. */
export interface RecordingSound {
  /** Of each channel, all segments together. */
  readonly samples: number;
  /** In the store. */
  readonly bytes: number;
  /**
   * Both channels by turns from sample `from` up to `to`, a segment at a time; only what is asked for is fetched and opened.
   * Throws BlobStoreError, and an error of node:crypto when the key is another one or bytes were changed.
   */
  read(key: Buffer, from: number, to: number, signal: AbortSignal): AsyncGenerator<Int16Array>;
}

interface Located {
  readonly part: PartRange;
  readonly index: number;
  readonly samples: number;
  /** The first of its samples in the recording. */
  readonly at: number;
  /** Bytes in the blob. */
  readonly start: number;
  readonly end: number;
}

/** Each time parts were joined while they were being looked at; more often than this they are gone. */
const maxLooks = 5;

/**
 * Find what is there of a recording, also of one that is being written or whose writer died: parts that were joined take the place
 * of their pieces; what lies behind a gap is not there.
 */
export async function openRecordingSound(
  store: BlobStore,
  prefix: string,
  recordingId: string,
  signal: AbortSignal,
): Promise<RecordingSound> {
  const found = await locate(store, prefix, signal);
  return {
    samples: found.samples,
    bytes: found.bytes,
    async *read(key, from, to, readSignal) {
      let { segments } = found;
      let at = from;
      for (let looks = 1; at < to; looks += 1) {
        try {
          const wanted = segments.filter((segment) => segment.at < to && segment.at + segment.samples > at);
          for (const together of byPart(wanted)) {
            for (const [segment, bytes] of await fetchTogether(store, prefix, together, readSignal)) {
              const { index, samples, at: begins } = segment;
              const sound = openSegment(key, recordingId, index, { samples, bytes });
              yield sound.subarray(Math.max(0, at - begins) * 2, Math.min(samples, to - begins) * 2);
              at = begins + samples;
            }
          }
          // Deleted meanwhile: whoever was told of so many bytes would wait for the rest for ever.
          if (at < to) throw new BlobStoreError('blob_missing', `Nothing is left of ${prefix} from sample ${at} on.`);
          return;
        } catch (error) {
          // Its writer joined the parts meanwhile: the same segments lie elsewhere.
          if (!isMissing(error) || looks === maxLooks) throw error;
          ({ segments } = await locate(store, prefix, readSignal));
        }
      }
    },
  };
}

async function locate(store: BlobStore, prefix: string, signal: AbortSignal) {
  for (let looks = 1; ; looks += 1) {
    try {
      return await locateOnce(store, prefix, signal);
    } catch (error) {
      if (!isMissing(error) || looks === maxLooks) throw error;
    }
  }
}

async function locateOnce(store: BlobStore, prefix: string, signal: AbortSignal) {
  const entries = await store.list(prefix, signal);
  const ranges = entries.flatMap(({ name }) => parsePartName(prefix, name) ?? []);
  const segments: Located[] = [];
  let samples = 0;
  for (const part of chain(ranges)) {
    const table = readPartTable(await store.read(partName(prefix, part), 0, maxTableBytes, signal));
    // Written whole or not at all: one that cannot be read is none of ours.
    if (table === undefined) break;
    table.segments.forEach((segment, n) => {
      segments.push({ ...segment, part, index: part.first + n, at: samples });
      samples += segment.samples;
    });
  }
  return { segments, samples, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Segments that lie side by side in one part, with one request. */
async function fetchTogether(
  store: BlobStore,
  prefix: string,
  together: readonly Located[],
  signal: AbortSignal,
): Promise<readonly (readonly [Located, Buffer])[]> {
  const [first, last] = [together[0], together.at(-1)];
  if (first === undefined || last === undefined) return [];
  const blob = await store.read(partName(prefix, first.part), first.start, last.end, signal);
  if (blob.length < last.end - first.start) {
    throw new BlobStoreError('blob_unavailable', 'A part of the recording is cut off.');
  }
  return together.map((segment) => [segment, blob.subarray(segment.start - first.start, segment.end - first.start)]);
}

function isMissing(error: unknown): boolean {
  return error instanceof BlobStoreError && error.code === 'blob_missing';
}

/** From the first segment on, each time the part that reaches furthest. */
function chain(ranges: readonly PartRange[]): PartRange[] {
  const longest = new Map<number, PartRange>();
  for (const range of ranges) {
    if (range.count > (longest.get(range.first)?.count ?? 0)) longest.set(range.first, range);
  }
  const parts: PartRange[] = [];
  let next = longest.get(0);
  while (next !== undefined) {
    parts.push(next);
    next = longest.get(next.first + next.count);
  }
  return parts;
}

function byPart(segments: readonly Located[]): Located[][] {
  const groups: Located[][] = [];
  for (const segment of segments) {
    const last = groups.at(-1);
    if (last?.[0]?.part === segment.part) last.push(segment);
    else groups.push([segment]);
  }
  return groups;
}
