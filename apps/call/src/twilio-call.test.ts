import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import { startWebhookServer } from '@parley/fakes/twilio/testing/webhook-server.ts';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { placeTwilioCall, type TwilioCallEvent } from './twilio-call.ts';

const authToken = '0123456789abcdef0123456789abcdef';
const message = z.looseObject({
  event: z.string(),
  streamSid: z.string().optional(),
  media: z.object({ payload: z.string() }).optional(),
});

/** Beeps for half a second when it is called, and whenever the caller has spoken; counts the keys. */
function beep(socket: WebSocket, keys: string[]) {
  let streamSid: string | undefined;
  let spoke = false;
  let quietFrames = 0;
  const answer = () =>
    socket.send(
      JSON.stringify({ event: 'media', streamSid, media: { payload: Buffer.alloc(4000, 0x10).toString('base64') } }),
    );
  socket.on('message', (data) => {
    const heard = message.parse(JSON.parse(String(data)));
    if (heard.event === 'start') {
      streamSid = heard.streamSid;
      answer();
    } else if (heard.event === 'dtmf') {
      keys.push(heard.event);
      answer();
    } else if (heard.media !== undefined) {
      const isLoud = rmsDbfs(decodeG711(Buffer.from(heard.media.payload, 'base64'), 'mulaw')) > -40;
      spoke ||= isLoud;
      quietFrames = isLoud ? 0 : quietFrames + 1;
      if (!spoke || quietFrames < 20) return;
      spoke = false;
      answer();
    }
  });
}

test('a call over the telephone is greeted, says all there is to say, presses keys, and keeps both sides', async () => {
  const keys: string[] = [];
  const server = await startWebhookServer({
    authToken,
    answer: (path) =>
      path === '/voice' ? '<Response><Connect><Stream url="wss://agent.example/stream"/></Connect></Response>' : 200,
    onStream: (socket) => beep(socket, keys),
  });
  const events: TwilioCallEvent[] = [];
  try {
    const { failure, audio } = await placeTwilioCall({
      url: server.url,
      publicUrl: server.publicUrl,
      authToken,
      accountSid: undefined,
      apiBaseUrl: undefined,
      to: '+35312345678',
      steps: [
        { type: 'say', text: 'good morning' },
        { type: 'press', keys: ['1'] },
      ],
      voice: undefined,
      lingerMs: 0,
      onEvent: (event) => events.push(event),
      signal: new AbortController().signal,
    });
    expect(failure).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual([
      'answered',
      'agent',
      'caller',
      'agent',
      'caller',
      'agent',
      'ended',
    ]);
    expect(keys).toHaveLength(1);
    expect(rmsDbfs(audio.agent)).toBeGreaterThan(-30);
    expect(rmsDbfs(audio.caller)).toBeGreaterThan(-48);
    expect(server.badSignatures).toEqual([]);
  } finally {
    await server.close();
  }
}, 60_000);

test('a server that refuses the call is told in words', async () => {
  const server = await startWebhookServer({ authToken, answer: () => 403 });
  try {
    const { failure } = await placeTwilioCall({
      url: server.url,
      publicUrl: server.publicUrl,
      authToken,
      accountSid: undefined,
      apiBaseUrl: undefined,
      to: '+35312345678',
      steps: [],
      voice: undefined,
      lingerMs: 0,
      onEvent: () => {},
      signal: new AbortController().signal,
    });
    expect(failure).toMatch(/answered 403/);
  } finally {
    await server.close();
  }
}, 60_000);
