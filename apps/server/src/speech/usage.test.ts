import { type ChatServer, startChatServer } from '@parley/speech/testing/chat-completions-server.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ServerProcess, startServerProcess, typedOnly } from '../testing/server-process.ts';
import { createUsageMeter } from './usage-meter.ts';

const password = 'violet teapot on mars';

const usageSchema = z.object({
  usage: z.array(
    z.object({
      kind: z.string(),
      engine: z.string(),
      unit: z.string(),
      quantity: z.number(),
      cost_micros: z.number().nullable(),
      currency: z.string().nullable(),
    }),
  ),
});

describe('a server whose first language model is away', () => {
  let model: ChatServer;
  let server: ServerProcess;
  let token = '';
  beforeAll(async () => {
    model = await startChatServer(...Array.from({ length: 8 }, () => [{ text: 'My answer is forty two.' }]));
    server = await startServerProcess({
      env: {
        ...typedOnly,
        PARLEY_ADMIN_PASSWORD: password,
        LOG_LEVEL: 'silent',
        LANGUAGE_MODEL: 'openai:small,openai-compatible:spare',
        OPENAI_API_KEY: 'sk-of-the-environment',
        // Nobody listens there.
        OPENAI_BASE_URL: 'http://127.0.0.1:2/v1',
        OPENAI_COMPATIBLE_BASE_URL: model.baseUrl,
        PROVIDER_PRICES: JSON.stringify({
          currency: 'EUR',
          engines: { 'openai-compatible:spare': { per_1m_input_tokens: 2, per_1m_output_tokens: 10 } },
        }),
      },
    });
    const signedIn = await ask('POST', '/v1/auth/sign-in', { email: 'admin@localhost', password });
    token = z.object({ access_token: z.string() }).parse(signedIn).access_token;
  }, 150_000);
  afterAll(async () => {
    await server?.stop();
    await model?.close();
  });

  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    expect(response.status, path).toBeLessThan(300);
    return response.json();
  };

  it('answers by the next, and shows what the conversation took of it and what that costs', async () => {
    const started = await ask('POST', '/v1/conversations/start', { channel_type: 'api', agent_id: 'bank-model' });
    const { session_id: id } = z.object({ session_id: z.string() }).parse(started);
    const said = await ask('POST', `/v1/conversations/${id}/process`, { input_type: 'text', text: 'Good day to you.' });
    expect(JSON.stringify(said)).toContain('forty two');
    await ask('POST', `/v1/conversations/${id}/end`, {});
    const spent = async () => usageSchema.parse(await ask('GET', `/v1/conversations/${id}`)).usage;
    await expect.poll(spent, { timeout: 10_000 }).not.toEqual([]);
    const lines = await spent();
    const of = (unit: string) => lines.find((line) => line.unit === unit);
    expect(new Set(lines.map(({ kind, engine }) => `${kind} ${engine}`))).toEqual(
      new Set(['language_model openai-compatible:spare']),
    );
    const asked = model.requests.length;
    // The server counts a hundred for each question, and one for each word of its answer.
    expect(of('requests')).toMatchObject({ quantity: asked, cost_micros: null });
    expect(of('input_tokens')).toMatchObject({ quantity: 100 * asked, cost_micros: 200 * asked, currency: 'EUR' });
    expect(of('output_tokens')).toMatchObject({ quantity: 5 * asked, cost_micros: 50 * asked });
  }, 60_000);
});

describe('what a conversation took', () => {
  it('is added up by engine and unit, rounded at the end, without a price without a cost', () => {
    const meter = createUsageMeter(undefined);
    const cost = { micros: 0.4, currency: 'USD' };
    const heard = { kind: 'recognition', engine: 'ear', provider: 'ear', requests: 1, audioMs: 1000.25 } as const;
    for (let n = 0; n < 4; n += 1) meter.speech({ ...heard, cost });
    meter.speech({
      kind: 'synthesis',
      engine: 'mouth',
      provider: 'mouth',
      requests: 1,
      characters: 20,
      cost: undefined,
    });
    meter.speech({ kind: 'cachedSynthesis', engine: 'mouth', provider: 'mouth', requests: 1, characters: 12 });
    const lines = meter.lines().map(({ engine, unit, quantity, costMicros }) => [engine, unit, quantity, costMicros]);
    expect(lines).toEqual([
      ['ear', 'requests', 4, undefined],
      ['ear', 'audio_ms', 4001, 2],
      ['mouth', 'requests', 1, undefined],
      ['mouth', 'characters', 20, undefined],
      ['mouth', 'cached_characters', 12, undefined],
    ]);
  });

  it('stays small however many engines somebody names', () => {
    const meter = createUsageMeter(undefined);
    for (let n = 0; n < 1000; n += 1) meter.model({ model: `model ${n}`, inputTokens: 1, outputTokens: 1 });
    const lines = meter.lines();
    expect(lines.length).toBeLessThan(70);
    expect(lines.reduce((sum, { unit, quantity }) => sum + (unit === 'input_tokens' ? quantity : 0), 0)).toBe(1000);
  });
});
