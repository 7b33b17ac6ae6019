import type { Digit } from '@parley/engine/ports/audio.ts';
import { expect, test } from 'vitest';
import type { RtpPacket } from '../rtp-packet.ts';
import { createKeyReceiver } from './key-receiver.ts';
import { createKeySender } from './key-sender.ts';

interface Press {
  readonly event: number;
  readonly at: number;
  readonly frames?: number;
  readonly hasEnd?: boolean;
}

/** As a telephone sends them: a packet each 20 ms, the end three times. */
function packetsOf({ event, at, frames = 5, hasEnd = true }: Press): RtpPacket[] {
  const packet = (duration: number, isEnd: boolean, marker: boolean): RtpPacket => ({
    marker,
    payloadType: 101,
    sequence: 0,
    timestamp: at >>> 0,
    ssrc: 1,
    payload: Uint8Array.of(event, (isEnd ? 0x80 : 0) | 10, duration >> 8, duration & 0xff),
  });
  const down = Array.from({ length: frames }, (_, n) => packet(160 * (n + 1), false, n === 0));
  return hasEnd ? [...down, ...Array.from({ length: 3 }, () => packet(160 * frames, true, false))] : down;
}

function hear(packets: readonly RtpPacket[], msApart = 20): string {
  const heard: Digit[] = [];
  const receiver = createKeyReceiver((digit) => heard.push(digit));
  packets.forEach((packet, n) => {
    receiver.receive(packet, n * msApart);
  });
  return heard.join('');
}

test('each press is heard once, whatever of it is lost or comes twice', () => {
  const [one, two, two2] = [
    packetsOf({ event: 1, at: 1000 }),
    packetsOf({ event: 2, at: 4000 }),
    packetsOf({ event: 2, at: 8000 }),
  ];
  expect(hear([...one, ...two, ...two2])).toBe('122');
  expect(hear([...one, ...one.slice(2)])).toBe('1');
  // Only a packet in the middle, or only the end, arrives.
  expect(hear([...one.slice(3, 4), ...two.slice(-1), ...two2.slice(0, 1)])).toBe('122');
});

test('the end of a press is lost: the next one counts all the same', () => {
  const lostEnd = packetsOf({ event: 5, at: 1000, hasEnd: false });
  expect(hear([...lostEnd, ...packetsOf({ event: 5, at: 3000 })])).toBe('55');
  expect(hear([...lostEnd, ...packetsOf({ event: 6, at: 3000 }).slice(1)])).toBe('56');
});

test('a repetition that is overtaken by the next key does not count again', () => {
  const one = packetsOf({ event: 1, at: 1000 });
  const two = packetsOf({ event: 2, at: 4000 });
  expect(hear([...one.slice(0, -1), ...two.slice(0, 2), ...one.slice(-1), ...two.slice(2)])).toBe('12');
});

test('a long press, in segments of the longest that can be told, is one', () => {
  const first = packetsOf({ event: 9, at: 0, frames: 400, hasEnd: false });
  const goesOn = packetsOf({ event: 9, at: 65_535, frames: 50 }).map((packet) => ({ ...packet, marker: false }));
  expect(hear([...first, ...goesOn])).toBe('9');
});

test('timestamps may wrap, stars and squares are keys, tones of modems are none', () => {
  const wrap = [...packetsOf({ event: 10, at: 0xff_ff_ff_00 }), ...packetsOf({ event: 11, at: 2000 })];
  expect(hear(wrap)).toBe('*#');
  expect(hear(packetsOf({ event: 36, at: 0 }))).toBe('');
  expect(hear([{ ...(packetsOf({ event: 1, at: 0 })[0] ?? fail()), payload: Uint8Array.of(1, 2) }])).toBe('');
});

test('a key is pressed for 100 ms, its end told three times, and then there is a pause of 100 ms', async () => {
  const sender = createKeySender();
  const pressed = sender.press(['3', '#'], new AbortController().signal);
  const sent: (string | undefined)[] = [];
  while (sender.isBusy) {
    const packet = sender.next(160);
    sent.push(packet && `${packet.isFirst ? 'first ' : ''}${[...packet.payload].join(' ')} ×${packet.times}`);
  }
  await pressed;
  const pause = [undefined, undefined, undefined, undefined, undefined];
  expect(sent).toEqual([
    'first 3 10 0 160 ×1',
    '3 10 1 64 ×1',
    '3 10 1 224 ×1',
    '3 10 2 128 ×1',
    '3 138 3 32 ×3',
    ...pause,
    'first 11 10 0 160 ×1',
    '11 10 1 64 ×1',
    '11 10 1 224 ×1',
    '11 10 2 128 ×1',
    '11 138 3 32 ×3',
    ...pause,
  ]);
});

test('more keys than anybody dials are not kept', async () => {
  const sender = createKeySender();
  const many = Array.from({ length: 200 }, (): Digit => '1');
  const first = sender.press(many, new AbortController().signal);
  await expect(sender.press(many, new AbortController().signal)).rejects.toMatchObject({ code: 'not_supported' });
  sender.close();
  await expect(first).rejects.toMatchObject({ code: 'ended' });
});

function fail(): never {
  throw new Error('There is a packet.');
}
