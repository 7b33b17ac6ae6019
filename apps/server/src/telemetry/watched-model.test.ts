import { createServer, type Server } from 'node:http';
import { createLanguageModel, type LanguageModel } from '@parley/speech/language-models/language-models.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOutsideCalls } from '../resilience/outside-call.ts';
import { createMetrics, type MetricsRegistry } from './metrics.ts';
import { watchModel } from './watched-model.ts';

/** A model server that speaks chat completions, and answers as a test wants. */
let server: Server;
let status: number;
let asked: number;
let metrics: MetricsRegistry;
let model: LanguageModel;

beforeAll(async () => {
  server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(status, { 'content-type': status === 200 ? 'text/event-stream' : 'application/json' });
    if (status !== 200) return response.end('{"error":{"message":"no"}}');
    for (const content of ['Good', ' day']) response.write(`data: ${chunk({ content })}\n\n`);
    return response.end(`data: ${chunk({}, 'stop')}\n\ndata: [DONE]\n\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  status = 200;
  asked = 0;
  metrics = createMetrics();
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const bare = createLanguageModel('openai-compatible', { model: 'small-one', baseUrl });
  model = watchModel(bare, createOutsideCalls(metrics), metrics);
});

describe('a language model that is watched', () => {
  it('says the same, and its time is counted', async () => {
    expect(await say()).toBe('Good day');
    const scrape = await metrics.scrape();
    expect(scrape).toContain('parley_model_first_output_seconds_count{model="small-one"} 1');
    expect(scrape).toContain('parley_model_seconds_count{model="small-one"} 1');
    expect(scrape).toContain('parley_outside_calls_total{dependency="language_model",outcome="ok"} 1');
  });

  it('is left alone after it failed three times', async () => {
    status = 500;
    for (let n = 0; n < 3; n += 1) await expect(say()).rejects.toThrow('no');
    await expect(say()).rejects.toMatchObject({ code: 'circuit_open' });
    expect(asked).toBe(3);
    const scrape = await metrics.scrape();
    expect(scrape).toContain('parley_model_errors_total{model="small-one"} 4');
    expect(scrape).toContain('parley_breaker_state{dependency="language_model"} 2');
  });

  it('is not left alone for what it refuses', async () => {
    status = 401;
    for (let n = 0; n < 4; n += 1) await expect(say()).rejects.toThrow('no');
    expect(asked).toBe(4);
  });
});

async function say(): Promise<string> {
  const { stream } = await model.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] });
  let text = '';
  for await (const part of stream) if (part.type === 'text-delta') text += part.delta;
  return text;
}

function chunk(delta: object, finish: string | null = null): string {
  return JSON.stringify({
    ...{ id: 'one', object: 'chat.completion.chunk', created: 0, model: 'small-one' },
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
}
