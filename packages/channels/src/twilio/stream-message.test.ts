import { createRandom } from '@parley/engine/simulation/random.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createMessageReader } from './stream-message.ts';

const streamSid = `MZ${'a'.repeat(32)}`;
const json = (message: object) => Buffer.from(JSON.stringify(message));
const start = {
  event: 'start',
  sequenceNumber: '1',
  start: {
    accountSid: 'AC1',
    streamSid,
    callSid: 'CA1',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { token: 'xyz' },
  },
  streamSid,
};
const media = (bytes: Uint8Array, chunk = 2) => ({
  event: 'media',
  sequenceNumber: String(chunk + 2),
  media: {
    track: 'inbound',
    chunk: String(chunk),
    timestamp: String(chunk * 20),
    payload: Buffer.from(bytes).toString('base64'),
  },
  streamSid,
});

const asJson = z.object({ event: z.literal('media'), media: z.object({ payload: z.string() }) });

function started() {
  const read = createMessageReader();
  expect(read(json(start))).toEqual({
    type: 'start',
    start: { streamSid, callSid: 'CA1', accountSid: 'AC1', parameters: { token: 'xyz' } },
  });
  return read;
}

describe('sound', () => {
  it.each([1, 2, 3, 159, 160, 161, 320, 8000])('of %i bytes is read to the byte', (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 7) & 0xff);
    const message = started()(json(media(bytes)));
    expect(message).toMatchObject({ type: 'media', sequence: 4, chunk: 2, timestampMs: 40 });
    expect(message.type === 'media' && Buffer.from(message.payload).equals(bytes)).toBe(true);
  });

  it('is read in another order of fields and with spaces too', () => {
    const bytes = new Uint8Array(160).fill(0x7f);
    const { streamSid: sid, event, media: inner, sequenceNumber } = media(bytes);
    const { payload, chunk, timestamp, track } = inner;
    const turned = { streamSid: sid, sequenceNumber, media: { payload, timestamp, chunk, track }, event };
    const message = started()(Buffer.from(JSON.stringify(turned, undefined, 1)));
    expect(message.type === 'media' && Buffer.from(message.payload).equals(bytes)).toBe(true);
  });

  it('of our own voice is not the caller', () => {
    const own = media(new Uint8Array(160));
    expect(started()(json({ ...own, media: { ...own.media, track: 'outbound' } }))).toEqual({ type: 'other' });
  });

  it('that is longer than a second, or no base64, is refused', () => {
    const read = started();
    expect(read(json(media(new Uint8Array(8001)))).type).toBe('malformed');
    const bent = media(new Uint8Array(160));
    expect(read(json({ ...bent, media: { ...bent.media, payload: `*${bent.media.payload.slice(1)}` } })).type).toBe(
      'malformed',
    );
  });
});

it('an event that nobody knows yet is passed over', () => {
  expect(started()(json({ event: 'brand-new', streamSid }))).toEqual({ type: 'other' });
});

it('keys, marks and the end are read', () => {
  const read = started();
  expect(read(json({ event: 'dtmf', streamSid, dtmf: { track: 'inbound_track', digit: '#' } }))).toEqual({
    type: 'digit',
    digit: '#',
  });
  expect(read(json({ event: 'dtmf', streamSid, dtmf: { digit: 'A' } })).type).toBe('malformed');
  expect(read(json({ event: 'mark', streamSid, mark: { name: 'm1' } }))).toEqual({ type: 'mark', name: 'm1' });
  expect(read(json({ event: 'stop', streamSid, stop: { accountSid: 'AC1', callSid: 'CA1' } })).type).toBe('stop');
});

// A second by itself.
it('100,000 spoilt messages are read without a crash, and none of them as sound that was not sent', () => {
  const random = createRandom(20_261_121);
  const read = started();
  const sound = Uint8Array.from({ length: 160 }, (_, at) => (at * 13) & 0xff);
  const whole: [Buffer, ...Buffer[]] = [
    json(media(sound)),
    json(start),
    json({ event: 'mark', streamSid, mark: { name: 'heard-1' } }),
    json({ event: 'dtmf', streamSid, dtmf: { digit: '5' } }),
  ];
  const kinds = new Map<string, number>();
  for (let round = 0; round < 100_000; round += 1) {
    const bytes = Buffer.from(random.pick(whole));
    const spoils = 1 + random.int(0, 2);
    let spoilt = bytes;
    for (let spoil = 0; spoil < spoils; spoil += 1) {
      const at = random.int(0, spoilt.length - 1);
      if (random.chance(0.7)) spoilt[at] = random.int(0, 255);
      else if (random.chance(0.5)) spoilt = spoilt.subarray(0, at + 1);
      else spoilt = Buffer.concat([spoilt.subarray(0, at), spoilt.subarray(at + random.int(0, 5))]);
    }
    const message = read(spoilt);
    kinds.set(message.type, (kinds.get(message.type) ?? 0) + 1);
    if (message.type !== 'media') continue;
    // Read as sound is only what any JSON parser reads as the same sound.
    const { payload } = asJson.parse(JSON.parse(spoilt.toString('utf8'))).media;
    if (!Buffer.from(message.payload).equals(Buffer.from(payload, 'base64'))) expect.fail(spoilt.toString('latin1'));
  }
  expect(kinds.get('malformed')).toBeGreaterThan(50_000);
}, 120_000);
