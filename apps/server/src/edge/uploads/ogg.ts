const pageHeaderBytes = 27;

/** How long an Ogg file of Opus or Vorbis is, by the place that its last page says it reaches. */
export function oggDurationMs(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let clock: { readonly sampleRateHz: number; readonly preSkip: number } | undefined;
  let lastPlace = 0n;
  for (let at = 0; at + pageHeaderBytes <= bytes.byteLength; ) {
    if (buffer.toString('latin1', at, at + 4) !== 'OggS' || view.getUint8(at + 4) !== 0) return undefined;
    const segments = view.getUint8(at + 26);
    const bodyAt = at + pageHeaderBytes + segments;
    if (bodyAt > bytes.byteLength) break;
    const bodyBytes = buffer.subarray(at + pageHeaderBytes, bodyAt).reduce((sum, length) => sum + length, 0);
    // The first page says what it is.
    clock ??= clockOf(buffer.subarray(bodyAt, bodyAt + bodyBytes));
    if (clock === undefined) return undefined;
    const place = view.getBigInt64(at + 6, true);
    // -1: no packet ends on this page.
    if (place > lastPlace) lastPlace = place;
    at = bodyAt + bodyBytes;
  }
  if (clock === undefined) return undefined;
  return (Math.max(0, Number(lastPlace) - clock.preSkip) / clock.sampleRateHz) * 1000;
}

function clockOf(packet: Buffer): { readonly sampleRateHz: number; readonly preSkip: number } | undefined {
  // Opus counts at 48 kHz whatever was recorded.
  if (packet.toString('latin1', 0, 8) === 'OpusHead' && packet.length >= 19) {
    return { sampleRateHz: 48_000, preSkip: packet.readUInt16LE(10) };
  }
  if (packet.toString('latin1', 0, 7) === '\x01vorbis' && packet.length >= 30) {
    const sampleRateHz = packet.readUInt32LE(12);
    return sampleRateHz >= 4000 && sampleRateHz <= 192_000 ? { sampleRateHz, preSkip: 0 } : undefined;
  }
  return undefined;
}
