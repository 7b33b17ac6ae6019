import { z } from 'zod';
import type { Brain } from '../brain.ts';
import { answerParts } from '../brains/answer-parts.ts';
import type { FakeExchange } from '../wire/fake-exchange.ts';
import { apiError } from './api-dialect.ts';

const content = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  z.null(),
]);

const body = z.looseObject({
  model: z.string().optional(),
  stream: z.boolean().default(false),
  stream_options: z.looseObject({ include_usage: z.boolean().default(false) }).optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: content.optional() })).min(1),
  tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }) })).optional(),
});
type Body = z.infer<typeof body>;

/** `chat/completions`: what the brain answers to the last thing that was said, calls of tools among it (see `answerParts`). */
export function answerChat({ request, json, stream }: FakeExchange, brain: Brain) {
  const read = body.safeParse(request.json);
  if (!read.success) return json(400, apiError(z.prettifyError(read.error), null));
  const asked = read.data;
  const answer = brain.answer(textOf(asked.messages.at(-1)?.content));
  const parts = answerParts(answer, asked.tools?.map((tool) => tool.function.name) ?? []);
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
  const calls = parts
    .filter((part) => part.type === 'tool')
    .map(({ name, input }, index) => ({ id: `call_fake_${index}`, name, input: JSON.stringify(input) }));
  const usage = usageOf(asked, answer);
  const shared = { id: 'chatcmpl-fake', created: Math.floor(Date.now() / 1000), model: asked.model ?? 'fake' };
  const finish = calls.length === 0 ? 'stop' : 'tool_calls';
  if (!asked.stream) {
    const toolCalls = calls.map(({ id, name, input }) => ({
      id,
      type: 'function',
      function: { name, arguments: input },
    }));
    const message = {
      role: 'assistant',
      content: text === '' ? null : text,
      refusal: null,
      ...(calls.length > 0 && { tool_calls: toolCalls }),
    };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
    return json(200, { ...shared, object: 'chat.completion', choices, usage });
  }
  const out = stream(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const send = (value: object) =>
    out.write(`data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', ...value })}\n\n`);
  const delta = (fields: object, finish_reason: string | null = null) =>
    send({ choices: [{ index: 0, delta: fields, logprobs: null, finish_reason }] });
  delta({ role: 'assistant', content: text === '' ? null : '' });
  for (const piece of text.match(/\s*\S+/g) ?? []) delta({ content: piece });
  for (const [index, { id, name, input }] of calls.entries()) {
    delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] });
    // In pieces that are no JSON by themselves.
    for (const piece of input.match(/.{1,7}/gs) ?? []) {
      delta({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  }
  delta({}, finish);
  if (asked.stream_options?.include_usage === true) send({ choices: [], usage });
  out.write('data: [DONE]\n\n');
  out.end();
}

function textOf(given: z.infer<typeof content> | undefined): string {
  if (typeof given === 'string') return given;
  return (given ?? []).map(({ text }) => text ?? '').join('');
}

function usageOf({ messages }: Body, answer: string) {
  const words = (text: string) => text.split(/\s+/).filter(Boolean).length;
  const prompt = messages.reduce((sum, message) => sum + words(textOf(message.content)), 0);
  const completion = Math.max(1, words(answer));
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
