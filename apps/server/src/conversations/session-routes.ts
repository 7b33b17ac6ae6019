import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  endConversation,
  getBotState,
  processInput,
  renewConversationToken,
  startConversation,
  updateConversation,
} from '@parley/contract/api/conversations-api.ts';
import type { ConversationView } from '@parley/contract/conversations.ts';
import { WireError } from '@parley/contract/errors.ts';
import { parse } from '../api/errors.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { RequestContext } from '../api/request-context.ts';
import { timeZoneSchema } from '../api/time-zone.ts';
import type { SessionsRepository } from '../sessions/sessions-repository.ts';
import type { EndedSession } from '../storage/session-end.ts';
import type { ConversationHost } from './conversation-host.ts';
import { createConversationToken } from './conversation-token.ts';
import { exchange, greeted } from './exchange.ts';
import { createSpokenInput, type SpokenInputParts } from './spoken-input.ts';
import { toProcessed } from './to-processed.ts';

export interface SessionRoutes {
  readonly host: ConversationHost;
  readonly sessions: SessionsRepository;
  readonly records: { view(organizationId: string, id: string): Promise<ConversationView | undefined> };
  readonly spoken: SpokenInputParts;
  readonly defaultTimeZone: string;
}

/** Conversations for programs: each message a request, each answer once its turn is stored. */
export function sessionRoutes({ host, sessions, records, spoken, defaultTimeZone }: SessionRoutes): HandledRoute[] {
  const hear = createSpokenInput(spoken);
  const end = async (
    context: RequestContext,
    id: string,
    reason: string,
    satisfactionScore: number | undefined,
  ): Promise<EndedSession> => {
    await endIfLive(host, context.organizationId, id, reason, satisfactionScore);
    const ended = await sessions.end(context, id, { reason, satisfactionScore });
    if (ended === undefined) throw new WireError('conversation_not_found');
    return ended;
  };

  return [
    handle(startConversation, async ({ body }, { organizationId, signal }) => {
      const { id, token, tokenExpiresAt } = await host.open({
        organizationId,
        agentId: body.agent_id,
        flowId: body.flow_id,
        channelType: body.channel_type,
        timeZone: parse(timeZoneSchema, body.time_zone ?? defaultTimeZone),
        callerId: body.caller_id,
        userId: body.user_id,
        initialContext: body.initial_context,
      });
      const startedAt = new Date().toISOString();
      const greeting =
        body.channel_type === 'voice' ? undefined : await greeted(host, { conversationId: id, organizationId, signal });
      return {
        session_id: id,
        channel_type: body.channel_type,
        started_at: startedAt,
        initial_message: greeting?.turn.reply?.text ?? null,
        initial_audio_url: null,
        token,
        token_expires_at: tokenExpiresAt.toISOString(),
      };
    }),

    handle(processInput, async ({ params, body }, { actor, organizationId, signal, http }) => {
      const startedMs = performance.now();
      const { conversation_id: conversationId } = params;
      try {
        const text =
          body.input_type === 'text'
            ? (body.text ?? '')
            : await heard(host, hear, { conversationId, organizationId, audio: body.audio_url ?? '', signal });
        const messageId = messageIdOf(http.request.raw);
        const answer = await exchange(host, { conversationId, organizationId, text, messageId, signal });
        return toProcessed(answer, performance.now() - startedMs, actor.kind !== 'caller');
      } catch (error) {
        // To programs a conversation that is over, or expired, is not there any more.
        if (error instanceof WireError && error.code === 'conversation_ended') {
          throw new WireError('conversation_not_found');
        }
        throw error;
      }
    }),

    handle(endConversation, async ({ params, body }, context) => {
      const id = params.conversation_id;
      const ended = await end(context, id, body.reason, body.user_feedback?.satisfaction_score);
      return {
        session_id: id,
        duration_seconds: ended.durationSeconds,
        turn_count: ended.turnCount,
        summary: ended.summary,
      };
    }),

    handle(updateConversation, async ({ params, body }, context) => {
      await end(context, params.conversation_id, body.reason, body.rating);
      const view = await records.view(context.organizationId, params.conversation_id);
      if (view === undefined) throw new WireError('conversation_not_found');
      return view;
    }),

    handle(renewConversationToken, async ({ params }, context) => {
      const id = params.conversation_id;
      const stored = await sessions.find(id);
      if (stored?.organizationId !== context.organizationId) throw new WireError('conversation_not_found');
      if (stored.endReason !== undefined) throw new WireError('conversation_ended');
      const fresh = createConversationToken();
      await sessions.renewToken(context, id, fresh.stored);
      host.tokenRenewed(id, fresh.stored);
      return { conversation_id: id, token: fresh.token, expires_at: fresh.stored.tokenExpiresAt.toISOString() };
    }),

    handle(getBotState, async ({ params }, { organizationId }) => {
      const id = params.conversation_id;
      const here = host.peek(id, organizationId);
      const stored = here?.stored ?? (await sessions.find(id));
      if (stored?.organizationId !== organizationId) throw new WireError('conversation_not_found');
      const counters = here?.counters ?? { turns: 0, interruptions: 0, actions: 0, troubles: 0 };
      return {
        conversation_id: id,
        agent_id: stored.agentId,
        state: here?.state ?? (stored.endReason === undefined ? 'waiting' : 'ended'),
        since: (here?.stateSince ?? stored.lastActivityAt).toISOString(),
        is_live: here !== undefined,
        counters: {
          replies: counters.turns,
          interruptions: counters.interruptions,
          actions: counters.actions,
          troubles: counters.troubles,
        },
      };
    }),
  ];
}

/** One that is live is ended where it is live, so that nothing of it is written afterwards. */
async function endIfLive(
  host: ConversationHost,
  organizationId: string,
  id: string,
  reason: string,
  satisfactionScore: number | undefined,
): Promise<void> {
  try {
    const { resident, release } = await host.holdToEnd(id, { kind: 'organization', organizationId });
    try {
      await resident.end(reason, satisfactionScore);
    } finally {
      release();
    }
  } catch (error) {
    // Over already: the score is kept all the same.
    if (!(error instanceof WireError && error.code === 'conversation_ended')) throw error;
  }
}

async function heard(
  host: ConversationHost,
  hear: ReturnType<typeof createSpokenInput>,
  request: {
    readonly conversationId: string;
    readonly organizationId: string;
    readonly audio: string;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  const { conversationId, organizationId, audio, signal } = request;
  const { resident, release } = await host.hold(conversationId, { kind: 'organization', organizationId });
  try {
    return await hear({ audio, agent: resident.agent, speech: resident.speech, expects: resident.expects, signal });
  } finally {
    release();
  }
}

/** By which a message that is sent again is known; a client that does not send one has each message answered. */
function messageIdOf({ headers }: IncomingMessage): string {
  const key = headers['idempotency-key'];
  if (key === undefined) return randomUUID();
  if (typeof key !== 'string' || key.length < 16 || key.length > 255) {
    throw new WireError('invalid_request', {
      'Idempotency-Key': 'must have 16 to 255 characters, such as a UUID',
    });
  }
  // Ids of messages are short, and are kept with the turn.
  return `key-${createHash('sha256').update(key).digest('base64url')}`;
}
