import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide } from '@parley/engine/audio/line-rate.ts';
import type { ServiceConfig } from './riva-service.ts';

/** Bytes of a stream, in any chunks, to samples at 16 kHz. */
export interface AudioDecoder {
  decode(bytes: Uint8Array): Int16Array;
  flush(): Int16Array;
}

/** @returns undefined for what this service has no ears for */
export function createAudioDecoder({ encoding, sample_rate_hertz }: ServiceConfig): AudioDecoder | undefined {
  if (encoding === 'LINEAR_PCM' && sample_rate_hertz === 16_000) {
    return { decode: samplesOf, flush: () => new Int16Array(0) };
  }
  if (sample_rate_hertz !== 8000) return undefined;
  const raise = createLineToWide();
  const to = (samples: (bytes: Uint8Array) => Int16Array): AudioDecoder => ({
    decode: (bytes) => Int16Array.from(raise.process(samples(bytes))),
    flush: () => Int16Array.from(raise.flush()),
  });
  if (encoding === 'LINEAR_PCM') return to(samplesOf);
  if (encoding === 'MULAW') return to((bytes) => decodeG711(bytes, 'mulaw'));
  if (encoding === 'ALAW') return to((bytes) => decodeG711(bytes, 'alaw'));
  return undefined;
}

/** Messages hold whole samples: the service has no half ones. */
function samplesOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.byteLength >> 1 }, (_, at) => view.getInt16(2 * at, true));
}
