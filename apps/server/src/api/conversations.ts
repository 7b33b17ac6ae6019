import { createHash, timingSafeEqual } from 'node:crypto';
import type { WebRtcChannel } from '@parley/channels/webrtc/webrtc-channel.ts';
import {
  type AgentList,
  type ConversationList,
  type ConversationOpened,
  type ConversationView,
  startConversationSchema,
  webrtcOfferSchema,
} from '@parley/contract/conversations.ts';
import { WireError } from '@parley/contract/errors.ts';
import { conversationIdSchema } from '@parley/contract/ids.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { parse } from './errors.ts';
import { createOpenLimit } from './open-limit.ts';

export interface ConversationRoutes {
  readonly host: ConversationHost;
  readonly webrtc: WebRtcChannel;
  readonly records: {
    view(id: string): Promise<ConversationView | undefined>;
    list(cursor: string | undefined, limit: number): Promise<ConversationList>;
  };
  /** Resolves when the agent can be spoken to. */
  readonly prepareVoice: (agent: HostedAgent, signal: AbortSignal) => Promise<void>;
  readonly defaultAgentId: string;
  readonly defaultTimeZone: string;
  readonly iceServers: ConversationOpened['ice_servers'];
  /** Opens every conversation's record. */
  readonly operatorKey: string;
}

/** The longest that the handshake of a call may take before the caller is told that it failed. */
const handshakeTimeoutMs = 10_000;

export function installConversationRoutes(app: FastifyInstance, routes: ConversationRoutes): void {
  const { host, webrtc, records } = routes;
  const mayOpen = createOpenLimit();

  app.get(
    '/v1/agents',
    async (): Promise<AgentList> => ({
      agents: [...host.agents].map(([id, { agent, name, description, suggestions, hasVoice }]) => ({
        id,
        name,
        description,
        language: agent.language,
        suggestions: [...suggestions],
        has_voice: hasVoice,
        is_default: id === routes.defaultAgentId,
      })),
    }),
  );

  app.post('/v1/conversations', async (request, reply) => {
    if (!mayOpen(request.ip, performance.now())) throw new WireError('too_many_messages');
    const body = parse(startConversationSchema, request.body ?? {});
    const agentId = body.agent_id ?? routes.defaultAgentId;
    const timeZone = parse(timeZoneSchema, body.time_zone ?? routes.defaultTimeZone);
    const { agent, name, suggestions } = host.agent(agentId);
    const { id, token } = await host.open({ agentId, openedBy: body.channel_type ?? 'chat', timeZone });
    const opened: ConversationOpened = {
      conversation_id: id,
      token,
      agent: { id: agentId, name, language: agent.language, greeting_hint: suggestions[0] ?? '' },
      ice_servers: routes.iceServers,
    };
    return reply.status(201).send(opened);
  });

  app.post('/v1/conversations/:id/webrtc', async (request) => {
    const id = conversationId(request);
    const { sdp } = parse(webrtcOfferSchema, request.body);
    const { conversation, agent } = await host.enter(id, bearer(request));
    if (!agent.hasVoice) throw new WireError('speech_unavailable');
    const signal = AbortSignal.timeout(handshakeTimeoutMs);
    const hello = { agent: agent.name, language: agent.agent.language };
    try {
      await routes.prepareVoice(agent, signal);
      return { sdp: await webrtc.answer({ sdp, conversation, hello, signal }) };
    } catch (error) {
      if (signal.aborted) throw new WireError('speech_unavailable');
      throw error;
    }
  });

  app.get('/v1/conversations/:id', async (request) => {
    const id = conversationId(request);
    const key = bearer(request);
    if (!same(key, routes.operatorKey)) await host.authorize(id, key);
    const view = await records.view(id);
    if (view === undefined) throw new WireError('conversation_not_found');
    return view;
  });

  app.get('/v1/conversations', async (request) => {
    if (!same(bearer(request), routes.operatorKey)) throw new WireError('unauthorized');
    const { cursor, limit } = parse(listQuerySchema, request.query);
    return records.list(cursor, limit);
  });
}

const listQuerySchema = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

const timeZoneSchema = z.string().refine(isTimeZone, 'Not an IANA time zone, such as Europe/London.');

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

function conversationId(request: FastifyRequest): string {
  const id = conversationIdSchema.safeParse(z.object({ id: z.string() }).parse(request.params).id);
  if (!id.success) throw new WireError('conversation_not_found');
  return id.data;
}

function bearer(request: FastifyRequest): string {
  const match = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(request.headers.authorization ?? '');
  if (match?.[1] === undefined) throw new WireError('unauthorized');
  return match[1];
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
