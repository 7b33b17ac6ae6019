import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import {
  audioSocketKinds,
  audioSocketMessage,
  createAudioSocketReader,
} from '@parley/channels/media-servers/audio-socket-message.ts';
import { freePort } from '@parley/channels/testing/peers/free-ports.ts';
import type { ParleyClient } from '@parley/client/create-client.ts';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { adminClient, adminEnv } from '../../testing/admin-client.ts';
import { type ServerProcess, startServerProcess, typedOnly } from '../../testing/server-process.ts';

// A real server, to which Asterisk's and FreeSWITCH's ends of a connection are played; none of the two is in Debian 12.
const number = '+35315550177';
const token = 'a-token-for-media-servers-01';
let server: ServerProcess;
let audioSocketPort = 0;
let team: ParleyClient;

beforeAll(async () => {
  audioSocketPort = await freePort();
  server = await startServerProcess({
    env: {
      ...typedOnly,
      ...adminEnv,
      SIP_PORT: 'off',
      AUDIO_SOCKET_PORT: String(audioSocketPort),
      MEDIA_SOCKET_TOKEN: token,
      VOICE_DETECTOR: 'light',
    },
  });
  team = await adminClient(server.url);
  await team.createPhoneNumber({ body: { number, agent_id: 'receptionist' } });
});
afterAll(() => server.stop());

/** Asterisk's end of a call, with what it was sent. */
async function asterisk(uuid: string) {
  const socket = connect({ host: '127.0.0.1', port: audioSocketPort });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const sounds: Uint8Array[] = [];
  const reader = createAudioSocketReader();
  socket.on('data', (bytes: Buffer) =>
    reader.read(bytes, (kind, payload) => {
      if (kind === 0x10) sounds.push(Uint8Array.from(payload));
      return true;
    }),
  );
  const closed = once(socket, 'close');
  socket.on('error', () => undefined);
  socket.write(audioSocketMessage(audioSocketKinds.uuid, Buffer.from(uuid.replaceAll('-', ''), 'hex')));
  const silence = setInterval(() => socket.write(audioSocketMessage(0x10, new Uint8Array(320))), 20);
  onTestFinished(() => clearInterval(silence));
  return { socket, sounds, closed };
}

/** Whether somebody spoke. */
const isHeard = (sounds: readonly Uint8Array[]) =>
  sounds.some((sound) => new Int16Array(Uint8Array.from(sound).buffer).some((sample) => Math.abs(sample) > 3_000));

it('a call that was announced comes by AudioSocket, is greeted, and is over when Asterisk hangs up', async () => {
  const callId = randomUUID();
  const announced = await team.recordCallEvent({
    body: {
      type: 'ringing',
      call_id: callId,
      from: '+353861234567',
      to: number,
    },
  });
  const { socket, sounds } = await asterisk(callId);
  await vi.waitUntil(() => isHeard(sounds), { timeout: 10_000 });
  socket.write(audioSocketMessage(audioSocketKinds.hangUp));
  const call = await vi.waitUntil(
    async () => {
      const { calls } = await team.listCalls({});
      return calls.find((one) => one.conversation_id === announced.conversation_id && one.status === 'completed');
    },
    { timeout: 10_000, interval: 100 },
  );
  expect(call).toMatchObject({ channel: 'audio-socket', from: '+353861234567', to: number, direction: 'inbound' });
});

it('of two connections that bring the same call at once one gets it, and the other is closed', async () => {
  const callId = randomUUID();
  await team.recordCallEvent({ body: { type: 'ringing', call_id: callId, from: '+353861234569', to: number } });
  const both = await Promise.all([asterisk(callId), asterisk(callId)]);
  const loser = await Promise.race(both.map(({ closed }, at) => closed.then(() => at)));
  const winner = both[1 - loser];
  await vi.waitUntil(() => isHeard(winner?.sounds ?? []), { timeout: 10_000 });
  expect(isHeard(both[loser]?.sounds ?? [])).toBe(false);
  // It goes on for as long as a replaced leg would take to be hung up.
  expect(winner?.socket.readyState).toBe('open');
});

it('a call that nobody announced is closed', async () => {
  const { closed, sounds } = await asterisk(randomUUID());
  await closed;
  expect(isHeard(sounds)).toBe(false);
});

it('a call comes by an audio WebSocket that says who calls whom, and is greeted', async () => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/media/${token}`, 'audio.drachtio.org');
  onTestFinished(() => socket.terminate());
  const sounds: Uint8Array[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) sounds.push(data);
  });
  await once(socket, 'open');
  expect(socket.protocol).toBe('audio.drachtio.org');
  socket.send(JSON.stringify({ callId: randomUUID(), from: '+353861234568', to: number, sampleRate: 16_000 }));
  await vi.waitUntil(() => isHeard(sounds), { timeout: 10_000 });
  socket.close();
});

it('with a wrong token there is no such place', async () => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/media/${token}x`);
  const [error] = await once(socket, 'error').catch((reason: unknown) => [reason]);
  expect(String(error)).toContain('404');
});
