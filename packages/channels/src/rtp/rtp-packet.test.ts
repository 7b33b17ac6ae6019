import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildRtp, parseRtp } from './rtp-packet.ts';

test('what is built is what is read', () => {
  fc.assert(
    fc.property(
      fc.record({
        marker: fc.boolean(),
        // 64–95 with the marker would read as RTCP; Opus is given a dynamic type, 96 and up.
        payloadType: fc.integer({ min: 96, max: 127 }),
        sequence: fc.integer({ min: 0, max: 0xff_ff }),
        timestamp: fc.integer({ min: 0, max: 0xff_ff_ff_ff }),
        ssrc: fc.integer({ min: 0, max: 0xff_ff_ff_ff }),
        payload: fc.uint8Array({ maxLength: 100 }),
      }),
      (packet) => {
        expect(parseRtp(buildRtp(packet))).toEqual(packet);
      },
    ),
  );
});

test('header extensions, contributing sources and padding are stepped over', () => {
  const header = [0x80 | 0x20 | 0x10 | 1, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
  const bytes = Uint8Array.of(...header, 9, 9, 9, 9, 0xbe, 0xde, 0, 1, 7, 7, 7, 7, 42, 43, 0, 0, 3);
  expect(parseRtp(bytes)?.payload).toEqual(Uint8Array.of(42, 43));
});

test('noise from the network is refused and nothing breaks', () => {
  expect(parseRtp(new Uint8Array(0))).toBeUndefined();
  expect(parseRtp(Uint8Array.of(0x80, 200, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3))).toBeUndefined();
  // Says that it has 15 sources, an extension of 65,535 words, or more padding than there is.
  expect(parseRtp(Uint8Array.of(0x8f, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3))).toBeUndefined();
  expect(parseRtp(Uint8Array.of(0x90, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 255, 255))).toBeUndefined();
  expect(parseRtp(Uint8Array.of(0xa0, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 255))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
      const packet = parseRtp(noise);
      if (packet !== undefined) expect(packet.payload.length).toBeLessThanOrEqual(noise.length - 12);
    }),
    { numRuns: 500 },
  );
});
