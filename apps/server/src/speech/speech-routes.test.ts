import { type StreamMessage, streamMessageSchema } from '@parley/contract/transcribe-stream.ts';
import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { decodeWav } from '@parley/engine/audio/wav.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { type ServerProcess, startServerProcess } from '../testing/server-process.ts';

const password = 'violet teapot on mars';
const sentence = 'I want to book a haircut.';

const transcribedSchema = z.object({
  text: z.string(),
  language: z.string(),
  confidence: z.number(),
  words: z.array(z.object({ text: z.string(), start_ms: z.number(), end_ms: z.number() })),
  engine: z.string().nullable(),
});

let server: ServerProcess;
let token: string;

beforeAll(async () => {
  server = await startServerProcess({ env: { PARLEY_ADMIN_PASSWORD: password } });
  const answer = await send('POST', '/v1/auth/sign-in', { json: { email: 'admin@localhost', password } });
  token = z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}, 150_000);
afterAll(() => server?.stop());

async function send(
  method: string,
  path: string,
  {
    json,
    body,
    headers = {},
  }: { json?: unknown; body?: NonNullable<RequestInit['body']>; headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json !== undefined ? { body: JSON.stringify(json) } : body !== undefined && { body }),
    signal: AbortSignal.timeout(30_000),
  });
}

async function spoken(more: object = {}): Promise<Response> {
  return send('POST', '/v1/synthesize', { json: { text: sentence, language: 'en-US', ...more } });
}

async function bytesOf(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  expect(answer.status, answer.ok ? '' : await answer.clone().text()).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
}

async function transcribed(answer: Response): Promise<z.infer<typeof transcribedSchema>> {
  expect(answer.status, answer.ok ? '' : await answer.clone().text()).toBe(200);
  return transcribedSchema.parse(await answer.json());
}

const codeOf = async (answer: Response) => z.looseObject({ code: z.string() }).parse(await answer.json());

describe('a text', () => {
  it('is spoken as a whole file, or as the bytes of a line of the same length', async () => {
    const wav = await spoken();
    expect(wav.headers.get('content-type')).toBe('audio/wav');
    const { sampleRateHz, channels } = decodeWav(await bytesOf(wav));
    const samples = channels[0]?.length ?? 0;
    expect(sampleRateHz).toBe(16_000);
    expect(samples).toBeGreaterThan(16_000);
    expect((await bytesOf(await spoken({ format: 'pcm_16000' }))).length).toBe(samples * 2);
    const line = await spoken({ format: 'mulaw_8000' });
    expect(line.headers.get('content-type')).toBe('audio/basic');
    expect(decodeG711(await bytesOf(line), 'mulaw').length).toBeCloseTo(samples / 2, -1);
  });

  it('comes with its words when it is asked for as JSON', async () => {
    const answer = await send('POST', '/v1/synthesize', {
      json: { ssml: 'We open at <emphasis>nine.</emphasis>', language: 'en-US', engine: 'embedded' },
      headers: { accept: 'application/json' },
    });
    const body = z
      .object({
        audio: z.base64(),
        duration_ms: z.number(),
        words: z.array(z.object({ text: z.string(), start_ms: z.number(), end_ms: z.number() })),
      })
      .parse(await answer.json());
    expect(decodeWav(Buffer.from(body.audio, 'base64')).channels[0]?.length).toBeCloseTo(body.duration_ms * 16, -2);
    expect(body.words.map(({ text }) => text.toLowerCase().replace(/\W/g, ''))).toEqual(['we', 'open', 'at', 'nine']);
    expect(body.words.at(-1)?.end_ms).toBeLessThanOrEqual(body.duration_ms + 1);
  });

  it.each([
    ['in a language that no voice speaks', { language: 'vi-VN' }, /espeak/],
    ['by an engine that there is not', { engine: 'nobody' }, /embedded/],
    ['by one without an account', { engine: 'deepgram' }, /DEEPGRAM_API_KEY/],
    ['by a program of somebody’s choice', { engine: 'espeak?command=/bin/sh' }, /whoever runs the server/],
  ])('is refused %s, and who could do it is said', async (_what, more, message) => {
    const answer = await spoken(more);
    expect(answer.status).toBe(400);
    const { code, details } = await codeOf(answer);
    expect(code).toBe('speech_invalid');
    expect(JSON.stringify(details)).toMatch(message);
  });
});

