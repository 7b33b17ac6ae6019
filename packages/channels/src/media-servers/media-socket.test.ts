import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Digit, Pcm } from '@parley/engine/ports/audio.ts';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { PhoneLeg } from '../phone/phone-leg.ts';
import { maxMediaMessageBytes, takeMediaSocket } from './media-socket.ts';
import type { MediaStart } from './media-start.ts';

const clock = createSystemClock();

/** A server that takes audio WebSockets, and what came of each. */
async function listening(knows: (start: MediaStart) => boolean = () => true) {
  const calls: PhoneLeg[] = [];
  const refused: string[] = [];
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, maxPayload: maxMediaMessageBytes });
  sockets.on('connection', (socket, request) =>
    takeMediaSocket({
      socket,
      query: new URL(request.url ?? '/', 'http://x').searchParams,
      clock,
      describe: (start) =>
        Promise.resolve(
          knows(start) ? { callId: start.callId ?? 'none', from: start.from ?? '', to: start.to ?? '' } : undefined,
        ),
      onCall: (leg) => void calls.push(leg),
      onGone: () => undefined,
      onRefused: (reason) => void refused.push(reason),
    }),
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    http.close();
  });
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const connect = async (query = '') => {
    const socket = new WebSocket(`ws://127.0.0.1:${address.port}/media${query}`);
    onTestFinished(() => socket.terminate());
    const texts: string[] = [];
    const sounds: Buffer[] = [];
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) sounds.push(data);
      else texts.push(data.toString());
    });
    const closed = once(socket, 'close');
    await once(socket, 'open');
    return { socket, texts, sounds, closed };
  };
  return { calls, refused, connect, sockets };
}

const loud = new Int16Array(320).fill(6_000);
const linear = (samples: number) => Buffer.from(new Int16Array(samples).fill(5_000).buffer);

/** What the leg hears. */
function listenTo(leg: PhoneLeg | undefined) {
  const frames: Pcm[] = [];
  const keys: Digit[] = [];
  leg?.listen({ frame: (frame) => void frames.push(frame), digit: (digit) => void keys.push(digit) });
  return { frames, keys };
}

it.each([
  [
    'words',
    'MEDIA_START connection_id:c1 channel:WebSocket/c1/0x1 format:ulaw optimal_frame_size:160',
    'FLUSH_MEDIA',
    'HANGUP',
    'DTMF_END digit:7',
  ],
  [
    'JSON',
    JSON.stringify({
      event: 'MEDIA_START',
      connection_id: 'c1',
      channel: 'WebSocket/c1/0x1',
      format: 'ulaw',
      optimal_frame_size: 160,
      ptime: 20,
    }),
    '{"command":"FLUSH_MEDIA"}',
    '{"command":"HANGUP"}',
    '{"event":"DTMF_END","channel_id":"1","digit":"7"}',
  ],
])(
  'Asterisk by WebSocket, commands as %s: heard both ways in µ-law, keys, flushed, hung up',
  async (_, start, flush, hangUp, key) => {
    const { calls, connect } = await listening();
    const { socket, texts, sounds, closed } = await connect('?from=%2B353861234567&to=100');
    socket.send(start);
    await vi.waitUntil(() => calls.length === 1);
    const [leg] = calls;
    expect(leg).toMatchObject({ kind: 'audio-fork', callId: 'c1', from: '+353861234567', to: '100', line: 'mulaw' });
    const { frames, keys } = listenTo(leg);
    // 0x9F is about 5,000 in µ-law.
    for (let n = 0; n < 5; n += 1) socket.send(Buffer.alloc(160, 0x9f));
    socket.send(key);
    await vi.waitUntil(() => frames.length >= 3 && keys.length === 1);
    expect(keys).toEqual(['7']);
    expect(frames.at(-1)?.[160]).toBeGreaterThan(3_000);
    leg?.write(loud);
    await vi.waitUntil(() => sounds.length > 0);
    expect(sounds[0]).toHaveLength(160);
    leg?.clear();
    leg?.hangUp('completed');
    await closed;
    expect(texts).toEqual([flush, hangUp]);
    expect(await leg?.ended).toEqual({ by: 'here', reason: 'completed' });
  },
);

