import { placeCall } from '@parley/call/synthetic-caller.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type ServerProcess, startServerProcess } from '../testing/server-process.ts';

const metricsToken = 'a-token-for-tests-alone';
let server: ServerProcess;

beforeAll(async () => {
  server = await startServerProcess({
    env: {
      RECOGNIZER: 'deepgram,embedded',
      SYNTHESIZER: 'deepgram,embedded',
      DEEPGRAM_API_KEY: 'key-of-the-environment',
      // Nobody listens there.
      DEEPGRAM_BASE_URL: 'http://127.0.0.1:2',
      METRICS_TOKEN: metricsToken,
      LOG_LEVEL: 'silent',
    },
  });
}, 150_000);
afterAll(() => server?.stop());

const read = async (path: string, token: string) =>
  fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(10_000) });

it('a call goes on as if nothing were wrong when the vendor is away, and what is told of it names who really did it', async () => {
  const call = await placeCall({ url: server.url, steps: [{ type: 'say', text: 'I would like to book a haircut' }] });
  expect(call.failure).toBeUndefined();

  const spent = async () => {
    const answer = await read(`/v1/conversations/${call.conversationId}`, server.operatorKey);
    const view = z.object({
      turns: z.array(z.looseObject({})),
      usage: z.array(z.object({ kind: z.string(), engine: z.string(), unit: z.string(), quantity: z.number() })),
    });
    return view.parse(await answer.json());
  };
  await expect.poll(async () => (await spent()).usage.length, { timeout: 10_000 }).toBeGreaterThan(0);
  const { turns, usage } = await spent();
  expect(JSON.stringify(turns)).toMatch(/book a haircut/i);
  const heardMs = usage.find((line) => line.engine === 'embedded' && line.unit === 'audio_ms')?.quantity ?? 0;
  expect(heardMs).toBeGreaterThan(1000);
  expect(heardMs).toBeLessThan(20_000);
  expect(usage).toContainEqual(expect.objectContaining({ kind: 'synthesis', engine: 'embedded', unit: 'characters' }));

  const scrape = await (await read('/metrics', metricsToken)).text();
  /** All lines of the metric in which the label stands, added up. */
  const value = (name: string, label: string) =>
    scrape
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  expect(value('parley_recognizer_utterances_total', 'recognizer="embedded"')).toBeGreaterThan(0);
  expect(value('parley_recognizer_utterances_total', 'recognizer="deepgram"')).toBe(0);
  expect(value('parley_recognizer_errors_total', 'recognizer="deepgram"')).toBeGreaterThan(0);
  expect(value('parley_synthesis_errors_total', 'synthesizer="deepgram"')).toBeGreaterThan(0);
  // Left alone after the first failures: the breakers of both show.
  expect(value('parley_breaker_state', 'dependency="speech_synthesizer_deepgram"')).toBe(2);
  const ready = z
    .object({ parts: z.record(z.string(), z.string()) })
    .parse(await (await fetch(`${server.url}/ready`)).json());
  expect(ready.parts).toMatchObject({
    speech_synthesizer_deepgram: 'degraded',
    speech_synthesizer_embedded: 'ok',
    speech_recognizer_embedded: 'ok',
  });
}, 60_000);
