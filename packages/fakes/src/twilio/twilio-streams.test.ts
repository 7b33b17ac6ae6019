import { afterEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { createToneBrain } from '../brains/tone-brain.ts';
import { startWebhookServer, type WebhookServer } from './testing/webhook-server.ts';
import { type PlacedCall, type RunningTwilio, startTwilioFake, type TwilioFakeOptions } from './twilio-fake.ts';

let fake: RunningTwilio;
let server: WebhookServer;
let sockets: WebSocket[] = [];
let texts: string[] = [];
let addresses: string[] = [];
afterEach(async () => {
  expect(server.badSignatures).toEqual([]);
  await Promise.all([fake.close(), server.close()]);
  sockets = [];
  texts = [];
  addresses = [];
});

const message = z.looseObject({
  event: z.string(),
  sequenceNumber: z.string().optional(),
  streamSid: z.string().optional(),
});
const received = () => texts.map((text) => message.parse(JSON.parse(text)));
const ofEvent = (event: string) => received().filter((one) => one.event === event);

async function call(twiml: string, options: Partial<TwilioFakeOptions> = {}, placed: Partial<PlacedCall> = {}) {
  server = await startWebhookServer({
    authToken: '0123456789abcdef0123456789abcdef',
    answer: (path) => (path === '/voice' ? `<Response>${twiml}</Response>` : path === '/after' ? '<Response/>' : 200),
    onStream(socket, url) {
      sockets.push(socket);
      addresses.push(url);
      socket.on('message', (data) => texts.push(String(data)));
    },
  });
  fake = await startTwilioFake({ port: 0, brain: createToneBrain(), reach: server.reach, ...options });
  return fake.placeCall({
    from: '+353861111111',
    to: '+35312345678',
    voiceUrl: `${server.publicUrl}/voice`,
    ...placed,
  });
}

const bothWays = `<Connect action="/after"><Stream url="wss://agent.example/stream?secret=1" name="talk" statusCallback="https://agent.example/streams"><Parameter name="token" value="a&amp;b"/></Stream></Connect><Say>The end.</Say>`;

function send(value: unknown) {
  sockets[0]?.send(typeof value === 'string' ? value : JSON.stringify(value));
}
/** @param ms of a loud tone */
const media = (streamSid: string | undefined, ms: number) => ({
  event: 'media',
  streamSid,
  media: { payload: Buffer.alloc(ms * 8, 0x10).toString('base64') },
});
const mark = (streamSid: string | undefined, name: string) => ({ event: 'mark', streamSid, mark: { name } });

test('a stream both ways begins as Twilio begins it, with the parameters and without the query of its address', async () => {
  const placed = await call(bothWays);
  const words = await placed.until('the stream', ({ streams }) => streams[0]?.state === 'open' && streams[0]);
  await placed.person.say('hello');
  await placed.person.press('1#');
  await placed.until('the keys', () => ofEvent('dtmf').length === 2);
  expect(addresses).toEqual(['/stream']);
  expect(texts[0]).toBe('{"event":"connected","protocol":"Call","version":"1.0.0"}');
  expect(JSON.parse(texts[1] ?? '')).toEqual({
    event: 'start',
    sequenceNumber: '1',
    start: {
      accountSid: fake.accountSid,
      streamSid: words.sid,
      callSid: placed.sid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token: 'a&b' },
    },
    streamSid: words.sid,
  });
  const sounds = z
    .array(
      z.object({
        media: z.object({ track: z.literal('inbound'), chunk: z.string(), timestamp: z.string(), payload: z.string() }),
      }),
    )
    .parse(ofEvent('media'));
  expect(sounds.map(({ media: { chunk } }) => chunk)).toEqual(sounds.map((_, n) => String(n + 1)));
  expect(new Set(sounds.map(({ media: { payload } }) => Buffer.from(payload, 'base64').length))).toEqual(
    new Set([160]),
  );
  expect(
    received()
      .slice(1)
      .map(({ sequenceNumber }) => sequenceNumber),
  ).toEqual(
    received()
      .slice(1)
      .map((_, n) => String(n + 1)),
  );
  placed.person.hangUp();
  await fake.until('its end', () => ofEvent('stop').length === 1);
  expect(received().at(-1)).toMatchObject({
    event: 'stop',
    stop: { accountSid: fake.accountSid, callSid: placed.sid },
  });
});

test('a mark comes back when what was sent before it has been heard, and at once when nothing was', async () => {
  const placed = await call(bothWays);
  const stream = await placed.until('the stream', ({ streams }) => streams[0]?.state === 'open' && streams[0]);
  send(mark(stream.sid, 'nothing'));
  send(media(stream.sid, 400));
  send(mark(stream.sid, 'heard'));
  const marks = await placed.until('both marks', () => stream.marks.length === 2 && stream.marks);
  const began = placed.person.hears.soundAfter(0) ?? Number.NaN;
  expect(marks.map(({ name }) => name)).toEqual(['nothing', 'heard']);
  expect((marks[1]?.atMs ?? 0) - began).toBe(400);
  expect(placed.person.hears.mulaw(began, began + 400).every((byte) => byte === 0x10)).toBe(true);
  expect(placed.person.hears.lastSoundMs - began).toBe(400);
  await placed.until('the messages', () => ofEvent('mark').length === 2);
});

