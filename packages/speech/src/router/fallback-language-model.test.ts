import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { APICallError, generateText, streamText } from 'ai';
import { afterEach, describe, expect, it } from 'vitest';
import type { LanguageModel } from '../language-models/language-model.ts';
import { createLanguageModel } from '../registry.ts';
import {
  type ChatAnswer,
  type ChatPart,
  type ChatServer,
  startChatServer,
} from '../testing/chat-completions-server.ts';
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

async function say(model: LanguageModel, signal?: AbortSignal, onPiece: (piece: string) => void = () => {}) {
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
      onPiece(piece);
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

  it.each<[string, ChatPart, string]>([
    ['breaks off', { breaksOff: true }, 'We are open on'],
    ['says an error', { error: 'overloaded' }, 'We are open on'],
    ['says nonsense', { malformed: '{' }, 'We are open on '],
  ])(
    'that was begun is not begun anew when its model %s: the next one goes on, and nothing is said twice',
    async (_, fault, begun) => {
      const heard = Promise.withResolvers<void>();
      const {
        model,
        servers: asked,
        errors,
      } = await chain([[[{ text: begun }, { waitsFor: heard.promise }, fault]], [[{ text: 'Monday and Friday.' }]]]);
      const pieces: string[] = [];
      const { text, failures } = await say(model, undefined, (piece) => {
        pieces.push(piece);
        if (pieces.join('').trim() === 'We are open on') heard.resolve();
      });
      expect({ text, failures }).toEqual({ text: 'We are open on Monday and Friday.', failures: [] });
      expect(errors).toEqual([expect.stringMatching(/^part_failed .*in mid-answer/)]);
      const [first, second] = asked.map(({ requests }) => requests[0]?.body.messages ?? []);
      expect(second?.slice(0, first?.length)).toEqual(first);
      expect(second?.slice(first?.length)).toMatchObject([
        { role: 'assistant', content: begun },
        { role: 'user', content: expect.stringContaining('after "…We are open on"') },
      ]);
    },
  );

  it('whose second model breaks off too is gone on with by the third; when nobody is left, the failure is told', async () => {
    let heard = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const breaking = (text: string, at: number): ChatAnswer => [
      { text },
      { waitsFor: heard[at]?.promise ?? Promise.resolve() },
      { breaksOff: true },
    ];
    let said = '';
    const onPiece = (piece: string) => {
      said += piece;
      if (said.endsWith('One')) heard[0]?.resolve();
      if (said.endsWith('two')) heard[1]?.resolve();
    };
    const three = await chain([[breaking('One', 0)], [breaking('two', 1)], [[{ text: 'three.' }]]]);
    expect(await say(three.model, undefined, onPiece)).toEqual({ text: 'One two three.', failures: [] });
    heard = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const two = await chain([[breaking('One', 0)], [breaking('two', 1)]]);
    const { text, failures } = await say(two.model, undefined, onPiece);
    expect(text).toBe('One two');
    expect(failures).toHaveLength(1);
  });

  it('that asked for a tool is not gone on with: nothing is done twice', async () => {
    const wanted = Promise.withResolvers<void>();
    const { model, servers: asked } = await chain([
      [
        [
          { text: 'Let me see. ' },
          { tool: 'look_up', input: { id: 7 } },
          { waitsFor: wanted.promise },
          { breaksOff: true },
        ],
      ],
      [[{ text: 'No.' }]],
    ]);
    const { stream } = await model.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] });
    const read = async () => {
      for await (const part of stream) {
        if (part.type === 'error') throw part.error;
        if (part.type.startsWith('tool')) wanted.resolve();
      }
    };
    await expect(read()).rejects.toThrow();
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
