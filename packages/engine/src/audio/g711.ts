/**
 * G.711 (ITU-T, 11/1988), the form of speech on the telephone: a byte a sample, 8,000 a second. Decoding and encoding again gives the
 * same bytes, but for µ-law's second zero (0x7F), which comes back as the first (0xFF).
 */
export type G711 = 'mulaw' | 'alaw';

/** Samples of G.711 bytes. */
export function decodeG711(bytes: Uint8Array, law: G711): Int16Array {
  const samples = new Int16Array(bytes.length);
  decodeG711Into(samples, bytes, law);
  return samples;
}

/** The same into samples that are there: those beyond `bytes` stay as they are, bytes beyond `samples` are left out. */
export function decodeG711Into(samples: Int16Array, bytes: Uint8Array, law: G711): void {
  const table = law === 'mulaw' ? mulawSamples : alawSamples;
  const length = Math.min(samples.length, bytes.length);
  for (let i = 0; i < length; i += 1) samples[i] = table[bytes[i] ?? 0] ?? 0;
}

/** The nearest G.711 bytes of samples. */
export function encodeG711(samples: Int16Array, law: G711): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length);
  encodeG711Into(bytes, 0, samples, law);
  return bytes;
}

/** The same into bytes that are there, from `offset` on: as many as there are samples. */
export function encodeG711Into(bytes: Uint8Array, offset: number, samples: Int16Array, law: G711): void {
  if (law === 'mulaw') for (let i = 0; i < samples.length; i += 1) bytes[offset + i] = mulawByte(samples[i] ?? 0);
  else for (let i = 0; i < samples.length; i += 1) bytes[offset + i] = alawByte(samples[i] ?? 0);
}

/** The byte of silence. */
export const g711Silence: Readonly<Record<G711, number>> = { mulaw: 0xff, alaw: 0xd5 };

/** Added before the logarithm, so that each segment begins at a power of two. */
const mulawBias = 0x84;
const mulawClip = 32_635;

const mulawSamples = Int16Array.from({ length: 256 }, (_, byte) => {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + mulawBias) << ((value & 0x70) >> 4);
  return value & 0x80 ? mulawBias - magnitude : magnitude - mulawBias;
});

const alawSamples = Int16Array.from({ length: 256 }, (_, byte) => {
  const value = byte ^ 0x55;
  const segment = (value & 0x70) >> 4;
  const step = ((value & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return value & 0x80 ? magnitude : -magnitude;
});

function mulawByte(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), mulawClip) + mulawBias;
  // The place of the highest bit, counted from the eighth.
  const segment = 24 - Math.clz32(magnitude);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
}

function alawByte(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80;
  // Negative samples are counted from −1, so that every byte has as many above zero as below.
  const magnitude = sample < 0 ? -sample - 1 : sample;
  const segment = magnitude < 256 ? 0 : 24 - Math.clz32(magnitude);
  const step = segment === 0 ? magnitude >> 4 : (magnitude >> (segment + 3)) & 0x0f;
  return (sign | (segment << 4) | step) ^ 0x55;
}
