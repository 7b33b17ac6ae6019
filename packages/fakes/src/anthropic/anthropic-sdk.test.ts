import Anthropic, { APIError } from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createToneBrain } from '../brains/tone-brain.ts';
import { fakeKey, type RunningFake } from '../fake-vendor.ts';
import { withFault } from '../faults.ts';
import { anthropicFake } from './anthropic-fake.ts';

let fake: RunningFake;
let client: Anthropic;

beforeEach(async () => {
  const brain = createToneBrain((prompt) =>
    prompt === 'weather' ? 'Let me look.\n→ look_up {"place": "Huế", "days": 3}' : `You said: ${prompt}`,
  );
  fake = await anthropicFake.start({ port: 0, brain });
  client = clientOf('');
});
afterEach(() => fake.close());

function clientOf(fault: string, apiKey = fakeKey) {
  return new Anthropic({ apiKey, baseURL: withFault(fake.url, fault), maxRetries: 0, timeout: 2000 });
}
const asked = (content: string): Anthropic.MessageCreateParamsNonStreaming => ({
  model: 'claude-fake-small',
  max_tokens: 200,
  messages: [{ role: 'user', content }],
});
const tool: Anthropic.Tool = {
  name: 'look_up',
  description: 'Looks up the weather.',
  input_schema: { type: 'object', properties: { place: { type: 'string' } } },
};

describe('the vendor’s own SDK finds its vendor in the fake', () => {
  it('when it asks for an answer in one piece', async () => {
    const { data, response } = await client.messages
      .create({ ...asked('hello there'), system: 'Be kind.' })
      .withResponse();
    expect(data).toMatchObject({
      role: 'assistant',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'You said: hello there' }],
    });
    expect(data.usage.output_tokens).toBeGreaterThan(0);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    expect(fake.journal.requests[0]?.body).toMatchObject({ system: 'Be kind.', max_tokens: 200 });
  });

  it('when it streams an answer', async () => {
    const stream = client.messages.stream(asked('hello there'));
    const pieces: string[] = [];
    stream.on('text', (text) => pieces.push(text));
    expect(await stream.finalText()).toBe('You said: hello there');
    expect(pieces.length).toBeGreaterThan(2);
  });

  it('when the model uses a tool and is told what came of it', async () => {
    const stream = client.messages.stream({ ...asked('weather'), tools: [tool] });
    const message = await stream.finalMessage();
    expect(message.stop_reason).toBe('tool_use');
    const [said, use] = message.content;
    expect(said).toMatchObject({ type: 'text', text: 'Let me look.' });
    expect(use).toMatchObject({ type: 'tool_use', name: 'look_up', input: { place: 'Huế', days: 3 } });
    const messages: Anthropic.MessageParam[] = [
      { role: 'user', content: 'weather' },
      { role: 'assistant', content: message.content },
    ];
    await expect(
      client.messages.create({
        ...asked(''),
        tools: [tool],
        messages: [...messages, { role: 'user', content: 'well?' }],
      }),
    ).rejects.toMatchObject({ status: 400 });
    const id = use?.type === 'tool_use' ? use.id : '';
    const answer = await client.messages.create({
      ...asked(''),
      tools: [tool],
      messages: [...messages, { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'sunny' }] }],
    });
    expect(answer.content).toMatchObject([{ type: 'text', text: 'You said: sunny' }]);
  });

  it('when it lists the models', async () => {
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toEqual(['claude-fake-large', 'claude-fake-small']);
  });

  it.each([
    ['a key that is none', 401, 'authentication_error', () => clientOf('', 'wrong').messages.create(asked('hello'))],
    [
      'a request that does not fit',
      400,
      'invalid_request_error',
      () => client.messages.create({ ...asked('hello'), max_tokens: 0 }),
    ],
    ['too many requests', 429, 'rate_limit_error', () => clientOf('status:429').messages.create(asked('hello'))],
    ['too much to do', 529, 'overloaded_error', () => clientOf('status:529').messages.create(asked('hello'))],
  ])('when it is refused for %s', async (_, status, type, ask) => {
    const error = await ask().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status, error: { type: 'error', error: { type } } });
  });
});
