import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { APICallError, generateText, streamText } from 'ai';
import { afterEach, describe, expect, it } from 'vitest';
import type { LanguageModel } from '../language-models/language-model.ts';
import { createLanguageModel } from '../registry.ts';
import { type ChatAnswer, type ChatServer, startChatServer } from '../testing/chat-completions-server.ts';
import {
  createFallbackLanguageModel,
  type FallbackLanguageModelParts,
  fallbackLanguageModelDefaults,
  type ModelUsage,
} from './fallback-language-model.ts';

const servers: ChatServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const systemClock = createSystemClock();

/** Models over servers that say what they are told to, one behind the other. */
async function chain(scripts: readonly (readonly ChatAnswer[])[], parts: Partial<FallbackLanguageModelParts> = {}) {
  const errors: string[] = [];
  const usage: ModelUsage[] = [];
  const started = await Promise.all(scripts.map((answers) => startChatServer(...answers)));
  servers.push(...started);
  const models = started.map(({ baseUrl }, index) => ({
    id: `m${index + 1}`,
    model: createLanguageModel(
      { name: 'openai-compatible', options: { model: `m${index + 1}` } },
      { 'openai-compatible': { baseUrl } },
      { clock: systemClock, onError: () => {} },
    ),
  }));
  const model = createFallbackLanguageModel(models, {
    clock: systemClock,
    onError: ({ code, message }) => errors.push(`${code} ${message}`),
    onUsage: (used) => usage.push(used),
    ...parts,
  });
  return { model, errors, usage, servers: started };
}

async function say(model: LanguageModel, signal?: AbortSignal, onPiece: () => void = () => {}) {
  const failures: unknown[] = [];
  const answer = streamText({
    model,
    prompt: 'Hello?',
    maxRetries: 0,
    onError: ({ error }) => void failures.push(error),
    ...(signal !== undefined && { abortSignal: signal }),
  });
  let text = '';
  try {
    for await (const piece of answer.textStream) {
      text += piece;
      onPiece();
    }
  } catch (error) {
    if (!failures.includes(error)) failures.push(error);
  }
  return { text, failures };
}

describe('an answer', () => {
  it('comes from the first model, whole, with what it took', async () => {
    const { model, usage, servers: asked } = await chain([[[{ text: 'Good morning to you.' }]], []]);
    expect(await say(model)).toEqual({ text: 'Good morning to you.', failures: [] });
    expect(usage).toEqual([{ engine: 'm1', inputTokens: 100, outputTokens: 4 }]);
    expect(asked[1]?.requests).toHaveLength(0);
  });

  it.each<[string, ChatAnswer]>([
    ['fails', { status: 500 }],
    ['refuses the key', { status: 401 }],
    ['takes no more', { status: 429, retryAfterS: 20 }],
    ['breaks off before a word', [{ breaksOff: true }]],
    ['says an error in place of a word', [{ error: 'overloaded' }]],
    ['says nonsense', [{ malformed: '{' }]],
  ])('comes from the next one when the first %s', async (_, answer) => {
    const { model, errors, usage } = await chain([[answer], [[{ text: 'I am here.' }]]]);
    expect(await say(model)).toEqual({ text: 'I am here.', failures: [] });
    expect(errors).toEqual([expect.stringMatching(/^part_failed .*m1/)]);
    expect(usage).toEqual([{ engine: 'm2', inputTokens: 100, outputTokens: 3 }]);
  });

  it('is not begun anew once a word was given on: the failure is passed on', async () => {
    const heard = Promise.withResolvers<void>();
    const { model, servers: asked } = await chain([
      [[{ text: 'Wait. ' }, { waitsFor: heard.promise }, { breaksOff: true }]],
      [[{ text: 'No.' }]],
    ]);
    const { text, failures } = await say(model, undefined, heard.resolve);
    expect(text).toBe('Wait. ');
    expect(failures).toHaveLength(1);
    expect(asked[1]?.requests).toHaveLength(0);
  });

  it('wants a tool of the next model as of the first', async () => {
    const { model } = await chain([[{ status: 503 }], [[{ tool: 'look_up', input: { id: 7 } }]]]);
    const { doStream } = model;
    const { stream } = await doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] });
    const types: string[] = [];
    for await (const part of stream) types.push(part.type);
    expect(types).toContain('tool-call');
    expect(types.at(-1)).toBe('finish');
  });

  it('in one piece stands in likewise, and the last failure is told as it is', async () => {
    const { model } = await chain([[{ status: 500 }], [{ status: 503 }]]);
    const failure: unknown = await generateText({ model, prompt: 'x', maxRetries: 0 }).catch((error: unknown) => error);
    expect(APICallError.isInstance(failure) && failure.statusCode).toBe(503);
  });

  it('is given up when whoever asked leaves, and nobody else is asked', async () => {
    const hung = Promise.withResolvers<void>();
    const { model, errors, servers: asked } = await chain([[[{ waitsFor: hung.promise }]], [[{ text: 'No.' }]]]);
    const caller = new AbortController();
    const saying = say(model, caller.signal);
    await expect.poll(() => asked[0]?.requests.length).toBe(1);
    caller.abort();
    expect((await saying).text).toBe('');
    await asked[0]?.abandoned;
    hung.resolve();
    expect(asked[1]?.requests).toHaveLength(0);
    expect(errors).toEqual([]);
  });
});

describe('a model that accepts and never answers', () => {
  it('costs one time-out; then the breaker spares it until it may be back', async () => {
    const time = createVirtualClock();
    const clock = time.share();
    const hung = Promise.withResolvers<void>();
    const {
      model,
      errors,
      servers: asked,
    } = await chain(
      [
        [[{ waitsFor: hung.promise }], [{ text: 'I am back.' }]],
        [[{ text: 'I am here.' }], [{ text: 'Still here.' }]],
      ],
      { clock },
    );
    const first = say(model);
    await expect.poll(() => asked[0]?.requests.length).toBe(1);
    await time.advance(fallbackLanguageModelDefaults.firstOutput.defaultMs);
    expect((await first).text).toBe('I am here.');
    await asked[0]?.abandoned;
    expect(errors).toEqual([expect.stringMatching(/^part_hung .*m1/)]);
    expect((await say(model)).text).toBe('Still here.');
    expect(asked[0]?.requests).toHaveLength(1);
    await time.advance(fallbackLanguageModelDefaults.breaker.openMs);
    expect((await say(model)).text).toBe('I am back.');
    hung.resolve();
    expect(clock.pending).toBe(0);
  });

  it('is asked no more for as long as it says', async () => {
    const clock = createVirtualClock();
    const { model, servers: asked } = await chain(
      [
        [{ status: 429, retryAfterS: 20 }, [{ text: 'Back.' }]],
        [[{ text: 'a' }], [{ text: 'b' }]],
      ],
      { clock },
    );
    await say(model);
    await clock.advance(19_000);
    expect((await say(model)).text).toBe('b');
    await clock.advance(1100);
    expect((await say(model)).text).toBe('Back.');
    expect(asked[0]?.requests).toHaveLength(2);
  });
});
