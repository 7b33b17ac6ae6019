import { createServer, type ServerResponse } from 'node:http';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { openEar } from '@parley/fakes/conformance/ear.ts';
import { beginSpeaking } from '@parley/fakes/conformance/spoken.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRecognizer, createSynthesizer } from '../registry.ts';

const context = { clock: createSystemClock(), onError: () => {} };
let connections = 0;
let respond = (_response: ServerResponse): void => {};
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => respond(response));
});
server.on('connection', () => {
  connections += 1;
});

beforeEach(async () => {
  connections = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

function accounts() {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { openai: { apiKey: 'key', baseUrl: `http://127.0.0.1:${port}/v1` } };
}

it('one connection serves one utterance after the other, and nobody waits for the end of an answer', async () => {
  const open: ServerResponse[] = [];
  respond = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"type":"transcript.text.done","text":"yes"}\n\n');
    open.push(response);
  };
  const recognizer = createRecognizer({ name: 'openai', options: { partials: false } }, accounts(), context);
  const ear = openEar(recognizer, 'en');
  for (let count = 1; count <= 5; count += 1) {
    ear.say(new Int16Array(16_000));
    expect((await ear.final(count)).text).toBe('yes');
    const [response] = open.splice(0);
    await new Promise<void>((ended) => response?.end('data: [DONE]\n\n', ended));
    await settled();
  }
  expect(connections).toBe(1);
  ear.abort();
});

it('one connection serves one sentence after the other', async () => {
  respond = (response) => response.writeHead(200, { 'content-type': 'audio/pcm' }).end(Buffer.alloc(48_000));
  const voice = createSynthesizer({ name: 'openai' }, accounts(), context);
  for (let count = 0; count < 5; count += 1) {
    const { samples } = await beginSpeaking(voice, { text: 'good morning', language: 'en' }).whole();
    expect(samples).toHaveLength(16_000);
    await settled();
  }
  expect(connections).toBe(1);
});

/** The client has read what came: both ends are in this process. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((next) => setImmediate(next));
}
