import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { loadSdk } from './sdk.ts';
import { createSdkConnection } from './sdk-connection.ts';

const clock = createSystemClock();
let server: WebSocketServer | undefined;
afterEach(() => {
  for (const client of server?.clients ?? []) client.terminate();
  server?.close();
});

/** How a connection ends to which the service does this. */
async function lostBy(act: (socket: WebSocket) => void): Promise<ProviderFailure> {
  const sdk = await loadSdk();
  const { promise, resolve } = Promise.withResolvers<ProviderFailure>();
  const started = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server = started;
  started.on('connection', act);
  await new Promise<void>((listening) => started.once('listening', listening));
  const uri = `ws://127.0.0.1:${portOf(started)}/`;
  const signal = AbortSignal.timeout(5000);
  const account = { key: 'k', host: uri };
  createSdkConnection(sdk, { uri, headers: {}, id: '1' }, { account, clock, signal, onLost: resolve });
  return promise;
}

function portOf(started: WebSocketServer): number {
  const address = started.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

it.each([
  [1007, 'Unsupported voice vi-VN-NobodyNeural.', 'voice_unknown'],
  [1007, 'Websocket message size cannot exceed 65536 bytes', 'provider_refused'],
  [4429, 'The request is throttled because you have exceeded the concurrent request limit', 'provider_rate_limited'],
  [4401, 'Invalid credentials', 'provider_unauthorized'],
  [1011, 'Internal server error', 'provider_failed'],
  [1000, '', 'provider_failed'],
])('knows what the service means when it closes with %i %s', async (code, reason, expected) => {
  const failure = await lostBy((socket) => socket.close(code, reason));
  expect(failure).toMatchObject({ code: expected });
  expect(failure.message).toContain(reason);
});

it.each([
  ['text without headers', 'hello'],
  ['a body that is not the JSON that it says it is', 'Path:speech.phrase\r\nX-RequestId:1\r\n\r\n{"Recog'],
  ['a message of nobody', 'Path:turn.end\r\n\r\n{}'],
  ['bytes that are shorter than they say', Buffer.from([1, 0, 3])],
  ['no bytes at all', Buffer.alloc(0)],
])('breaks off on %s, which the SDK alone would die of or wait for ever after', async (_what, data) => {
  expect(await lostBy((socket) => socket.send(data))).toMatchObject({ code: 'provider_protocol' });
});
