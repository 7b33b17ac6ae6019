import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide } from '@parley/engine/audio/line-rate.ts';
import { describe, expect, it } from 'vitest';
import { createAudioEncoder } from './riva-config.ts';

describe('the sound of a telephone', () => {
  it.each(['mulaw', 'alaw'] as const)('reaches the service as the bytes that the line carried (%s)', (line) => {
    // As speech has them: no two stretches alike.
    const sent = Uint8Array.from({ length: 4000 }, (_, at) => (at * 7 + (at >> 5) * 13) & 0xff).map((byte) =>
      line === 'mulaw' && byte === 0x7f ? 0xff : byte,
    );
    const wide = createLineToWide();
    const encoder = createAudioEncoder(line);
    const heard: number[] = [];
    for (let at = 0; at < sent.length; at += 160) {
      const frame = wide.process(decodeG711(sent.subarray(at, at + 160), line));
      heard.push(...encoder.encode([frame]));
    }
    heard.push(...encoder.encode([wide.flush()]), ...encoder.flush());
    expect(heard.slice(0, 3900)).toEqual([...sent.subarray(0, 3900)]);
  });
});
