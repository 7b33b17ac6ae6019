import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Brain } from '../brain.ts';
import { type AnswerPart, answerParts } from '../brains/answer-parts.ts';
import type { FakeExchange } from '../wire/fake-exchange.ts';
import { apiError } from './api-dialect.ts';

const content = z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]);

const body = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  input: z.union([
    z.string(),
    z.array(z.looseObject({ content: content.optional(), output: content.optional() })).min(1),
  ]),
  tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional() })).nullish(),
});

/** `responses`: as chat completions, in the form that came after them [spec: openai 7.55]. */
export function answerResponse({ request, json, stream }: FakeExchange, brain: Brain) {
  const read = body.safeParse(request.json);
  if (!read.success) return json(400, apiError(z.prettifyError(read.error), null));
  const { model, input, tools } = read.data;
  const last = typeof input === 'string' ? input : (input.at(-1)?.output ?? input.at(-1)?.content);
  const answer = brain.answer(textOf(last));
  const output = answerParts(answer, tools?.flatMap(({ name }) => name ?? []) ?? []).map(itemOf);
  const count = (text: string) => text.split(/\s+/).filter(Boolean).length;
  const usage = {
    input_tokens: count(JSON.stringify(input)),
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: count(answer),
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: count(JSON.stringify(input)) + count(answer),
  };
  const shared = {
    id: `resp_${randomUUID()}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    model,
    error: null,
    incomplete_details: null,
    tools: [],
    parallel_tool_calls: true,
  };
  const whole = { ...shared, status: 'completed', output, usage };
  if (read.data.stream !== true) return json(200, whole);
  const out = stream(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  let sequence = 0;
  const send = (type: string, fields: object) => {
    out.write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...fields })}\n\n`);
    sequence += 1;
  };
  send('response.created', { response: { ...shared, status: 'in_progress', output: [], usage: null } });
  for (const [output_index, item] of output.entries()) sendItem(send, output_index, item);
  send('response.completed', { response: whole });
  out.end();
}

type Item = ReturnType<typeof itemOf>;

function itemOf(part: AnswerPart) {
  return part.type === 'text'
    ? {
        type: 'message' as const,
        id: `msg_${randomUUID()}`,
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: part.text, annotations: [], logprobs: [] }],
      }
    : {
        type: 'function_call' as const,
        id: `fc_${randomUUID()}`,
        call_id: `call_${randomUUID()}`,
        name: part.name,
        arguments: JSON.stringify(part.input),
        status: 'completed',
      };
}

function sendItem(send: (type: string, fields: object) => void, output_index: number, item: Item) {
  const place = { item_id: item.id, output_index };
  if (item.type === 'message') {
    const [{ text } = { text: '' }] = item.content;
    const part = { ...place, content_index: 0 };
    send('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', content: [] } });
    send('response.content_part.added', { ...part, part: { type: 'output_text', text: '', annotations: [] } });
    for (const delta of text.match(/\s*\S+/g) ?? []) {
      send('response.output_text.delta', { ...part, delta, logprobs: [] });
    }
    send('response.output_text.done', { ...part, text, logprobs: [] });
    send('response.content_part.done', { ...part, part: item.content[0] });
  } else {
    send('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', arguments: '' } });
    // In pieces that are no JSON by themselves.
    for (const delta of item.arguments.match(/.{1,7}/gs) ?? []) {
      send('response.function_call_arguments.delta', { ...place, delta });
    }
    send('response.function_call_arguments.done', { ...place, name: item.name, arguments: item.arguments });
  }
  send('response.output_item.done', { output_index, item });
}

function textOf(given: z.infer<typeof content> | undefined): string {
  return typeof given === 'string' ? given : (given ?? []).map(({ text }) => text ?? '').join('');
}