describe('sound', () => {
  it('is written down however it is sent, with words at their places', async () => {
    const wav = await bytesOf(await spoken());
    const line = await bytesOf(await spoken({ format: 'mulaw_8000' }));
    const form = new FormData();
    form.set('audio', new Blob([wav], { type: 'audio/wav' }), 'said.wav');
    form.set('language', 'en-US');
    const heard = await transcribed(
      await send('POST', '/v1/transcribe?language=en-US', { body: wav, headers: { 'content-type': 'audio/wav' } }),
    );
    expect(heard.text).toMatch(/book a haircut/i);
    expect(heard).toMatchObject({ language: 'en-US', engine: 'embedded' });
    expect(heard.confidence).toBeGreaterThan(0.5);
    const times = heard.words.flatMap(({ start_ms: startMs, end_ms: endMs }) => [startMs, endMs]);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeLessThan((decodeWav(wav).channels[0]?.length ?? 0) / 16 + 1000);

    const others = [
      await send('POST', '/v1/transcribe', { json: { audio_url: Buffer.from(wav).toString('base64') } }),
      await send('POST', '/v1/transcribe', { body: form }),
      await send('POST', '/v1/transcribe', { body: line, headers: { 'content-type': 'audio/basic' } }),
    ];
    for (const answer of others) expect((await transcribed(answer)).text).toMatch(/book a haircut/i);
  }, 60_000);

  it.each<[string, unknown, number, string]>([
    ['what is no sound', { audio_url: 'data:audio/wav;base64,aGVsbG8=' }, 400, 'audio_not_usable'],
    ['an address of this machine', { audio_url: 'http://127.0.0.1/said.wav' }, 422, 'address_refused'],
    ['an agent that there is not', { audio_url: 'aGVsbG8=', agent_id: 'nobody' }, 404, 'agent_not_found'],
    ['nothing', {}, 400, 'invalid_request'],
  ])('is refused when it is %s', async (_what, json, status, code) => {
    const answer = await send('POST', '/v1/transcribe', { json });
    expect([answer.status, (await codeOf(answer)).code]).toEqual([status, code]);
  });
});

it('voices are listed by engine, and by language', async () => {
  const listSchema = z.object({
    voices: z.array(z.object({ engine: z.string(), voice: z.string(), language: z.string() })),
  });
  const all = listSchema.parse(await (await send('GET', '/v1/voices')).json());
  expect(all.voices).toContainEqual(expect.objectContaining({ engine: 'embedded', voice: 'slt' }));
  const english = listSchema.parse(await (await send('GET', '/v1/voices?language=en-GB')).json());
  expect(english.voices.length).toBeGreaterThan(0);
  expect(listSchema.parse(await (await send('GET', '/v1/voices?language=vi-VN')).json()).voices).toEqual([]);
});

it('the language of a text is told among those that it may be', async () => {
  const json = { text: 'Tôi muốn đặt lịch cắt tóc vào ngày mai', languages: ['en-GB', 'vi-VN'] };
  const answer = await send('POST', '/v1/detect-language', { json });
  expect(await answer.json()).toMatchObject({ language: 'vi-VN' });
});

it("an organization's settings name engines that can be used, or are refused with who could be", async () => {
  const change = (speech: unknown) =>
    send('PATCH', '/v1/organization', { json: { settings: { speech } }, headers: { 'if-match': '*' } });
  const wrong = await change({ recognizers: ['deepgram'], by_locale: { vi: { voices: ['embedded'] } } });
  expect(wrong.status).toBe(400);
  expect(JSON.stringify(await wrong.json())).toMatch(/DEEPGRAM_API_KEY.*does not know vi.*espeak/);
  const before = Buffer.from(await bytesOf(await spoken()));
  expect((await change({ voices: [{ engine: 'embedded', voice: 'rms' }] })).status).toBe(200);
  expect(before.equals(await bytesOf(await spoken()))).toBe(false);
  expect((await change(null)).status).toBe(200);
  expect(before.equals(await bytesOf(await spoken()))).toBe(true);
});

