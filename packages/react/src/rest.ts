import {
  type ConversationOpened,
  type ConversationView,
  conversationOpenedSchema,
  conversationViewSchema,
  type StartConversation,
  webrtcAnswerSchema,
} from '@parley/contract/conversations.ts';
import { errorBodySchema } from '@parley/contract/errors.ts';
import type { ZodType } from 'zod';
import type { Environment } from './environment.ts';
import { ConversationError, clientError } from './notices.ts';

/** Long enough for a cold server, short enough that a person still waits. */
const REQUEST_TIMEOUT_MS = 10_000;

/** The REST side of a conversation. All methods throw `ConversationError`: the server's code, or one of `clientNotices`. */
export interface Rest {
  open(body: StartConversation, signal: AbortSignal): Promise<ConversationOpened>;
  exchangeSdp(conversationId: string, token: string, sdp: string, signal: AbortSignal): Promise<string>;
  view(conversationId: string, bearer: string, signal: AbortSignal): Promise<ConversationView>;
}

/** `baseUrl`: where the server is, such as `https://parley.example`; a trailing slash does no harm. */
export function createRest(baseUrl: string, fetchLike: Environment['fetch']): Rest {
  const base = `${baseUrl.replace(/\/+$/, '')}/v1`;

  async function request<T>(
    schema: ZodType<T>,
    path: string,
    init: { method: 'GET' | 'POST'; bearer?: string; body?: unknown },
    signal: AbortSignal,
  ): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (init.bearer !== undefined) headers.authorization = `Bearer ${init.bearer}`;
    if (init.body !== undefined) headers['content-type'] = 'application/json';
    let response: Response;
    let body: unknown;
    try {
      response = await fetchLike(base + path, {
        method: init.method,
        headers,
        ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      body = parseJson(await response.text());
    } catch {
      throw clientError('server_unreachable');
    }
    if (!response.ok) {
      const error = errorBodySchema.safeParse(body);
      if (error.success) throw new ConversationError(error.data.code, error.data.error);
      // A gateway in between answers for a server that is not there.
      throw clientError(response.status >= 500 ? 'server_unreachable' : 'unexpected_answer');
    }
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw clientError('unexpected_answer');
    return parsed.data;
  }

  return {
    open: (body, signal) => request(conversationOpenedSchema, '/conversations', { method: 'POST', body }, signal),
    exchangeSdp: async (conversationId, token, sdp, signal) => {
      const path = `/conversations/${conversationId}/webrtc`;
      const answer = await request(webrtcAnswerSchema, path, { method: 'POST', bearer: token, body: { sdp } }, signal);
      return answer.sdp;
    },
    view: (conversationId, bearer, signal) =>
      request(conversationViewSchema, `/conversations/${conversationId}`, { method: 'GET', bearer }, signal),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
