/** Formats that are sound as it is, or as telephones have it: PCM, float, A-law, µ-law, and the one that names another. */
const formats = new Set([1, 3, 6, 7, 0xfffe]);

/**
 * How long a RIFF file of sound is. Sizes are believed only as far as there are bytes: streams are written with sizes of nothing or of
 * everything.
 */
export function wavDurationMs(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let bytesPerSecond = 0;
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const id = Buffer.from(bytes.buffer, bytes.byteOffset + at, 4).toString('latin1');
    const said = view.getUint32(at + 4, true);
    const there = bytes.byteLength - at - 8;
    if (id === 'fmt ') {
      if (said < 16 || there < 16) return undefined;
      const channels = view.getUint16(at + 10, true);
      const sampleRateHz = view.getUint32(at + 12, true);
      const bits = view.getUint16(at + 22, true);
      if (!formats.has(view.getUint16(at + 8, true)) || channels < 1 || channels > 8) return undefined;
      if (sampleRateHz < 4000 || sampleRateHz > 192_000 || bits < 8 || bits > 64 || bits % 8 !== 0) return undefined;
      // What the header says of it may be anything; this is what it comes to.
      bytesPerSecond = (sampleRateHz * channels * bits) / 8;
    }
    if (id === 'data') return bytesPerSecond === 0 ? undefined : (Math.min(said, there) / bytesPerSecond) * 1000;
    // Chunks begin at even places.
    at += 8 + said + (said % 2);
  }
  return undefined;
}
