import { expect, it } from 'vitest';
import { decodeG711, encodeG711, g711Silence } from './g711.ts';

const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);

it('every byte of the telephone comes back as it was', () => {
  expect([...encodeG711(decodeG711(all, 'alaw'), 'alaw')]).toEqual([...all]);
  const mulaw = encodeG711(decodeG711(all, 'mulaw'), 'mulaw');
  // Its second zero is the first one.
  expect([...mulaw]).toEqual([...all].map((byte) => (byte === 0x7f ? 0xff : byte)));
});

it('known values of the standard', () => {
  expect([...decodeG711(Uint8Array.of(0x00, 0x80, 0xff, 0x7f, 0xf0), 'mulaw')]).toEqual([-32_124, 32_124, 0, 0, 120]);
  expect([...decodeG711(Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a), 'alaw')]).toEqual([8, -8, 32_256, -32_256]);
  for (const law of ['mulaw', 'alaw'] as const) {
    expect(Math.abs(decodeG711(Uint8Array.of(g711Silence[law]), law)[0] ?? 99)).toBeLessThanOrEqual(8);
  }
});

it('each sample becomes the nearest that the telephone knows', () => {
  for (const law of ['mulaw', 'alaw'] as const) {
    const levels = [...decodeG711(all, law)];
    for (let sample = -32_768; sample <= 32_767; sample += 7) {
      const [back = 0] = decodeG711(encodeG711(Int16Array.of(sample), law), law);
      const nearest = Math.min(...levels.map((level) => Math.abs(level - sample)));
      // Where steps double, the standard's edge is a third of the way between its two levels.
      expect(Math.abs(back - sample)).toBeLessThanOrEqual(nearest * 2 + 8);
    }
  }
});
