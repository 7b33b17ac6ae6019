import { randomUUID } from 'node:crypto';
import type { Brain } from '../brain.ts';
import { answerParts } from '../brains/answer-parts.ts';
import { type FakeVendor, fakeKey } from '../fake-vendor.ts';
import { startHttpFake } from '../http-fake.ts';
import type { FakeExchange } from '../wire/fake-exchange.ts';
import { streamMessage, tokensOf, wholeMessage } from './message-answer.ts';
import { lastTold, readMessageRequest } from './message-request.ts';

/** Anthropic's messages, whole and as events, with tools; and its list of models. */
export const anthropicFake: FakeVendor = {
  name: 'anthropic',
  start: ({ port, brain }) =>
    startHttpFake({
      name: 'anthropic',
      port,
      environment: (url) => ({ ANTHROPIC_API_KEY: fakeKey, ANTHROPIC_BASE_URL: url }),
      routes: {
        refusal: (status) => failure(errorTypes.get(status) ?? 'api_error', `The fault asked for ${status}.`),
        request(exchange) {
          const { request, json } = exchange;
          const { 'x-api-key': key, authorization, 'anthropic-version': version } = request.headers;
          if (key !== fakeKey && authorization !== `Bearer ${fakeKey}`)
            return json(401, failure('authentication_error', 'invalid x-api-key'));
          if (version === undefined)
            return json(400, failure('invalid_request_error', 'anthropic-version: header is required'));
          const route = `${request.method} ${request.path}`;
          if (route === 'POST /v1/messages') answer(exchange, brain);
          else if (route === 'GET /v1/models') json(200, models);
          else json(404, failure('not_found_error', 'Not found'));
        },
      },
    }),
};

function answer({ request, json, stream }: FakeExchange, brain: Brain): void {
  const read = readMessageRequest(request.json);
  if (read.kind === 'wrong') return json(400, failure('invalid_request_error', read.message));
  const { model, tools = [], stream: isStream } = read.request;
  const message = {
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    model,
    parts: answerParts(
      brain.answer(lastTold(read.request)),
      tools.map(({ name }) => name),
    ),
    inputTokens: tokensOf(JSON.stringify(read.request.messages)),
  };
  const headers = { 'request-id': `req_${randomUUID().replaceAll('-', '')}` };
  if (isStream === true)
    streamMessage(message, stream(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8' }));
  else json(200, wholeMessage(message), headers);
}

function failure(type: string, message: string): object {
  return { type: 'error', error: { type, message }, request_id: 'req_fake' };
}

const errorTypes: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

const modelIds = ['claude-fake-large', 'claude-fake-small'];
const models = {
  data: modelIds.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' })),
  first_id: modelIds[0],
  last_id: modelIds.at(-1),
  has_more: false,
};
