import type { WebRtcChannel } from '@parley/channels/webrtc/webrtc-channel.ts';
import { listAgents } from '@parley/contract/api/agents-api.ts';
import {
  answerWebRtcOffer,
  getConversation,
  listConversations,
  openConversation,
} from '@parley/contract/api/conversations-api.ts';
import type { ConversationList, ConversationOpened, ConversationView } from '@parley/contract/conversations.ts';
import { WireError } from '@parley/contract/errors.ts';
import { z } from 'zod';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import { parse } from './errors.ts';
import { type HandledRoute, handle } from './handle.ts';

export interface ConversationRoutes {
  readonly host: ConversationHost;
  readonly webrtc: WebRtcChannel;
  readonly records: {
    view(organizationId: string, id: string): Promise<ConversationView | undefined>;
    list(organizationId: string, cursor: string | undefined, limit: number): Promise<ConversationList>;
  };
  /** Resolves when the agent can be spoken to. */
  readonly prepareVoice: (agent: HostedAgent, signal: AbortSignal) => Promise<void>;
  readonly defaultAgentId: string;
  readonly defaultTimeZone: string;
  readonly iceServers: ConversationOpened['ice_servers'];
}

/** The longest that the handshake of a call may take before the caller is told that it failed. */
const handshakeTimeoutMs = 10_000;

export function conversationRoutes(parts: ConversationRoutes): HandledRoute[] {
  const { host, webrtc, records } = parts;
  return [
    handle(listAgents, async () => ({
      agents: [...host.agents].map(([id, { agent, name, description, suggestions, hasVoice }]) => ({
        id,
        name,
        description,
        language: agent.language,
        suggestions: [...suggestions],
        has_voice: hasVoice,
        is_default: id === parts.defaultAgentId,
      })),
    })),

    handle(openConversation, async ({ body }, { organizationId }) => {
      const agentId = body.agent_id ?? parts.defaultAgentId;
      const timeZone = parse(timeZoneSchema, body.time_zone ?? parts.defaultTimeZone);
      const { agent, name, suggestions } = host.agent(agentId);
      const { id, token } = await host.open({ organizationId, agentId, openedBy: body.channel_type, timeZone });
      return {
        conversation_id: id,
        token,
        agent: { id: agentId, name, language: agent.language, greeting_hint: suggestions[0] ?? '' },
        ice_servers: parts.iceServers,
      };
    }),

    handle(answerWebRtcOffer, async ({ params, body }, { organizationId, signal: gone }) => {
      const pass = { kind: 'organization', organizationId } as const;
      const { conversation, agent } = await host.enter(params.conversation_id, pass);
      if (!agent.hasVoice) throw new WireError('speech_unavailable');
      const tooLong = AbortSignal.timeout(handshakeTimeoutMs);
      const signal = AbortSignal.any([gone, tooLong]);
      const hello = { agent: agent.name, language: agent.agent.language };
      try {
        await parts.prepareVoice(agent, signal);
        return { sdp: await webrtc.answer({ sdp: body.sdp, conversation, hello, signal }) };
      } catch (error) {
        if (signal.aborted) throw new WireError('speech_unavailable');
        throw error;
      }
    }),

    handle(getConversation, async ({ params }, { organizationId }) => {
      const view = await records.view(organizationId, params.conversation_id);
      if (view === undefined) throw new WireError('conversation_not_found');
      return view;
    }),

    handle(listConversations, async ({ query }, { organizationId }) =>
      records.list(organizationId, query.cursor, query.limit),
    ),
  ];
}

const timeZoneSchema = z.string().refine(isTimeZone, 'Not an IANA time zone, such as Europe/London.');

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
