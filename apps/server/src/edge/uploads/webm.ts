/** Elements of Matroska by their ids; those that hold others are walked into. */
const ids = {
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackType: 0x83,
  cluster: 0x1f43b675,
  clusterTimestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
} as const;
const holders: ReadonlySet<number> = new Set([
  ids.segment,
  ids.info,
  ids.tracks,
  ids.trackEntry,
  ids.cluster,
  ids.blockGroup,
]);
const videoTrack = 1;

/** What a browser's recorder puts into one block of Opus at most. */
const lastBlockMs = 60;

/**
 * How long a WebM of sound alone is. Browsers record it as a stream, without saying how long it will be: then it is the time of the
 * last block. Undefined when there is a picture in it.
 */
export function webmDurationMs(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let nanosecondsATick = 1_000_000;
  let said: number | undefined;
  let clusterTicks = 0;
  let lastTicks: number | undefined;
  for (let at = 0; at < bytes.byteLength; ) {
    const id = idAt(view, at);
    if (id === undefined) break;
    const size = sizeAt(view, at + id.bytes);
    if (size === undefined) break;
    const from = at + id.bytes + size.bytes;
    if (holders.has(id.value)) {
      at = from;
      continue;
    }
    // Of unknown size may be what holds others, nothing else.
    if (size.value === undefined) return undefined;
    const there = Math.min(size.value, bytes.byteLength - from);
    if (id.value === ids.timestampScale) nanosecondsATick = unsigned(view, from, there);
    if (id.value === ids.duration)
      said = there === 8 ? view.getFloat64(from) : there === 4 ? view.getFloat32(from) : undefined;
    if (id.value === ids.trackType && unsigned(view, from, there) === videoTrack) return undefined;
    if (id.value === ids.clusterTimestamp) clusterTicks = unsigned(view, from, there);
    if ((id.value === ids.simpleBlock || id.value === ids.block) && there >= 4) {
      const track = sizeAt(view, from);
      if (track !== undefined && track.bytes + 2 <= there) {
        lastTicks = Math.max(lastTicks ?? 0, clusterTicks + view.getInt16(from + track.bytes));
      }
    }
    at = from + size.value;
  }
  const msATick = nanosecondsATick / 1e6;
  if (lastTicks === undefined) return undefined;
  // Whichever is longer: what is said may be anything.
  return Math.max((said ?? 0) * msATick, lastTicks * msATick + lastBlockMs);
}

/** The id with the bits that tell its length, one to four bytes. */
function idAt(view: DataView, at: number): { readonly value: number; readonly bytes: number } | undefined {
  if (at >= view.byteLength) return undefined;
  const bytes = Math.clz32(view.getUint8(at)) - 23;
  if (bytes > 4 || at + bytes > view.byteLength) return undefined;
  return { value: unsigned(view, at, bytes), bytes };
}

/** The size without those bits, one to eight bytes; undefined in `value` when all bits are set: not known when it was written. */
function sizeAt(
  view: DataView,
  at: number,
): { readonly value: number | undefined; readonly bytes: number } | undefined {
  if (at >= view.byteLength) return undefined;
  const bytes = Math.clz32(view.getUint8(at)) - 23;
  if (bytes > 8 || at + bytes > view.byteLength) return undefined;
  const marked = unsigned(view, at, bytes);
  const value = marked - 2 ** (7 * bytes);
  return { value: value >= 2 ** (7 * bytes) - 1 ? undefined : value, bytes };
}

/** Up to eight bytes, the first counting most; beyond 2^53 not to the last digit, which no size here needs. */
function unsigned(view: DataView, at: number, bytes: number): number {
  let value = 0;
  for (let nth = 0; nth < bytes; nth += 1) value = value * 256 + view.getUint8(at + nth);
  return value;
}
