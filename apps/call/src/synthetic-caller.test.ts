import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnServer, startOwnServer } from './own-server.ts';
import { placeCall } from './synthetic-caller.ts';

// A real server, real voices, real recognition, real WebRTC.
let server: OwnServer;
const stopped = new AbortController();

beforeAll(async () => {
  server = await startOwnServer(stopped.signal);
}, 60_000);
afterAll(async () => {
  stopped.abort();
  await server?.stop();
}, 60_000);

test('a caller who speaks is understood and answered, and both sides can be heard in the recording', async () => {
  const call = await placeCall({ url: server.url, steps: [{ type: 'say', text: 'I would like to book a haircut' }] });
  expect(call.failure).toBeUndefined();
  expect(call.turns.find(({ user }) => user !== null)?.user?.text).toContain('book a haircut');
  expect(rmsDbfs(call.audio.caller)).toBeGreaterThan(-45);
  expect(rmsDbfs(call.audio.agent)).toBeGreaterThan(-45);
  const answer = call.turns.find(({ heardVoiceToVoiceMs }) => heardVoiceToVoiceMs !== null);
  expect(answer?.heardVoiceToVoiceMs).toBeGreaterThan(answer?.waterfall.voice_to_voice_ms ?? 0);
}, 60_000);

test('a booking made in text is in the record at the end', async () => {
  const say = (text: string) => ({ type: 'say' as const, text });
  const call = await placeCall({
    url: server.url,
    channel: 'chat',
    steps: ['book a haircut', 'Friday at three pm', 'my name is Alice', '415 555 1234', 'yes'].map(say),
  });
  expect(call.failure).toBeUndefined();
  expect(call.bookings).toMatchObject([{ service: 'haircut', name: 'Alice', status: 'booked' }]);
});

test('a call fails in one sentence when no server is there, and when the agent does not say what was expected', async () => {
  const nowhere = await placeCall({
    url: 'http://127.0.0.1:9',
    channel: 'chat',
    steps: [{ type: 'text', text: 'hi' }],
  });
  expect(nowhere.failure).toMatchObject({ code: 'connection_failed', message: expect.stringContaining('No server') });
  const steps = [
    { type: 'text', text: 'book a haircut' },
    { type: 'expect', expectation: { text: { kind: 'contains', text: 'the moon' } } },
  ] as const;
  const other = await placeCall({ url: server.url, channel: 'chat', steps });
  expect(other.failure).toMatchObject({ code: 'not_as_expected', message: expect.stringContaining('the moon') });
});
