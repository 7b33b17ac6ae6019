import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { createToneBrain } from '../brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '../fake-vendor.ts';
import { elevenLabsFake } from './elevenlabs-fake.ts';

const george = 'JBFqnCBsd6RMkjVDRZzb';
const brain = createToneBrain();
let fake: RunningFake;

beforeEach(async () => {
  fake = await elevenLabsFake.start({ port: 0, brain });
});
afterEach(() => fake.close());

const messageSchema = z.looseObject({
  audio: z.string().nullish(),
  isFinal: z.boolean().nullish(),
  contextId: z.string().optional(),
  error: z.string().optional(),
  alignment: z.object({ chars: z.array(z.string()), charStartTimesMs: z.array(z.number()) }).nullish(),
});

/** Sends all, and collects what comes until the socket is closed. */
async function converse(endpoint: string, query: string, send: readonly object[]) {
  const url = `${fake.url.replace('http', 'ws')}/v1/text-to-speech/${endpoint}?output_format=pcm_16000${query}`;
  const socket = new WebSocket(url, { headers: { 'xi-api-key': fakeKey } });
  const messages: z.infer<typeof messageSchema>[] = [];
  socket.on('message', (data) => messages.push(messageSchema.parse(JSON.parse(String(data)))));
  await once(socket, 'open', { signal: AbortSignal.timeout(2000) });
  for (const message of send) socket.send(JSON.stringify(message));
  const closed: unknown[] = await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
  return { messages, code: closed[0] };
}
const bytes = (messages: readonly { readonly audio?: string | null | undefined }[]) =>
  messages.reduce((sum, { audio }) => sum + Buffer.from(audio ?? '', 'base64').length, 0);

describe('one text a socket', () => {
  it('is gathered until it ends, and spoken with times from the beginning of each piece of sound', async () => {
    const { messages, code } = await converse(`${george}/stream-input`, '', [
      { text: ' ', voice_settings: { stability: 0.5 } },
      { text: 'Come at ' },
      { text: 'seven please ' },
      { text: '' },
    ]);
    expect(code).toBe(1000);
    expect(messages.at(-1)).toEqual({ isFinal: true });
    const { samples } = await brain.speak('Come at seven please', 'en', AbortSignal.timeout(1000));
    expect(bytes(messages)).toBe(2 * samples.length);
    expect(
      messages
        .flatMap(({ alignment }) => alignment?.chars ?? [])
        .join('')
        .trim(),
    ).toBe('Come at seven please');
    for (const { alignment } of messages) expect(alignment?.charStartTimesMs[0] ?? 0).toBeLessThan(250);
  });

  it('takes the key with the first message, too', async () => {
    const url = `${fake.url.replace('http', 'ws')}/v1/text-to-speech/${george}/stream-input?output_format=pcm_16000`;
    const socket = new WebSocket(url);
    await once(socket, 'open', { signal: AbortSignal.timeout(2000) });
    socket.send(JSON.stringify({ text: ' ' }));
    const [data]: unknown[] = await once(socket, 'message', { signal: AbortSignal.timeout(2000) });
    expect(JSON.parse(String(data))).toMatchObject({ error: 'invalid_api_key', code: 1008 });
  });
});

describe('many texts a socket', () => {
  it('are told apart by their contexts', async () => {
    const { messages, code } = await converse(`${george}/multi-stream-input`, '', [
      { text: ' ', context_id: 'a' },
      { text: ' ', context_id: 'b' },
      { text: 'Yes that is right ', context_id: 'b', flush: true },
      { text: 'Come at seven please ', context_id: 'a' },
      { context_id: 'a', close_context: true },
      { context_id: 'b', close_context: true },
      { text: ' ', context_id: 'c', voice_settings: { stability: 0.5 } },
      { text: ' ', context_id: 'c', voice_settings: { stability: 0.5 } },
    ]);
    // The settings of a context came twice: that ends the socket, behind what was being said.
    expect(code).toBe(1008);
    expect(messages.at(-1)).toMatchObject({ error: 'invalid_input_message', code: 1008 });
    expect(messages.some(({ contextId }) => contextId === 'a' || contextId === 'b')).toBe(false);
  });

  it('are spoken whole, each with an end', async () => {
    const url = `${fake.url.replace('http', 'ws')}/v1/text-to-speech/${george}/multi-stream-input?output_format=pcm_16000`;
    const socket = new WebSocket(url, { headers: { 'xi-api-key': fakeKey } });
    const messages: z.infer<typeof messageSchema>[] = [];
    const bothAreOver = Promise.withResolvers<void>();
    socket.on('message', (data) => {
      messages.push(messageSchema.parse(JSON.parse(String(data))));
      if (messages.filter(({ isFinal }) => isFinal === true).length === 2) bothAreOver.resolve();
    });
    await once(socket, 'open', { signal: AbortSignal.timeout(2000) });
    for (const [id, text] of [
      ['a', 'Come at seven please '],
      ['b', 'Yes '],
    ]) {
      socket.send(JSON.stringify({ text: ' ', context_id: id }));
      socket.send(JSON.stringify({ text, context_id: id, flush: true }));
      socket.send(JSON.stringify({ context_id: id, close_context: true }));
    }
    await bothAreOver.promise;
    for (const [id, text] of [
      ['a', 'Come at seven please'],
      ['b', 'Yes'],
    ]) {
      const { samples } = await brain.speak(text ?? '', 'en', AbortSignal.timeout(1000));
      expect(bytes(messages.filter(({ contextId }) => contextId === id))).toBe(2 * samples.length);
    }
    socket.send(JSON.stringify({ close_socket: true }));
    expect((await once(socket, 'close', { signal: AbortSignal.timeout(2000) }))[0]).toBe(1000);
  });

  it('are five at most', async () => {
    const { messages, code } = await converse(
      `${george}/multi-stream-input`,
      '',
      Array.from({ length: 6 }, (_, index) => ({ text: ' ', context_id: `c${index}` })),
    );
    expect(code).toBe(1008);
    expect(messages.at(-1)).toMatchObject({ error: 'max_active_conversations', code: 1008 });
  });
});

it('ends a socket on which nothing comes', async () => {
  const { messages, code } = await converse(`${george}/stream-input`, '&inactivity_timeout=1', [{ text: ' ' }]);
  expect(code).toBe(1008);
  expect(messages.at(-1)).toMatchObject({ error: 'input_timeout_exceeded' });
});

it.each([
  ['nobody/stream-input', '', 'voice_id_does_not_exist'],
  [`${george}/stream-input`, '&model_id=eleven_v9', 'model_not_found'],
  [`${george}/multi-stream-input`, '&model_id=eleven_flash_v2_5&language_code=xx', 'unsupported_language'],
])('refuses %s%s', async (endpoint, query, error) => {
  const { messages, code } = await converse(endpoint, query, [{ text: ' ' }]);
  expect(code).toBe(1008);
  expect(messages).toMatchObject([{ error, code: 1008 }]);
});
