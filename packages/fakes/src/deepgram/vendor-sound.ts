import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import type { AudioEncoding } from '@parley/speech/wire/pcm-stream.ts';
import { z } from 'zod';

/** `encoding` and `sample_rate` of a request, as far as the fake takes them. */
const soundQuery = z.discriminatedUnion('encoding', [
  z.object({ encoding: z.literal('linear16'), sample_rate: z.coerce.number().int().min(8000).max(48_000) }),
  z.object({ encoding: z.enum(['mulaw', 'alaw']), sample_rate: z.coerce.number().pipe(z.literal(8000)) }),
]);

/** Undefined for what the vendor refuses. @param fallbackRateHz what it takes when none is said; left out: one must be said */
export function soundOf(query: URLSearchParams, fallbackRateHz?: number): AudioEncoding | undefined {
  const encoding = query.get('encoding') ?? (fallbackRateHz === undefined ? null : 'linear16');
  const fallback = encoding === 'linear16' || fallbackRateHz === undefined ? fallbackRateHz : 8000;
  const read = soundQuery.safeParse({ encoding, sample_rate: query.get('sample_rate') ?? fallback }).data;
  if (read === undefined) return undefined;
  return read.encoding === 'linear16'
    ? { encoding: 'pcm16', sampleRateHz: read.sample_rate }
    : { encoding: read.encoding };
}

/** Samples at 16 kHz as the vendor sends them. */
export function vendorBytes(samples: Int16Array, sound: AudioEncoding): Uint8Array {
  if (sound.encoding !== 'pcm16') {
    const narrow = createWideToLine();
    const parts = [narrow.process(samples), narrow.flush()].map((part) => encodeG711(part, sound.encoding));
    return Buffer.concat(parts);
  }
  const resampler = createResampler(16_000, sound.sampleRateHz);
  const out = sound.sampleRateHz === 16_000 ? samples : resampler.process(samples);
  const bytes = new DataView(new ArrayBuffer(2 * out.length));
  for (let n = 0; n < out.length; n += 1) bytes.setInt16(2 * n, out[n] ?? 0, true);
  return new Uint8Array(bytes.buffer);
}

/** How long bytes of a form last, in seconds. */
export function secondsOf(bytes: number, sound: AudioEncoding): number {
  return sound.encoding === 'pcm16' ? bytes / 2 / sound.sampleRateHz : bytes / 8000;
}
