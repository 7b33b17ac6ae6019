import { encodeWav } from '@parley/engine/audio/wav.ts';
import { describe, expect, it } from 'vitest';
import { createSpeechDecoder } from './speech-decoder.ts';

const samples = Int16Array.from({ length: 1600 }, (_, n) => Math.round(8000 * Math.sin(n / 9)));

function decode(bytes: Uint8Array, chunkBytes: number): Int16Array {
  const decoder = createSpeechDecoder(16_000);
  const parts: Int16Array[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) parts.push(decoder.write(bytes.subarray(at, at + chunkBytes)));
  parts.push(decoder.end());
  return Int16Array.from(parts.flatMap((part) => [...part]));
}

describe('speech is played as what it is', () => {
  it.each([1, 3, 7, 45, 5000])('raw or as WAV, in chunks of %i bytes', (chunkBytes) => {
    const wav = encodeWav([samples], 16_000);
    expect(decode(wav, chunkBytes)).toEqual(samples);
    expect(decode(wav.subarray(44), chunkBytes)).toEqual(samples);
  });

  it('at the rate that the WAV has, not the one that was asked for', () => {
    const wav = encodeWav([samples.slice(0, 800)], 8000);
    expect(decode(wav, 100)).toHaveLength(1600);
  });

  it('with notes in its header, and without an end in it', () => {
    const wav = encodeWav([samples], 16_000);
    const note = Buffer.concat([Buffer.from('LIST'), Uint8Array.of(3, 0, 0, 0), Buffer.from('abc\0')]);
    const noted = Uint8Array.from(Buffer.concat([wav.subarray(0, 36), note, wav.subarray(36)]));
    new DataView(noted.buffer).setUint32(48 + 4, 0xff_ff_ff_ff, true);
    expect(decode(noted, 11)).toEqual(samples);
  });

  it('and not at all when it is on two channels, or ends in its header', () => {
    expect(() => decode(encodeWav([samples, samples], 16_000), 100)).toThrow(/2 channels/);
    expect(decode(encodeWav([samples], 16_000).subarray(0, 40), 100)).toHaveLength(0);
  });

  it('but a header that never ends is given up', () => {
    const endless = Buffer.concat([encodeWav([], 16_000).subarray(0, 12), Buffer.alloc(20_000, 'junk')]);
    expect(() => decode(endless, 1000)).toThrow(/header/);
  });
});
