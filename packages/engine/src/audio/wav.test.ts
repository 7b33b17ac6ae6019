import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeWav, encodeWav, WavError } from './wav.ts';

test('a stereo recording comes back as it was written', () => {
  const left = Int16Array.of(0, 1, -1, 32_767, -32_768);
  const right = Int16Array.of(5, 6, 7);
  const { sampleRateHz, channels } = decodeWav(encodeWav([left, right], 16_000));
  expect(sampleRateHz).toBe(16_000);
  expect(channels).toEqual([left, Int16Array.of(5, 6, 7, 0, 0)]);
});

test('a float file with an odd extra chunk is read', () => {
  const bytes = new Uint8Array(12 + 24 + 8 + 4 + 8 + 12);
  const view = new DataView(bytes.buffer);
  const tag = (at: number, text: string) =>
    bytes.set(
      [...text].map((letter) => letter.charCodeAt(0)),
      at,
    );
  tag(0, 'RIFF');
  tag(8, 'WAVE');
  tag(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 3, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 48_000, true);
  view.setUint16(34, 32, true);
  tag(36, 'LIST');
  view.setUint32(40, 3, true);
  tag(48, 'data');
  view.setUint32(52, 12, true);
  for (const [n, value] of [0.5, 2, Number.NaN].entries()) view.setFloat32(56 + 4 * n, value, true);
  expect(decodeWav(bytes)).toEqual({ sampleRateHz: 48_000, channels: [Int16Array.of(16_384, 32_767, 0)] });
});

test('anything that is not such a file is refused with a code, never with a crash', () => {
  expect(() => decodeWav(new TextEncoder().encode('ID3 this is an MP3'))).toThrow(
    expect.objectContaining({ code: 'not_wav' }),
  );
  const eightBit = encodeWav([Int16Array.of(1)], 8000);
  eightBit[34] = 8;
  expect(() => decodeWav(eightBit)).toThrow(expect.objectContaining({ code: 'unsupported_wav' }));
  expect(() => decodeWav(encodeWav([Int16Array.of(1)], 8000).slice(0, 30))).toThrow(
    expect.objectContaining({ code: 'truncated_wav' }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(43), (noise, at) => {
      const bytes = encodeWav([Int16Array.of(1, 2, 3)], 16_000);
      bytes.set(noise.subarray(0, bytes.length - at), at);
      try {
        decodeWav(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WavError);
      }
    }),
  );
});
