// Made from the OpenAPI document by `npm run client`. Change the routes in packages/contract and make it anew.
import type { CallOptions, Transport } from '../call.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type AnswerWebrtcOfferInput = {
  readonly conversation_id: string;
  readonly body: {
    readonly sdp: string;
  };
};

export type AnswerWebrtcOfferOutput = {
  readonly sdp: string;
};

export type GetConversationInput = {
  readonly conversation_id: string;
};

export type GetConversationOutput = {
  readonly conversation_id: string;
  readonly agent_id: string;
  readonly channel_type: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly end_reason: string | null;
  readonly turn_count: number;
  readonly turns: readonly {
    readonly turn_number: number;
    readonly cause: 'greeting' | 'turn' | 'reprompt' | 'farewell' | 'apology';
    readonly started_at: string;
    readonly user: {
      readonly text: string;
      readonly confidence: number;
      readonly rejected: boolean;
      readonly modality: 'voice' | 'text' | 'digits';
      readonly message_id: string | null;
    } | null;
    readonly nlu: {
      readonly intent: string | null;
      readonly confidence: number;
      readonly entities: readonly {
        readonly type: string;
        readonly text: string;
        readonly value: unknown;
      }[];
      readonly slots?: { readonly [name: string]: unknown };
    } | null;
    readonly reply: {
      readonly text: string;
      readonly heard_text: string | null;
      readonly interrupted: boolean;
      readonly tone: 'warm' | 'neutral' | 'energetic';
      readonly actions: readonly {
        readonly name: string;
        readonly data: { readonly [name: string]: unknown };
      }[];
    } | null;
    readonly waterfall: {
      readonly end_of_turn_ms: number | null;
      readonly transcript_ms: number | null;
      readonly agent_ms: number | null;
      readonly sentence_ms: number | null;
      readonly synthesis_ms: number | null;
      readonly playout_ms: number | null;
      readonly voice_to_voice_ms: number | null;
    };
  }[];
  readonly bookings: readonly {
    readonly booking_id: string;
    readonly service: string;
    readonly starts_at: string;
    readonly time_zone: string;
    readonly name: string;
    readonly phone: string;
    readonly status: 'booked' | 'cancelled';
    readonly created_at: string;
  }[];
};

export type ListAgentsOutput = {
  readonly agents: readonly {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly language: string;
    readonly suggestions: readonly string[];
    readonly has_voice: boolean;
    readonly is_default: boolean;
  }[];
};

export type ListConversationsInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
};

export type ListConversationsOutput = {
  readonly conversations: readonly {
    readonly conversation_id: string;
    readonly agent_id: string;
    readonly channel_type: string;
    readonly started_at: string;
    readonly ended_at: string | null;
    readonly end_reason: string | null;
    readonly turn_count: number;
  }[];
  readonly next_cursor: string | null;
};

export type OpenConversationInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body?: {
    readonly agent_id?: string;
    readonly channel_type?: 'voice' | 'chat';
    readonly time_zone?: string;
  };
};

export type OpenConversationOutput = {
  readonly conversation_id: string;
  readonly token: string;
  readonly agent: {
    readonly id: string;
    readonly name: string;
    readonly language: string;
    readonly greeting_hint: string;
  };
  readonly ice_servers: readonly {
    readonly urls: readonly string[];
    readonly username?: string;
    readonly credential?: string;
  }[];
};

/** Every operation of the API as a function. */
export function createOperations(transport: Transport) {
  return {
    /** Bring sound to a conversation, by WebRTC. For the caller, with the conversation's token, or with `conversations:write`. */
    answerWebrtcOffer: (input: AnswerWebrtcOfferInput, options?: CallOptions): Promise<AnswerWebrtcOfferOutput> =>
      transport.json({ method: 'POST', path: '/v1/conversations/{conversation_id}/webrtc', query: [] }, input, options),
    /** The record of a conversation. For the caller, with the conversation's token, or with `conversations:read`. */
    getConversation: (input: GetConversationInput, options?: CallOptions): Promise<GetConversationOutput> =>
      transport.json({ method: 'GET', path: '/v1/conversations/{conversation_id}', query: [] }, input, options),
    /** Whom one can talk to here. Agents that ship with the server and published flows. Open to all: a page asks before anybody has signed in. Open to all. */
    listAgents: (options?: CallOptions): Promise<ListAgentsOutput> =>
      transport.json({ method: 'GET', path: '/v1/agents', query: [] }, {}, options),
    /** Conversations, newest first. Needs `conversations:read`: Read conversations, their turns and what came of them. */
    listConversations: (input: ListConversationsInput = {}, options?: CallOptions): Promise<ListConversationsOutput> =>
      transport.json({ method: 'GET', path: '/v1/conversations', query: ['cursor', 'limit'] }, input, options),
    /** Open a conversation. Open to all, within limits, so that a page can offer it to anybody: the answer holds a token that opens this conversation and no other. Open to all. */
    openConversation: (input: OpenConversationInput = {}, options?: CallOptions): Promise<OpenConversationOutput> =>
      transport.json({ method: 'POST', path: '/v1/conversations', query: [] }, input, options),
  };
}
