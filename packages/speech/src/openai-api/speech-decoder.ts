import type { Pcm } from '@parley/engine/ports/audio.ts';
import { ProviderError } from '../provider/provider-failure.ts';
import { type AudioEncoding, createPcmStream, type PcmStream } from '../wire/pcm-stream.ts';

/** Headers of WAV are 44 bytes, with notes of whoever wrote them some hundreds. */
const maxHeaderBytes = 16_384;

/**
 * Sound as it comes, raw or as WAV, which is told by its first bytes: servers do not always send what they were asked for.
 *
 * Its `write` throws ProviderError for WAV that is not 16 bits or G.711 on one channel.
 *
 * @param rawRateHz of sound without a header, 16-bit
 */
export function createSpeechDecoder(rawRateHz: number): PcmStream {
  let stream: PcmStream | undefined;
  let head = new Uint8Array(0);
  return {
    write(bytes) {
      if (stream !== undefined) return stream.write(bytes);
      head = Uint8Array.from([...head, ...bytes]);
      const found = formatOf(head, rawRateHz);
      if (found === 'unknown') {
        if (head.length > maxHeaderBytes) throw broken(`its header has more than ${maxHeaderBytes} bytes`);
        return new Int16Array(0);
      }
      stream = createPcmStream(found.format);
      return stream.write(head.subarray(found.at));
    },
    end(): Pcm {
      // Less than a header came: that is no sound.
      return stream?.end() ?? new Int16Array(0);
    },
  };
}

/** The form of what follows at a place, or `unknown` while too little has come to say. */
function formatOf(
  head: Uint8Array,
  rawRateHz: number,
): { readonly format: AudioEncoding; readonly at: number } | 'unknown' {
  if (!'RIFF'.startsWith(tagAt(head, 0))) return { format: { encoding: 'pcm16', sampleRateHz: rawRateHz }, at: 0 };
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let format: AudioEncoding | undefined;
  for (let at = 12; at + 8 <= head.length; ) {
    const tag = tagAt(head, at);
    // Of a stream whose end was not known, the length of the data is nonsense: it lasts as long as it comes.
    if (tag === 'data') {
      if (format === undefined) throw broken('its sound comes before its form');
      return { format, at: at + 8 };
    }
    const length = view.getUint32(at + 4, true);
    if (tag === 'fmt ') {
      if (at + 8 + 16 > head.length) return 'unknown';
      format = readFormat(view, at + 8);
    }
    at += 8 + length + (length % 2);
  }
  return 'unknown';
}

function readFormat(view: DataView, at: number): AudioEncoding {
  const tag = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRateHz = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  if (channels === 1 && (tag === 1 || tag === 0xff_fe) && bits === 16 && isRate(sampleRateHz)) {
    return { encoding: 'pcm16', sampleRateHz };
  }
  if (channels === 1 && (tag === 6 || tag === 7) && sampleRateHz === 8000) {
    return { encoding: tag === 6 ? 'alaw' : 'mulaw' };
  }
  throw broken(`format ${tag} with ${bits} bits, ${channels} channels and ${sampleRateHz} Hz is not read`);
}

/** What can be brought to 16 kHz in a simple ratio. */
function isRate(sampleRateHz: number): boolean {
  return [8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000].includes(sampleRateHz);
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function broken(what: string): ProviderError {
  return new ProviderError({ code: 'provider_protocol', message: `The WAV cannot be played: ${what}.` });
}
