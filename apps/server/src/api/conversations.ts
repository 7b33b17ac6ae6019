import type { WebRtcChannel } from '@parley/channels/webrtc/webrtc-channel.ts';
import { listAgents } from '@parley/contract/api/agents-api.ts';
import { answerWebRtcOffer, getConversation, openConversation } from '@parley/contract/api/conversations-api.ts';
import type { ConversationOpened, ConversationView } from '@parley/contract/conversations.ts';
import { WireError } from '@parley/contract/errors.ts';
import type { ConversationHost } from '../conversations/conversation-host.ts';
import type { FlowDirectory } from '../flows/flow-directory.ts';
import type { BrowserCallers } from '../phone/transfers/browser-callers.ts';
import type { ServerSpeech } from '../speech/server-speech.ts';
import { parse } from './errors.ts';
import { type HandledRoute, handle } from './handle.ts';
import type { RequestContext } from './request-context.ts';
import { timeZoneSchema } from './time-zone.ts';

export interface ConversationRoutes {
  readonly host: ConversationHost;
  readonly webrtc: WebRtcChannel;
  /** As a browser's channel is to see a conversation, so that its caller can be put through to a person. */
  readonly reachable: BrowserCallers['reachable'];
  readonly records: {
    view(organizationId: string, id: string): Promise<ConversationView | undefined>;
  };
  /** Agents that the organization has drawn and published. */
  readonly publishedFlows: FlowDirectory['published'];
  /** Somebody is about to be shown what was said; what it throws keeps them from it. */
  readonly onViewed: (context: RequestContext, conversationId: string) => Promise<void>;
  /** Whether an agent can be talked to there. */
  readonly isSpokenFor: ServerSpeech['isSpokenFor'];
  readonly defaultAgentId: string;
  readonly defaultTimeZone: string;
  readonly iceServers: ConversationOpened['ice_servers'];
}

/** The longest that the handshake of a call may take before the caller is told that it failed. */
const handshakeTimeoutMs = 10_000;

export function conversationRoutes(parts: ConversationRoutes): HandledRoute[] {
  const { host, webrtc, records } = parts;
  return [
    handle(listAgents, async (_input, { organizationId }) => ({
      agents: await Promise.all(
        [
          ...[...host.directory.shipped].map(([id, { agent, ...shown }]) => ({
            ...shown,
            id,
            language: agent.language,
            isServers: true,
          })),
          ...(await parts.publishedFlows(organizationId)).map((flow) => ({ ...flow, isServers: false })),
        ].map(async ({ id, name, description, language, suggestions, speech, isServers }) => ({
          id,
          name,
          description,
          language,
          suggestions: [...suggestions],
          has_voice: await parts.isSpokenFor(organizationId, { language, speech, isServers }),
          is_default: id === parts.defaultAgentId,
        })),
      ),
    })),

    handle(openConversation, async ({ body }, { organizationId }) => {
      const timeZone = parse(timeZoneSchema, body.time_zone ?? parts.defaultTimeZone);
      const { id, token, agentId, agent } = await host.open({
        organizationId,
        agentId: body.agent_id,
        channelType: body.channel_type,
        timeZone,
      });
      return {
        conversation_id: id,
        token,
        agent: {
          id: agentId,
          name: agent.name,
          language: agent.agent.language,
          greeting_hint: agent.suggestions[0] ?? '',
        },
        ice_servers: parts.iceServers,
      };
    }),

    handle(answerWebRtcOffer, async ({ params, body }, { organizationId, signal: gone }) => {
      const pass = { kind: 'organization', organizationId } as const;
      const { conversation, agent, speech } = await host.enter(params.conversation_id, pass, 'call');
      if (!speech.isSpoken) throw new WireError('speech_unavailable');
      const tooLong = AbortSignal.timeout(handshakeTimeoutMs);
      const signal = AbortSignal.any([gone, tooLong]);
      const hello = { agent: agent.name, language: agent.agent.language };
      try {
        await speech.recognizer.prepare(agent.vocabulary, signal);
        const shown = parts.reachable(conversation, { organizationId, language: hello.language });
        return { sdp: await webrtc.answer({ sdp: body.sdp, conversation: shown, hello, signal }) };
      } catch (error) {
        if (signal.aborted) throw new WireError('speech_unavailable');
        throw error;
      }
    }),

    handle(getConversation, async ({ params }, context) => {
      const view = await records.view(context.organizationId, params.conversation_id);
      if (view === undefined) throw new WireError('conversation_not_found');
      await parts.onViewed(context, params.conversation_id);
      return view;
    }),
  ];
}