test('clear throws away what is not heard yet, and its marks come back', async () => {
  const placed = await call(bothWays);
  const stream = await placed.until('the stream', ({ streams }) => streams[0]?.state === 'open' && streams[0]);
  send(media(stream.sid, 60_000));
  send(mark(stream.sid, 'far away'));
  await placed.until('sound', ({ person }) => person.hears.soundAfter(0) !== undefined);
  expect(stream.marks).toEqual([]);
  send({ event: 'clear', streamSid: stream.sid });
  await placed.until('the mark', () => ofEvent('mark').length === 1);
  expect(stream).toMatchObject({ clears: 1, bufferedMs: 0 });
  expect(placed.person.hears.lastSoundMs).toBeLessThan(3000);
});

test('when the server closes the socket the action is asked, and the call is over with its answer; the stream is told', async () => {
  const placed = await call(bothWays, {}, { statusCallback: 'https://agent.example/status' });
  await placed.until('the stream', ({ streams }) => streams[0]?.state === 'open');
  sockets[0]?.close(1000);
  expect(await placed.ended).toBe('completed');
  expect(placed.said).toEqual([]);
  expect(placed.streams[0]).toMatchObject({ state: 'ended', endedBy: 'server' });
  expect(server.requests.some(({ path }) => path === '/after')).toBe(true);
  await fake.until(
    'the callbacks',
    () => server.requests.filter(({ path }) => path === '/streams' || path === '/status').length === 3,
  );
  const told = server.requests.flatMap(({ path, params }) => (path === '/streams' ? [params] : []));
  expect(told.map(({ StreamEvent }) => StreamEvent).toSorted()).toEqual(['stream-started', 'stream-stopped']);
  expect(told[0]).toMatchObject({ StreamName: 'talk', StreamSid: placed.streams[0]?.sid, CallSid: placed.sid });
  expect(server.requests.find(({ path }) => path === '/status')?.params).toMatchObject({ CallStatus: 'completed' });
});

test('a stream one way hears both sides while the call goes on, and may not be spoken to', async () => {
  const stream = '<Stream url="wss://agent.example/stream" track="both_tracks"/>';
  const placed = await call(`<Start>${stream}</Start><Say>Hello there.</Say><Pause length="60"/>`);
  await placed.until('both tracks', () => {
    const tracks = z.array(z.object({ media: z.object({ track: z.string() }) })).parse(ofEvent('media'));
    return new Set(tracks.map(({ media: { track } }) => track)).size === 2;
  });
  send({ event: 'clear', streamSid: placed.streams[0]?.sid });
  await placed.until('the error', ({ reports }) => reports.some(({ code }) => code === 31_924));
  expect(placed.status).toBe('in-progress');
  expect(fake.journal.entries).toContainEqual(
    expect.objectContaining({ type: 'report', level: 'error', code: 31_924 }),
  );
});

test.for([
  ['what is no JSON', '{', 31_924],
  ['an event that there is not', '{"event":"say"}', 31_924],
  ['a field too many', '{"event":"clear","streamSid":"SID","x":1}', 31_951],
  ['another stream', '{"event":"clear","streamSid":"MZ0"}', 31_951],
  ['sound that is no base64', '{"event":"media","streamSid":"SID","media":{"payload":"#"}}', 31_951],
] as const)('%s is told to whoever sends it', async ([, text, code]) => {
  const placed = await call(bothWays);
  const stream = await placed.until('the stream', ({ streams }) => streams[0]?.state === 'open' && streams[0]);
  send(text.replace('SID', stream.sid));
  await placed.until('the report', ({ reports }) => reports.some((report) => report.code === code));
});

test('more than ten minutes of sound are not kept', async () => {
  const placed = await call(bothWays);
  const stream = await placed.until('the stream', ({ streams }) => streams[0]?.state === 'open' && streams[0]);
  for (let n = 0; n < 11; n += 1) send(media(stream.sid, 60_000));
  await placed.until('the warning', ({ reports }) => reports.some(({ code }) => code === 31_931));
  expect(stream.bufferedMs).toBeLessThanOrEqual(600_000);
});

test('a server that refuses the socket is an error, and the call goes on with what follows', async () => {
  const placed = await call('<Connect><Stream url="wss://nobody.example/stream"/></Connect><Hangup/>', {
    reach: { 'https://nobody.example': 'http://127.0.0.1:1', 'https://agent.example': 'http://127.0.0.1:1' },
  });
  // The webhook cannot be reached either, which is told first.
  expect(await placed.ended).toBe('failed');
  await fake.close();
  await server.close();
  const other = await call('<Connect><Stream url="ws://agent.example/stream"/></Connect><Hangup/>');
  expect(await other.ended).toBe('completed');
  expect(other.reports).toMatchObject([{ code: 31_920 }]);
});

test('over a slow network sound and marks come later, in order', async () => {
  const placed = await call(bothWays, { network: { delayMs: 60, jitterMs: 30 } });
  const stream = await placed.until('the stream', ({ streams }) => streams[0]?.state === 'open' && streams[0]);
  await placed.until('the start', () => ofEvent('start').length === 1);
  const sentMs = performance.now();
  send(mark(stream.sid, 'there and back'));
  await placed.until('the mark', () => ofEvent('mark').length === 1);
  expect(performance.now() - sentMs).toBeGreaterThanOrEqual(115);
  const numbers = received().flatMap(({ sequenceNumber }) =>
    sequenceNumber === undefined ? [] : [Number(sequenceNumber)],
  );
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});