/** Opens it; resolves with all that it says, and the code that it is closed with. */
function stream(query: string, work: (socket: WebSocket) => void, protocols = [`parley.token.${token}`]) {
  const messages: StreamMessage[] = [];
  const url = `${server.url.replace('http', 'ws')}/v1/transcribe-stream${query}`;
  const socket = new WebSocket(url, ['parley.v1', ...protocols]);
  return new Promise<{ readonly messages: readonly StreamMessage[]; readonly code: number }>((resolve, reject) => {
    socket.on('open', () => work(socket));
    socket.on('message', (data) => messages.push(streamMessageSchema.parse(JSON.parse(String(data)))));
    socket.on('close', (code) => resolve({ messages, code }));
    socket.on('error', reject);
  });
}
/** In messages of a length that is no multiple of anything. */
const sendIn = (socket: WebSocket, bytes: Uint8Array) => {
  for (let at = 0; at < bytes.length; at += 1013) socket.send(bytes.subarray(at, at + 1013));
  socket.send(JSON.stringify({ type: 'finish' }));
};

describe('a stream of sound', () => {
  it.each(['pcm_16000', 'mulaw_8000'] as const)(
    'is written down while it comes (%s)',
    async (format) => {
      const bytes = await bytesOf(await spoken({ format }));
      const { messages, code } = await stream(`?encoding=${format}`, (socket) => sendIn(socket, bytes));
      expect(code).toBe(1000);
      expect(messages[0]).toMatchObject({ type: 'started' });
      const finals = messages.flatMap((message) => (message.type === 'final' ? [message.text] : []));
      expect(finals.join(' ')).toMatch(/book a haircut/i);
      expect(messages.at(-1)).toMatchObject({ type: 'done' });
    },
    30_000,
  );

  it.each<[string, (socket: WebSocket) => void, string]>([
    ['a message that it does not know', (socket) => socket.send('hello'), 'invalid_request'],
    [
      'more at once than a line can bring',
      (socket) => {
        for (let n = 0; n < 6; n += 1) socket.send(new Uint8Array(64_000));
      },
      'too_many_messages',
    ],
  ])('is closed at %s', async (_what, work, reason) => {
    const { messages, code } = await stream('', work);
    expect(code).toBe(1008);
    expect(messages.at(-1)).toMatchObject({ type: 'error', code: reason });
  });

  it.each<[string, string, readonly string[], string]>([
    ['without a token', '', [], '401'],
    ['with a token that is none', '', ['parley.token.nothing'], '401'],
    ['in a language that nobody hears', '?language=vi-VN', [], '400'],
    ['in a form that there is not', '?encoding=opus', [], '400'],
  ])('is refused %s', async (what, query, protocols, status) => {
    const offered = what.includes('token') ? [...protocols] : [`parley.token.${token}`];
    await expect(stream(query, () => {}, offered)).rejects.toThrow(status);
  });
});

describe('what requests take of providers', () => {
  const daysSchema = z.object({
    days: z.array(
      z.object({ day: z.string(), kind: z.string(), engine: z.string(), unit: z.string(), quantity: z.number() }),
    ),
    is_whole: z.boolean(),
  });
  const waits = { timeout: 10_000 };
  const taken = async (kind: string, unit: string) => {
    const { days } = daysSchema.parse(await (await send('GET', '/v1/usage')).json());
    return days
      .filter((one) => one.kind === kind && one.unit === unit)
      .reduce((sum, { quantity }) => sum + quantity, 0);
  };

  it('is in the sums of the organization: characters of a text, sound of a file and of a stream', async () => {
    const sound = await bytesOf(await spoken());
    const [characters, heardMs] = [await taken('synthesis', 'characters'), await taken('recognition', 'audio_ms')];
    // Longer than all that was said above and may be written only now.
    const text = 'We have never said this before. '.repeat(20).trim();
    await bytesOf(await spoken({ text }));
    const expected = text.replaceAll(' We', 'We').length;
    await expect.poll(() => taken('synthesis', 'characters'), waits).toBeGreaterThanOrEqual(characters + expected);
    await transcribed(
      await send('POST', '/v1/transcribe?language=en-US', { body: sound, headers: { 'content-type': 'audio/wav' } }),
    );
    await expect.poll(() => taken('recognition', 'audio_ms'), waits).toBeGreaterThan(heardMs + 500);
    const asked = await taken('recognition', 'requests');
    const line = await bytesOf(await spoken({ format: 'mulaw_8000' }));
    await stream('?encoding=mulaw_8000', (socket) => sendIn(socket, line));
    await expect.poll(() => taken('recognition', 'requests'), waits).toBeGreaterThan(asked);
  }, 60_000);

  it.each(['from=2026-02-01&to=2026-01-01', 'from=2026-01-01&to=2026-12-31', 'from=yesterday'])(
    'is not told of days that make no sense: %s',
    async (query) => {
      expect((await send('GET', `/v1/usage?${query}`)).status).toBe(400);
    },
  );
});
