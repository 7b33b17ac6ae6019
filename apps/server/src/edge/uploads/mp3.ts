/** Kilobits a second of layer III, by the number in the header: MPEG 1, and MPEG 2 and 2.5. */
const bitRates1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const bitRates2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const sampleRates1 = [44_100, 48_000, 32_000];

/** Less than this is no sound but bytes that look like the start of one. */
const minFrames = 3;

/** How long an MP3 is, frame by frame. What stands before (ID3v2) and after (ID3v1, APE) is passed over. */
export function mp3DurationMs(bytes: Uint8Array): number | undefined {
  let at = afterTag(bytes);
  let frames = 0;
  let durationMs = 0;
  for (;;) {
    const frame = frameAt(bytes, at);
    // A last frame that was cut off counts: recordings end where they end.
    if (frame === undefined) break;
    frames += 1;
    durationMs += frame.durationMs;
    at += frame.bytes;
  }
  return frames < minFrames ? undefined : durationMs;
}

function frameAt(bytes: Uint8Array, at: number): { readonly bytes: number; readonly durationMs: number } | undefined {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 4);
  if (first !== 0xff || (second & 0xe0) !== 0xe0 || (second & 0x06) !== 0x02) return undefined;
  const version = (second >> 3) & 3;
  if (version === 1) return undefined;
  const isFirst = version === 3;
  const kilobits = (isFirst ? bitRates1 : bitRates2)[third >> 4];
  const rate = sampleRates1[(third >> 2) & 3];
  if (kilobits === undefined || kilobits === 0 || rate === undefined) return undefined;
  const sampleRateHz = rate / (isFirst ? 1 : version === 2 ? 2 : 4);
  const samples = isFirst ? 1152 : 576;
  const padding = (third >> 1) & 1;
  return {
    bytes: Math.floor((samples / 8) * ((kilobits * 1000) / sampleRateHz)) + padding,
    durationMs: (samples / sampleRateHz) * 1000,
  };
}

/** Where the sound begins: an ID3v2 tag says its size in four times seven bits. */
function afterTag(bytes: Uint8Array): number {
  const [i = 0, d = 0, three = 0, , , , a = 0, b = 0, c = 0, e = 0] = bytes.subarray(0, 10);
  if (String.fromCharCode(i, d, three) !== 'ID3') return 0;
  return 10 + ((a & 0x7f) << 21) + ((b & 0x7f) << 14) + ((c & 0x7f) << 7) + (e & 0x7f);
}