it('FreeSWITCH with metadata: 16 kHz both ways, cleared by killAudio, keys by text', async () => {
  const { calls, connect } = await listening();
  const { socket, texts, sounds, closed } = await connect();
  socket.send(
    JSON.stringify({ callId: 'fs-1', from: 353861234567, to: '100', sampleRate: 16_000, other: { of: 'theirs' } }),
  );
  await vi.waitUntil(() => calls.length === 1);
  const [leg] = calls;
  expect(leg).toMatchObject({ callId: 'fs-1', from: '353861234567', to: '100', line: 'wide' });
  const { frames, keys } = listenTo(leg);
  // Messages need not be frames.
  for (let n = 0; n < 5; n += 1) socket.send(linear(500));
  socket.send('{"event":"dtmf","digit":"#"}');
  await vi.waitUntil(() => frames.length >= 4 && keys.length === 1);
  expect(frames.every((frame) => frame.length === 320)).toBe(true);
  expect(frames[0]?.[100]).toBe(5_000);
  leg?.write(loud);
  await vi.waitUntil(() => sounds.length > 0);
  expect(sounds[0]).toHaveLength(640);
  leg?.clear();
  await vi.waitUntil(() => texts.includes('{"type":"killAudio"}'));
  socket.close(1000);
  await closed;
  expect(await leg?.ended).toMatchObject({ by: 'far' });
});

it('modules that play messages are given stretches of a fifth of a second, and the rest when speech pauses', async () => {
  const { calls, connect } = await listening();
  const { socket, texts } = await connect('?call_id=fs-2');
  socket.send(JSON.stringify({ playback: 'streamAudio' }));
  await vi.waitUntil(() => calls.length === 1);
  for (let n = 0; n < 15; n += 1) calls[0]?.write(loud);
  await vi.waitUntil(() => texts.length === 2);
  const [first, rest] = texts.map((text): unknown => JSON.parse(text));
  expect(first).toMatchObject({ type: 'streamAudio', data: { audioDataType: 'raw', sampleRate: 8_000 } });
  const bytesOf = (message: unknown) =>
    Buffer.from(JSON.stringify(message).match(/"audioData":"([^"]*)"/)?.[1] ?? '', 'base64').length;
  expect(bytesOf(first)).toBe(10 * 320);
  // Five frames, and one of silence with which the filter is emptied.
  expect(bytesOf(rest)).toBe(6 * 320);
});

it('sound without a word before it is FreeSWITCH without metadata', async () => {
  const { calls, connect } = await listening();
  const { socket } = await connect('?call_id=fs-3&rate=16000');
  socket.send(linear(320));
  await vi.waitUntil(() => calls.length === 1);
  expect(calls[0]).toMatchObject({ callId: 'fs-3', line: 'wide' });
});

it.each([
  [
    'a codec that is not plain samples',
    'MEDIA_START connection_id:c1 format:opus optimal_frame_size:0',
    'Dial with c(FORMAT) of',
  ],
  ['a start without a format', 'MEDIA_START connection_id:c1', 'must name a format'],
  ['a rate that it has not', '{"sampleRate":44100}', 'sampleRate'],
  ['a text as long as a book', 'x'.repeat(10_000), 'too long'],
])('%s is refused with words that say what to change', async (_, text, reason) => {
  const { refused, connect } = await listening();
  const { socket, closed } = await connect();
  socket.send(text);
  expect(await closed).toMatchObject([1008, expect.anything()]);
  expect(refused).toHaveLength(1);
  expect(refused[0]).toContain(reason);
});

it('a call that nobody answers is closed', async () => {
  const { refused, connect } = await listening(() => false);
  const { socket, closed } = await connect();
  socket.send('{}');
  expect((await closed)[0]).toBe(1008);
  expect(refused).toEqual(['nobody answers this call']);
});

it('2,000 mutated conversations neither break it nor stay', async () => {
  const { calls, connect, sockets } = await listening();
  const texts = [
    'MEDIA_START connection_id:c1 channel:WebSocket/c1/0x1 format:ulaw optimal_frame_size:160',
    '{"event":"MEDIA_START","connection_id":"c1","format":"slin16"}',
    '{"callId":"1","sampleRate":16000,"playback":"playAudio"}',
    'DTMF_END digit:7',
    '{"event":"dtmf","digit":"#"}',
  ].map((text) => Buffer.from(text));
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 4_294_967_296) * below);
  };
  let socket: WebSocket | undefined;
  for (let run = 0; run < 2_000; run += 1) {
    if (run % 40 === 0 || socket?.readyState !== WebSocket.OPEN) {
      socket?.close();
      socket = (await connect()).socket;
    }
    const mutated = Buffer.from(texts[random(texts.length)] ?? Buffer.alloc(0));
    for (let change = 0; change < random(4); change += 1) mutated[random(mutated.length)] = 32 + random(95);
    socket.send(random(2) === 0 ? mutated : mutated.toString());
  }
  socket?.close();
  await vi.waitUntil(() => sockets.clients.size === 0, { timeout: 10_000 });
  expect(calls.length).toBeGreaterThan(10);
  await Promise.all(calls.map((leg) => leg.ended));
});
