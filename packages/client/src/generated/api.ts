// Made from the OpenAPI document by `npm run client`. Change the routes in packages/contract and make it anew.
import type { CallOptions, Transport } from '../call.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type AcceptHandoffInput = {
  readonly handoff_id: string;
  readonly body: {
    readonly sdp: string;
  };
};

export type AcceptHandoffOutput = {
  readonly sdp: string;
};

export type AcceptInvitationInput = {
  readonly body: {
    readonly token: string;
    /** At least 12 characters; not a common password, not made of the name or the e-mail address. */
    readonly password: string;
    readonly name?: string;
  };
};

export type AcceptInvitationOutput = {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
  readonly status: 'invited' | 'active' | 'disabled';
  readonly created_at: string;
  readonly last_signed_in_at: string | null;
};

export type AnnotateTurnInput = {
  readonly conversation_id: string;
  readonly turn_number: number;
  readonly body: {
    /** Null: nobody has said. */
    readonly is_correct_intent?: boolean | null;
    /** What it should have been. */
    readonly corrected_intent?: string | null;
    readonly annotation_notes?: string | null;
  };
};

export type AnnotateTurnOutput = {
  /** Null: nobody has said. */
  readonly is_correct_intent: boolean | null;
  /** What it should have been. */
  readonly corrected_intent: string | null;
  readonly annotation_notes: string | null;
  readonly turn_number: number;
};

export type AnswerWebrtcOfferInput = {
  readonly conversation_id: string;
  readonly body: {
    readonly sdp: string;
  };
};

export type AnswerWebrtcOfferOutput = {
  readonly sdp: string;
};

export type ArchiveFlowInput = {
  readonly flow_id: string;
};

export type ChangePasswordInput = {
  readonly body: {
    readonly current_password: string;
    /** At least 12 characters; not a common password, not made of the name or the e-mail address. */
    readonly new_password: string;
  };
};

export type CompletePasswordResetInput = {
  readonly body: {
    readonly token: string;
    /** At least 12 characters; not a common password, not made of the name or the e-mail address. */
    readonly new_password: string;
  };
};

export type CreateApiKeyInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    readonly name: string;
    readonly kind?: 'api_key' | 'service';
    readonly permissions: readonly string[];
    /** Left out, it does not expire. */
    readonly expires_in_days?: number;
  };
};

export type CreateApiKeyOutput = {
  readonly api_key: {
    readonly api_key_id: string;
    /** `service`: a token of another program of the house, such as a media server. */
    readonly kind: 'api_key' | 'service';
    readonly name: string;
    /** How the key begins, to tell it from others. */
    readonly prefix: string;
    readonly permissions: readonly string[];
    readonly created_by: string | null;
    readonly created_at: string;
    readonly expires_at: string | null;
    /** To the minute. */
    readonly last_used_at: string | null;
    readonly revoked_at: string | null;
  };
  readonly key: string;
};

export type CreateCallInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    /** An international number, or a SIP address. */
    readonly to: string;
    /** One of the organization's numbers, which the person sees; the oldest one when left out. */
    readonly from?: string;
    /** Who answers; the server's default agent when neither this nor `flow_id` is given. */
    readonly agent_id?: string;
    /** A published flow, in place of `agent_id`. */
    readonly flow_id?: string;
    /** Who is called, in a system of yours. */
    readonly user_id?: string;
    /** What is known of the person: `name`, `appointment`, … */
    readonly context?: { readonly [name: string]: unknown };
    /** IANA zone of the person. */
    readonly time_zone?: string;
    readonly ring_timeout_seconds?: number;
    /** `hang_up`: when a machine answers, nothing is said. `talk`: the agent waits for the end of its greeting, and speaks then. Finding out takes up to four seconds after the answer. */
    readonly machine_detection?: 'off' | 'hang_up' | 'talk';
  };
};

export type CreateCallOutput = {
  readonly call_id: string;
  readonly conversation_id: string;
  readonly status: 'queued';
};

export type CreateFlowInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    readonly flow_name: string;
    readonly description?: string;
    /** The agent as data: docs/flows.md. Drafts are kept whatever is wrong with them. */
    readonly flow_definition?: { readonly [name: string]: unknown };
  };
};

export type CreateFlowOutput = {
  readonly flow_id: string;
  readonly flow_name: string;
  readonly description: string;
  /** Of the draft: its ETag. */
  readonly revision: number;
  /** The stable published version. */
  readonly version: number | null;
  /** Whether conversations can be opened with it. */
  readonly is_active: boolean;
  readonly traffic: {
    /** Answers all that the candidate does not; null: nothing is published. */
    readonly stable_version: number | null;
    /** A version on trial. */
    readonly candidate: {
      readonly version: number;
      readonly traffic_percentage: number;
    } | null;
  };
  readonly created_at: string;
  readonly updated_at: string;
  /** The draft. */
  readonly flow_definition: { readonly [name: string]: unknown } | null;
};

export type CreateIntegrationInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    /** Its operations become tools named NAME_OPERATION. */
    readonly name: string;
    readonly type: 'rest' | 'graphql' | 'soap' | 'sql';
    /** For `sql` the name of the credential that holds the connection, as `secret:NAME`. */
    readonly base_url: string;
    /** docs/integrations.md; secrets by name: `{"type":"bearer","token":{"secret":"API_TOKEN"}}`. */
    readonly auth?: { readonly [name: string]: unknown };
    /** Values of the secrets that `auth` names. Kept encrypted, never shown again; left out on a change: as they are. */
    readonly credentials?: { readonly [name: string]: string };
    /** `{"operations": [...]}` and further settings, as in docs/integrations.md. */
    readonly endpoint_mappings: { readonly [name: string]: unknown };
    readonly timeout_ms?: number;
    readonly rate_limit_per_minute?: number;
  };
};

export type CreateIntegrationOutput = {
  readonly integration_id: string;
  readonly name: string;
  readonly type: 'rest' | 'graphql' | 'soap' | 'sql';
  readonly base_url: string;
  readonly auth: { readonly [name: string]: unknown };
  /** Of the credentials that are kept; their values are never shown. */
  readonly credential_names: readonly string[];
  readonly endpoint_mappings: { readonly [name: string]: unknown };
  readonly timeout_ms: number;
  readonly rate_limit_per_minute: number;
  /** By these names flows call its operations. */
  readonly tools: readonly string[];
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
};

export type CreateOrganizationInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    readonly name: string;
    readonly region?: string;
    readonly admin: {
      readonly email: string;
      readonly name: string;
    };
  };
};

export type CreateOrganizationOutput = {
  readonly organization: {
    readonly organization_id: string;
    readonly name: string;
    /** Where its data may be; fixed when it is made. */
    readonly region: string | null;
    readonly settings: {
      /** Days by class of data; null keeps it, left out takes the server's default. */
      readonly retention_days?: {
        readonly transcripts?: number | null;
        readonly recordings?: number | null;
        readonly audit?: number | null;
        readonly events?: number | null;
        readonly contexts?: number | null;
      };
      readonly redaction?: {
        /** For each destination, what happens to each class of personal data. */
        readonly destinations?: { readonly [name: string]: { readonly [name: string]: 'off' | 'mask' | 'remove' } };
        /** Regular expressions of what is personal here, such as customer numbers; without looking around and referring back. */
        readonly custom_patterns?: readonly {
          readonly name: string;
          readonly pattern: string;
        }[];
      };
      readonly recording?: {
        /** `agent`: as each agent says for itself. `off` and `always` hold for all agents. */
        readonly mode?: 'off' | 'agent' | 'always';
        /** Said first in every recorded conversation, in place of the sentence that ships. */
        readonly consent_line?: string;
      };
      /** Pages of other origins that may talk to this organization from a browser. */
      readonly allowed_origins?: readonly string[];
      readonly limits?: {
        /** Live conversations at once. */
        readonly max_conversations?: number;
        readonly requests_per_minute?: number;
      };
      /** Who listens and speaks, in place of the server's own engines. GET /v1/providers says who there is. */
      readonly speech?: {
        /** What listens, in order of preference: the next takes over when one fails. */
        readonly recognizers?: readonly string[];
        /** What speaks, in order of preference: the next goes on from the first unheard word. */
        readonly voices?: readonly (
          | string
          | {
              /** Name of an engine, with its options behind a question mark. */
              readonly engine: string;
              /** The voice's id in the engine's own catalogue. */
              readonly voice?: string;
            }
        )[];
        /** For conversations in a locale (vi-VN) or a language (vi), in place of the above. */
        readonly by_locale?: {
          readonly [name: string]: {
            /** What listens, in order of preference: the next takes over when one fails. */
            readonly recognizers?: readonly string[];
            /** What speaks, in order of preference: the next goes on from the first unheard word. */
            readonly voices?: readonly (
              | string
              | {
                  /** Name of an engine, with its options behind a question mark. */
                  readonly engine: string;
                  /** The voice's id in the engine's own catalogue. */
                  readonly voice?: string;
                }
            )[];
          };
        };
        /** Whether the server's own engines stand in behind those named here. Left out: none, so that speech goes to nobody who is not named. */
        readonly fallbacks?: 'none' | 'server';
        /** Whether sentences that are said often are kept as sound. They are never kept when they hold personal data. */
        readonly cache?: boolean;
        /** Whether the next voice is asked too when the first is slower than it mostly is. Both are paid for then. */
        readonly hedge?: boolean;
        readonly prices?: {
          readonly currency: string;
          /** By engine, with options (`deepgram?model=nova-3`) or for all of that name. */
          readonly engines: {
            readonly [name: string]: {
              /** For a minute of sound recognised. */
              readonly per_minute?: number;
              /** For a thousand characters spoken. */
              readonly per_1000_characters?: number;
              readonly per_1m_input_tokens?: number;
              readonly per_1m_output_tokens?: number;
            };
          };
        };
        /** By provider, how many streams and sentences of the organization's own account may be open at once. */
        readonly limits?: { readonly [name: string]: number };
      };
    };
    readonly created_at: string;
  };
  readonly admin: {
    readonly user_id: string;
    readonly email: string;
    readonly name: string;
    readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
    readonly status: 'invited' | 'active' | 'disabled';
    readonly created_at: string;
    readonly last_signed_in_at: string | null;
  };
  readonly delivery: 'email' | 'link';
  readonly invitation_url: string | null;
  readonly expires_at: string;
};

export type CreatePhoneNumberInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    /** International (`+35315550100`; spaces are left out), or the user of a SIP address (`reception`). */
    readonly number: string;
    /** Who answers; the server's default agent when neither this nor `flow_id` is given. */
    readonly agent_id?: string;
    /** A published flow, in place of `agent_id`. */
    readonly flow_id?: string;
    /** By which way its calls come, and calls that show it go. Those that come by another are taken too. */
    readonly channel?: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork';
    /** For people. */
    readonly label?: string;
  };
};

export type CreatePhoneNumberOutput = {
  readonly phone_number_id: string;
  readonly number: string;
  readonly agent_id: string | null;
  readonly flow_id: string | null;
  readonly channel: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
  readonly label: string;
  readonly created_at: string;
  readonly updated_at: string;
};

export type CreatePrivacyErasureInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    /** An address of e-mail, a telephone number in any form, or the caller id of a channel. */
    readonly person: string;
    /** The same once more, to show that it was meant. */
    readonly confirm: string;
  };
};

export type CreatePrivacyErasureOutput = {
  readonly request_id: string;
  readonly kind: 'export' | 'erasure';
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** How many rows of what; `left.<table>.<column>` is where the person still occurs and somebody must look. */
  readonly figures: { readonly [name: string]: number };
  readonly created_at: string;
  readonly finished_at: string | null;
  /** Until when an export can be fetched. */
  readonly expires_at: string | null;
};

export type CreatePrivacyExportInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    /** An address of e-mail, a telephone number in any form, or the caller id of a channel. */
    readonly person: string;
  };
};

export type CreatePrivacyExportOutput = {
  readonly request_id: string;
  readonly kind: 'export' | 'erasure';
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** How many rows of what; `left.<table>.<column>` is where the person still occurs and somebody must look. */
  readonly figures: { readonly [name: string]: number };
  readonly created_at: string;
  readonly finished_at: string | null;
  /** Until when an export can be fetched. */
  readonly expires_at: string | null;
};

export type CreateWebhookInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    /** Where events are sent, by POST. Must be reachable from the server, at a public address. */
    readonly url: string;
    /** For people. */
    readonly description?: string;
    /** Which events are sent; empty: all, also those that come with later versions. */
    readonly event_types?: readonly (
      | 'conversation_started'
      | 'turn_completed'
      | 'intent_detected'
      | 'api_called'
      | 'conversation_ended'
      | 'handoff_requested'
      | 'recording_ready'
      | 'flow_published'
    )[];
  };
};

export type CreateWebhookOutput = {
  readonly webhook_id: string;
  readonly url: string;
  readonly description: string;
  readonly event_types: readonly string[];
  readonly is_active: boolean;
  /** `gone`: it answered 410. `failing`: nothing reached it for days. Null while it is active. */
  readonly disabled_reason: 'by_hand' | 'gone' | 'failing' | null;
  /** Null while deliveries reach it. */
  readonly failing_since: string | null;
  /** Until then both secrets sign. Null when there is only one. */
  readonly previous_secret_until: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  /** Signs every delivery. Shown this once: keep it where the receiver can read it. */
  readonly secret: string;
};

export type DeclineHandoffInput = {
  readonly handoff_id: string;
};

export type DeleteHumanAgentInput = {
  readonly user_id: string;
};

export type DeleteIntegrationInput = {
  readonly integration_id: string;
};

export type DeletePhoneNumberInput = {
  readonly phone_number_id: string;
};

export type DeleteProviderAccountInput = {
  readonly provider: string;
};

export type DeleteRecordingInput = {
  readonly recording_id: string;
};

export type DeleteUserInput = {
  readonly user_id: string;
};

export type DeleteWebhookInput = {
  readonly webhook_id: string;
};

export type DetectLanguageInput = {
  readonly body: {
    readonly text: string;
    /** Those that it may be; the fewer, the surer. */
    readonly languages?: readonly string[];
  };
};

export type DetectLanguageOutput = {
  /** Null when it has no words. */
  readonly language: string | null;
  readonly confidence: number;
};

export type EndConversationInput = {
  readonly conversation_id: string;
  readonly body?: {
    readonly reason?: 'completed' | 'abandoned' | 'transferred' | 'error';
    readonly user_feedback?: {
      readonly satisfaction_score: number;
    };
  };
};

export type EndConversationOutput = {
  readonly session_id: string;
  readonly duration_seconds: number;
  readonly turn_count: number;
  readonly summary: string;
};

export type GetBotStateInput = {
  readonly conversation_id: string;
};

export type GetBotStateOutput = {
  readonly conversation_id: string;
  readonly agent_id: string;
  readonly state: 'waiting' | 'listening' | 'processing' | 'responding' | 'ended';
  readonly since: string;
  /** It is in the memory of the server that answers; otherwise it is as it was stored last. */
  readonly is_live: boolean;
  /** Since it came into the memory of this server. */
  readonly counters: {
    readonly replies: number;
    readonly interruptions: number;
    readonly actions: number;
    readonly troubles: number;
  };
};

export type GetCallInput = {
  readonly call_id: string;
};

export type GetCallOutput = {
  readonly call_id: string;
  readonly conversation_id: string;
  readonly direction: 'inbound' | 'outbound';
  /** Null until a way is found for a call from here. */
  readonly channel: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
  /** Null once it was erased, or is older than it may be kept. */
  readonly from: string | null;
  readonly to: string | null;
  readonly status: 'queued' | 'ringing' | 'in_progress' | 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled';
  readonly created_at: string;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
  /** `far`: they hung up. `here`: the agent did. `network`: what carries the call failed. */
  readonly ended_by: 'far' | 'here' | 'network' | null;
  /** Talked: `completed` (the agent was done, or it was ended here), `hung_up` (they did), `transferred`, `silence`, `max_duration`, `replaced` (by another connection), `network_lost`, `shutdown` (the server was stopped), `server_lost` (it died). Never talked: `busy`, `no_answer`, `refused`, `unreachable`, `canceled`, `machine`. Either: `error` (the log says what). */
  readonly end_reason:
    | 'completed'
    | 'hung_up'
    | 'transferred'
    | 'silence'
    | 'max_duration'
    | 'replaced'
    | 'network_lost'
    | 'shutdown'
    | 'server_lost'
    | 'busy'
    | 'no_answer'
    | 'refused'
    | 'unreachable'
    | 'canceled'
    | 'machine'
    | 'error'
    | null;
  /** What the network said of it, for people; null once it is older than it may be kept. */
  readonly end_detail: string | null;
  /** Of a call from here, where it was to be found out. */
  readonly answered_by: 'person' | 'machine' | 'unknown' | null;
  /** From the answer to the end. */
  readonly duration_seconds: number | null;
  /** Null until the call is over. */
  readonly quality: {
    readonly codec: string;
    readonly packets_received: number;
    /** On the way to the server. */
    readonly packets_lost: number;
    /** That came after they should have been heard. */
    readonly packets_late: number;
    readonly packets_sent: number;
    readonly jitter_ms: number | null;
    /** What the far side says was lost of what was sent to it. */
    readonly far_lost_share: number | null;
    readonly far_jitter_ms: number | null;
    readonly round_trip_ms: number | null;
  } | null;
  /** To whom it was to be put through, and what came of it. */
  readonly transfers: readonly {
    readonly at: string;
    readonly kind: string;
    readonly target: string;
    readonly outcome: string;
  }[];
  /** A recording that the vendor made. */
  readonly vendor_recording_url: string | null;
  /** How long it is. */
  readonly vendor_recording_seconds: number | null;
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
    readonly annotation: {
      /** Null: nobody has said. */
      readonly is_correct_intent: boolean | null;
      /** What it should have been. */
      readonly corrected_intent: string | null;
      readonly annotation_notes: string | null;
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
  readonly recordings: readonly {
    readonly recording_id: string;
    readonly conversation_id: string;
    /** `interrupted`: the server died or its store went away; what is there can be heard. */
    readonly status: 'recording' | 'complete' | 'interrupted' | 'deleted';
    readonly started_at: string;
    readonly ended_at: string | null;
    /** Null while it is being made. */
    readonly duration_ms: number | null;
    /** In the store. */
    readonly bytes: number | null;
    readonly channels: number;
    readonly sample_rate_hz: number;
    /** Where it is silent because a secret was said, or because it was paused. */
    readonly pauses: readonly {
      readonly from_ms: number;
      readonly to_ms: number | null;
    }[];
    /** When it is deleted; null: not by itself. */
    readonly expires_at: string | null;
    /** The path of its sound on this server. */
    readonly audio_url: string;
  }[];
  /** Who called whom, and how the line was. */
  readonly call: {
    readonly call_id: string;
    readonly conversation_id: string;
    readonly direction: 'inbound' | 'outbound';
    /** Null until a way is found for a call from here. */
    readonly channel: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
    /** Null once it was erased, or is older than it may be kept. */
    readonly from: string | null;
    readonly to: string | null;
    readonly status: 'queued' | 'ringing' | 'in_progress' | 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled';
    readonly created_at: string;
    readonly answered_at: string | null;
    readonly ended_at: string | null;
    /** `far`: they hung up. `here`: the agent did. `network`: what carries the call failed. */
    readonly ended_by: 'far' | 'here' | 'network' | null;
    /** Talked: `completed` (the agent was done, or it was ended here), `hung_up` (they did), `transferred`, `silence`, `max_duration`, `replaced` (by another connection), `network_lost`, `shutdown` (the server was stopped), `server_lost` (it died). Never talked: `busy`, `no_answer`, `refused`, `unreachable`, `canceled`, `machine`. Either: `error` (the log says what). */
    readonly end_reason:
      | 'completed'
      | 'hung_up'
      | 'transferred'
      | 'silence'
      | 'max_duration'
      | 'replaced'
      | 'network_lost'
      | 'shutdown'
      | 'server_lost'
      | 'busy'
      | 'no_answer'
      | 'refused'
      | 'unreachable'
      | 'canceled'
      | 'machine'
      | 'error'
      | null;
    /** What the network said of it, for people; null once it is older than it may be kept. */
    readonly end_detail: string | null;
    /** Of a call from here, where it was to be found out. */
    readonly answered_by: 'person' | 'machine' | 'unknown' | null;
    /** From the answer to the end. */
    readonly duration_seconds: number | null;
    /** Null until the call is over. */
    readonly quality: {
      readonly codec: string;
      readonly packets_received: number;
      /** On the way to the server. */
      readonly packets_lost: number;
      /** That came after they should have been heard. */
      readonly packets_late: number;
      readonly packets_sent: number;
      readonly jitter_ms: number | null;
      /** What the far side says was lost of what was sent to it. */
      readonly far_lost_share: number | null;
      readonly far_jitter_ms: number | null;
      readonly round_trip_ms: number | null;
    } | null;
    /** To whom it was to be put through, and what came of it. */
    readonly transfers: readonly {
      readonly at: string;
      readonly kind: string;
      readonly target: string;
      readonly outcome: string;
    }[];
    /** A recording that the vendor made. */
    readonly vendor_recording_url: string | null;
    /** How long it is. */
    readonly vendor_recording_seconds: number | null;
  } | null;
  /** What it took of engines and models; complete a moment after it is over. */
  readonly usage: readonly {
    readonly kind: 'recognition' | 'synthesis' | 'language_model';
    readonly engine: string;
    readonly unit: 'requests' | 'audio_ms' | 'characters' | 'cached_characters' | 'input_tokens' | 'output_tokens';
    readonly quantity: number;
    /** Millionths of the currency; null where nobody set a price. */
    readonly cost_micros: number | null;
    readonly currency: string | null;
  }[];
};

export type GetFlowInput = {
  readonly flow_id: string;
};

export type GetFlowOutput = {
  readonly flow_id: string;
  readonly flow_name: string;
  readonly description: string;
  /** Of the draft: its ETag. */
  readonly revision: number;
  /** The stable published version. */
  readonly version: number | null;
  /** Whether conversations can be opened with it. */
  readonly is_active: boolean;
  readonly traffic: {
    /** Answers all that the candidate does not; null: nothing is published. */
    readonly stable_version: number | null;
    /** A version on trial. */
    readonly candidate: {
      readonly version: number;
      readonly traffic_percentage: number;
    } | null;
  };
  readonly created_at: string;
  readonly updated_at: string;
  /** The draft. */
  readonly flow_definition: { readonly [name: string]: unknown } | null;
};

export type GetFlowVersionInput = {
  readonly flow_id: string;
  readonly version: number;
};

export type GetFlowVersionOutput = {
  readonly version: number;
  readonly note: string;
  readonly published_at: string;
  readonly created_by: string;
  readonly flow_id: string;
  /** The agent as data: docs/flows.md. Drafts are kept whatever is wrong with them. */
  readonly flow_definition: { readonly [name: string]: unknown };
};

export type GetIntegrationInput = {
  readonly integration_id: string;
};

export type GetIntegrationOutput = {
  readonly integration_id: string;
  readonly name: string;
  readonly type: 'rest' | 'graphql' | 'soap' | 'sql';
  readonly base_url: string;
  readonly auth: { readonly [name: string]: unknown };
  /** Of the credentials that are kept; their values are never shown. */
  readonly credential_names: readonly string[];
  readonly endpoint_mappings: { readonly [name: string]: unknown };
  readonly timeout_ms: number;
  readonly rate_limit_per_minute: number;
  /** By these names flows call its operations. */
  readonly tools: readonly string[];
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
};

export type GetMeOutput = {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
  readonly status: 'invited' | 'active' | 'disabled';
  readonly created_at: string;
  readonly last_signed_in_at: string | null;
  readonly organization: {
    readonly organization_id: string;
    readonly name: string;
  };
  readonly permissions: readonly string[];
  /** Null for who answers no conversations. */
  readonly human_agent: {
    readonly user_id: string;
    readonly name: string;
    readonly skill_tags: readonly string[];
    readonly max_concurrent_sessions: number;
    readonly is_online: boolean;
  } | null;
};

export type GetMetricsInput = {
  readonly format?: 'json' | 'prometheus';
};

export type GetOrganizationOutput = {
  readonly organization_id: string;
  readonly name: string;
  /** Where its data may be; fixed when it is made. */
  readonly region: string | null;
  readonly settings: {
    /** Days by class of data; null keeps it, left out takes the server's default. */
    readonly retention_days?: {
      readonly transcripts?: number | null;
      readonly recordings?: number | null;
      readonly audit?: number | null;
      readonly events?: number | null;
      readonly contexts?: number | null;
    };
    readonly redaction?: {
      /** For each destination, what happens to each class of personal data. */
      readonly destinations?: { readonly [name: string]: { readonly [name: string]: 'off' | 'mask' | 'remove' } };
      /** Regular expressions of what is personal here, such as customer numbers; without looking around and referring back. */
      readonly custom_patterns?: readonly {
        readonly name: string;
        readonly pattern: string;
      }[];
    };
    readonly recording?: {
      /** `agent`: as each agent says for itself. `off` and `always` hold for all agents. */
      readonly mode?: 'off' | 'agent' | 'always';
      /** Said first in every recorded conversation, in place of the sentence that ships. */
      readonly consent_line?: string;
    };
    /** Pages of other origins that may talk to this organization from a browser. */
    readonly allowed_origins?: readonly string[];
    readonly limits?: {
      /** Live conversations at once. */
      readonly max_conversations?: number;
      readonly requests_per_minute?: number;
    };
    /** Who listens and speaks, in place of the server's own engines. GET /v1/providers says who there is. */
    readonly speech?: {
      /** What listens, in order of preference: the next takes over when one fails. */
      readonly recognizers?: readonly string[];
      /** What speaks, in order of preference: the next goes on from the first unheard word. */
      readonly voices?: readonly (
        | string
        | {
            /** Name of an engine, with its options behind a question mark. */
            readonly engine: string;
            /** The voice's id in the engine's own catalogue. */
            readonly voice?: string;
          }
      )[];
      /** For conversations in a locale (vi-VN) or a language (vi), in place of the above. */
      readonly by_locale?: {
        readonly [name: string]: {
          /** What listens, in order of preference: the next takes over when one fails. */
          readonly recognizers?: readonly string[];
          /** What speaks, in order of preference: the next goes on from the first unheard word. */
          readonly voices?: readonly (
            | string
            | {
                /** Name of an engine, with its options behind a question mark. */
                readonly engine: string;
                /** The voice's id in the engine's own catalogue. */
                readonly voice?: string;
              }
          )[];
        };
      };
      /** Whether the server's own engines stand in behind those named here. Left out: none, so that speech goes to nobody who is not named. */
      readonly fallbacks?: 'none' | 'server';
      /** Whether sentences that are said often are kept as sound. They are never kept when they hold personal data. */
      readonly cache?: boolean;
      /** Whether the next voice is asked too when the first is slower than it mostly is. Both are paid for then. */
      readonly hedge?: boolean;
      readonly prices?: {
        readonly currency: string;
        /** By engine, with options (`deepgram?model=nova-3`) or for all of that name. */
        readonly engines: {
          readonly [name: string]: {
            /** For a minute of sound recognised. */
            readonly per_minute?: number;
            /** For a thousand characters spoken. */
            readonly per_1000_characters?: number;
            readonly per_1m_input_tokens?: number;
            readonly per_1m_output_tokens?: number;
          };
        };
      };
      /** By provider, how many streams and sentences of the organization's own account may be open at once. */
      readonly limits?: { readonly [name: string]: number };
    };
  };
  readonly created_at: string;
};

export type GetPhoneNumberInput = {
  readonly phone_number_id: string;
};

export type GetPhoneNumberOutput = {
  readonly phone_number_id: string;
  readonly number: string;
  readonly agent_id: string | null;
  readonly flow_id: string | null;
  readonly channel: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
  readonly label: string;
  readonly created_at: string;
  readonly updated_at: string;
};

export type GetPrivacyExportFileInput = {
  readonly request_id: string;
};

export type GetPrivacyRequestInput = {
  readonly request_id: string;
};

export type GetPrivacyRequestOutput = {
  readonly request_id: string;
  readonly kind: 'export' | 'erasure';
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** How many rows of what; `left.<table>.<column>` is where the person still occurs and somebody must look. */
  readonly figures: { readonly [name: string]: number };
  readonly created_at: string;
  readonly finished_at: string | null;
  /** Until when an export can be fetched. */
  readonly expires_at: string | null;
};

export type GetRecordingInput = {
  readonly recording_id: string;
};

export type GetRecordingOutput = {
  readonly recording_id: string;
  readonly conversation_id: string;
  /** `interrupted`: the server died or its store went away; what is there can be heard. */
  readonly status: 'recording' | 'complete' | 'interrupted' | 'deleted';
  readonly started_at: string;
  readonly ended_at: string | null;
  /** Null while it is being made. */
  readonly duration_ms: number | null;
  /** In the store. */
  readonly bytes: number | null;
  readonly channels: number;
  readonly sample_rate_hz: number;
  /** Where it is silent because a secret was said, or because it was paused. */
  readonly pauses: readonly {
    readonly from_ms: number;
    readonly to_ms: number | null;
  }[];
  /** When it is deleted; null: not by itself. */
  readonly expires_at: string | null;
  /** The path of its sound on this server. */
  readonly audio_url: string;
};

export type GetRecordingAudioInput = {
  readonly recording_id: string;
  /** `both` is stereo; `mix` is both in one channel. */
  readonly channel?: 'both' | 'caller' | 'agent' | 'mix';
};

export type GetSignInMethodsOutput = {
  /** Where to send the browser to sign in with the OpenID provider; add `?return_to=/path` to come back to a path of this server. Null when there is none. */
  readonly oidc_start_url: string | null;
  /** Whether a forgotten password can be reset by mail. */
  readonly sends_mail: boolean;
};

export type GetUsageInput = {
  /** The first day, in UTC; left out: 30 days before the last. */
  readonly from?: string;
  /** The last day, in UTC; left out: today. */
  readonly to?: string;
};

export type GetUsageOutput = {
  readonly from: string;
  readonly to: string;
  readonly days: readonly {
    readonly day: string;
    readonly kind: 'recognition' | 'synthesis' | 'language_model';
    readonly engine: string;
    /** `audio_ms`, `characters`, `input_tokens`, … */
    readonly unit: string;
    readonly quantity: number;
    /** Millionths of the currency; null without a price. */
    readonly cost_micros: number | null;
    readonly currency: string | null;
  }[];
  /** False when there is more than an answer holds: ask for fewer days. */
  readonly is_whole: boolean;
};

export type GetUserInput = {
  readonly user_id: string;
};

export type GetUserOutput = {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
  readonly status: 'invited' | 'active' | 'disabled';
  readonly created_at: string;
  readonly last_signed_in_at: string | null;
};

export type GetWebhookInput = {
  readonly webhook_id: string;
};

export type GetWebhookOutput = {
  readonly webhook_id: string;
  readonly url: string;
  readonly description: string;
  readonly event_types: readonly string[];
  readonly is_active: boolean;
  /** `gone`: it answered 410. `failing`: nothing reached it for days. Null while it is active. */
  readonly disabled_reason: 'by_hand' | 'gone' | 'failing' | null;
  /** Null while deliveries reach it. */
  readonly failing_since: string | null;
  /** Until then both secrets sign. Null when there is only one. */
  readonly previous_secret_until: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
};

export type GetWebhookDeliveryInput = {
  readonly webhook_id: string;
  readonly delivery_id: string;
};

export type GetWebhookDeliveryOutput = {
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly conversation_id: string | null;
  readonly status: 'waiting' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly last_attempt_at: string | null;
  /** The HTTP status of the last answer, if there was one. */
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly delivered_at: string | null;
  /** The body as it is sent; null once the data of the person it tells of were erased. */
  readonly event: {
    /** The same when the same event comes again: remember it to act once. */
    readonly id: string;
    /** Such as conversation_started, turn_completed, intent_detected. */
    readonly type: string;
    readonly version: 1;
    readonly organization_id: string;
    /** Null for what belongs to no conversation. */
    readonly conversation_id: string | null;
    readonly occurred_at: string;
    readonly data: { readonly [name: string]: unknown };
  } | null;
};

export type HangUpCallInput = {
  readonly call_id: string;
};

export type HangUpCallOutput = {
  readonly call_id: string;
  readonly conversation_id: string;
  readonly direction: 'inbound' | 'outbound';
  /** Null until a way is found for a call from here. */
  readonly channel: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
  /** Null once it was erased, or is older than it may be kept. */
  readonly from: string | null;
  readonly to: string | null;
  readonly status: 'queued' | 'ringing' | 'in_progress' | 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled';
  readonly created_at: string;
  readonly answered_at: string | null;
  readonly ended_at: string | null;
  /** `far`: they hung up. `here`: the agent did. `network`: what carries the call failed. */
  readonly ended_by: 'far' | 'here' | 'network' | null;
  /** Talked: `completed` (the agent was done, or it was ended here), `hung_up` (they did), `transferred`, `silence`, `max_duration`, `replaced` (by another connection), `network_lost`, `shutdown` (the server was stopped), `server_lost` (it died). Never talked: `busy`, `no_answer`, `refused`, `unreachable`, `canceled`, `machine`. Either: `error` (the log says what). */
  readonly end_reason:
    | 'completed'
    | 'hung_up'
    | 'transferred'
    | 'silence'
    | 'max_duration'
    | 'replaced'
    | 'network_lost'
    | 'shutdown'
    | 'server_lost'
    | 'busy'
    | 'no_answer'
    | 'refused'
    | 'unreachable'
    | 'canceled'
    | 'machine'
    | 'error'
    | null;
  /** What the network said of it, for people; null once it is older than it may be kept. */
  readonly end_detail: string | null;
  /** Of a call from here, where it was to be found out. */
  readonly answered_by: 'person' | 'machine' | 'unknown' | null;
  /** From the answer to the end. */
  readonly duration_seconds: number | null;
  /** Null until the call is over. */
  readonly quality: {
    readonly codec: string;
    readonly packets_received: number;
    /** On the way to the server. */
    readonly packets_lost: number;
    /** That came after they should have been heard. */
    readonly packets_late: number;
    readonly packets_sent: number;
    readonly jitter_ms: number | null;
    /** What the far side says was lost of what was sent to it. */
    readonly far_lost_share: number | null;
    readonly far_jitter_ms: number | null;
    readonly round_trip_ms: number | null;
  } | null;
  /** To whom it was to be put through, and what came of it. */
  readonly transfers: readonly {
    readonly at: string;
    readonly kind: string;
    readonly target: string;
    readonly outcome: string;
  }[];
  /** A recording that the vendor made. */
  readonly vendor_recording_url: string | null;
  /** How long it is. */
  readonly vendor_recording_seconds: number | null;
};

export type InviteUserInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    readonly email: string;
    readonly name: string;
    readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
  };
};

export type InviteUserOutput = {
  /** `link`: this server sends no mail; hand on the `url` yourself. */
  readonly delivery: 'email' | 'link';
  /** Shown once, and only when it was not sent by mail. Works once. */
  readonly url: string | null;
  readonly expires_at: string;
  readonly user: {
    readonly user_id: string;
    readonly email: string;
    readonly name: string;
    readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
    readonly status: 'invited' | 'active' | 'disabled';
    readonly created_at: string;
    readonly last_signed_in_at: string | null;
  };
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

export type ListApiKeysInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
};

export type ListApiKeysOutput = {
  readonly api_keys: readonly {
    readonly api_key_id: string;
    /** `service`: a token of another program of the house, such as a media server. */
    readonly kind: 'api_key' | 'service';
    readonly name: string;
    /** How the key begins, to tell it from others. */
    readonly prefix: string;
    readonly permissions: readonly string[];
    readonly created_by: string | null;
    readonly created_at: string;
    readonly expires_at: string | null;
    /** To the minute. */
    readonly last_used_at: string | null;
    readonly revoked_at: string | null;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListAuditLogsInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
  /** As it stands in the answer. */
  readonly actor?: string;
  /** `users:write`; `users:*` for all of a resource. */
  readonly action?: string;
  readonly resource_type?: string;
  readonly resource_id?: string;
  readonly trace_id?: string;
  /** At or after this moment. */
  readonly from?: string;
  /** Before this moment. */
  readonly to?: string;
};

export type ListAuditLogsOutput = {
  readonly audit_logs: readonly {
    readonly audit_id: number;
    readonly at: string;
    /** Who: `user:<id>`, `api_key:<id>`, `service:<id>`, `operator`, `anonymous`. */
    readonly actor: string;
    /** What was done, as `resource:verb`. */
    readonly action: string;
    readonly resource_type: string;
    readonly resource_id: string | null;
    /** The state before; null where there was none. People who were erased are `[erased]`. */
    readonly before: unknown;
    readonly after: unknown;
    readonly client_address: string | null;
    readonly trace_id: string | null;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListCallsInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
  /** Only the one of this conversation. */
  readonly conversation_id?: string;
  readonly direction?: 'inbound' | 'outbound';
  readonly status?: 'queued' | 'ringing' | 'in_progress' | 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled';
};

export type ListCallsOutput = {
  readonly calls: readonly {
    readonly call_id: string;
    readonly conversation_id: string;
    readonly direction: 'inbound' | 'outbound';
    /** Null until a way is found for a call from here. */
    readonly channel: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
    /** Null once it was erased, or is older than it may be kept. */
    readonly from: string | null;
    readonly to: string | null;
    readonly status: 'queued' | 'ringing' | 'in_progress' | 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled';
    readonly created_at: string;
    readonly answered_at: string | null;
    readonly ended_at: string | null;
    /** `far`: they hung up. `here`: the agent did. `network`: what carries the call failed. */
    readonly ended_by: 'far' | 'here' | 'network' | null;
    /** Talked: `completed` (the agent was done, or it was ended here), `hung_up` (they did), `transferred`, `silence`, `max_duration`, `replaced` (by another connection), `network_lost`, `shutdown` (the server was stopped), `server_lost` (it died). Never talked: `busy`, `no_answer`, `refused`, `unreachable`, `canceled`, `machine`. Either: `error` (the log says what). */
    readonly end_reason:
      | 'completed'
      | 'hung_up'
      | 'transferred'
      | 'silence'
      | 'max_duration'
      | 'replaced'
      | 'network_lost'
      | 'shutdown'
      | 'server_lost'
      | 'busy'
      | 'no_answer'
      | 'refused'
      | 'unreachable'
      | 'canceled'
      | 'machine'
      | 'error'
      | null;
    /** What the network said of it, for people; null once it is older than it may be kept. */
    readonly end_detail: string | null;
    /** Of a call from here, where it was to be found out. */
    readonly answered_by: 'person' | 'machine' | 'unknown' | null;
    /** From the answer to the end. */
    readonly duration_seconds: number | null;
    /** Null until the call is over. */
    readonly quality: {
      readonly codec: string;
      readonly packets_received: number;
      /** On the way to the server. */
      readonly packets_lost: number;
      /** That came after they should have been heard. */
      readonly packets_late: number;
      readonly packets_sent: number;
      readonly jitter_ms: number | null;
      /** What the far side says was lost of what was sent to it. */
      readonly far_lost_share: number | null;
      readonly far_jitter_ms: number | null;
      readonly round_trip_ms: number | null;
    } | null;
    /** To whom it was to be put through, and what came of it. */
    readonly transfers: readonly {
      readonly at: string;
      readonly kind: string;
      readonly target: string;
      readonly outcome: string;
    }[];
    /** A recording that the vendor made. */
    readonly vendor_recording_url: string | null;
    /** How long it is. */
    readonly vendor_recording_seconds: number | null;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListConversationsInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
  /** Spoken with this agent. */
  readonly agent_id?: string;
  readonly channel_type?: 'voice' | 'chat' | 'api';
  /** `new`: nobody has said anything yet; `active`: it goes on; `ended`. */
  readonly state?: 'new' | 'active' | 'ended';
  /** Begun at this time or later. */
  readonly from?: string;
  /** Begun before this time. */
  readonly to?: string;
  /** Exactly as it was given at the start. */
  readonly caller_id?: string;
  /** Some turn was understood as this intent. */
  readonly intent?: string;
  /** Rated so or better, 1 to 5. */
  readonly min_satisfaction?: number;
  /** Rated so or worse, 1 to 5. */
  readonly max_satisfaction?: number;
  /** Words that were said in one turn, by either side, in any order; "in quotes" one after the other; `or`; `-not`. Capitals and marks make no difference: `dat ban` finds `Đặt bàn`. */
  readonly q?: string;
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
    readonly state: 'new' | 'active' | 'ended';
    readonly caller_id: string | null;
    readonly user_satisfaction_score: number | null;
    readonly snippet: {
      readonly turn_number: number;
      readonly speaker: 'user' | 'bot';
      readonly text: string;
      readonly highlights: readonly {
        readonly start: number;
        readonly end: number;
      }[];
    } | null;
  }[];
  readonly next_cursor: string | null;
};

export type ListFlowVersionsInput = {
  readonly flow_id: string;
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
};

export type ListFlowVersionsOutput = {
  readonly versions: readonly {
    readonly version: number;
    readonly note: string;
    readonly published_at: string;
    readonly created_by: string;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListFlowsInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
};

export type ListFlowsOutput = {
  readonly flows: readonly {
    readonly flow_id: string;
    readonly flow_name: string;
    readonly description: string;
    /** Of the draft: its ETag. */
    readonly revision: number;
    /** The stable published version. */
    readonly version: number | null;
    /** Whether conversations can be opened with it. */
    readonly is_active: boolean;
    readonly traffic: {
      /** Answers all that the candidate does not; null: nothing is published. */
      readonly stable_version: number | null;
      /** A version on trial. */
      readonly candidate: {
        readonly version: number;
        readonly traffic_percentage: number;
      } | null;
    };
    readonly created_at: string;
    readonly updated_at: string;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListHandoffsOutput = {
  readonly handoffs: readonly {
    readonly handoff_id: string;
    readonly conversation_id: string;
    /** Who calls, as the network tells it. */
    readonly caller: string;
    /** The number that they called. */
    readonly called: string;
    /** The agent that they talked with. */
    readonly agent: string;
    /** What it is about, in a sentence or two. */
    readonly brief: string;
    /** What was said last, line by line, or what the agent has to say of it. */
    readonly summary: string;
    /** BCP 47. */
    readonly language: string;
    readonly since: string;
    /** How long the caller waits. */
    readonly until: string;
  }[];
  /** For the connection of whoever takes a caller. */
  readonly ice_servers: readonly {
    readonly urls: readonly string[];
    readonly username?: string;
    readonly credential?: string;
  }[];
};

export type ListHumanAgentsInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
};

export type ListHumanAgentsOutput = {
  readonly human_agents: readonly {
    readonly user_id: string;
    readonly name: string;
    readonly skill_tags: readonly string[];
    readonly max_concurrent_sessions: number;
    readonly is_online: boolean;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListIntegrationsInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
};

export type ListIntegrationsOutput = {
  readonly integrations: readonly {
    readonly integration_id: string;
    readonly name: string;
    readonly type: 'rest' | 'graphql' | 'soap' | 'sql';
    readonly base_url: string;
    readonly auth: { readonly [name: string]: unknown };
    /** Of the credentials that are kept; their values are never shown. */
    readonly credential_names: readonly string[];
    readonly endpoint_mappings: { readonly [name: string]: unknown };
    readonly timeout_ms: number;
    readonly rate_limit_per_minute: number;
    /** By these names flows call its operations. */
    readonly tools: readonly string[];
    readonly version: number;
    readonly created_at: string;
    readonly updated_at: string;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListPhoneNumbersInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
};

export type ListPhoneNumbersOutput = {
  readonly phone_numbers: readonly {
    readonly phone_number_id: string;
    readonly number: string;
    readonly agent_id: string | null;
    readonly flow_id: string | null;
    readonly channel: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
    readonly label: string;
    readonly created_at: string;
    readonly updated_at: string;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListProvidersOutput = {
  readonly providers: readonly {
    readonly provider: string;
    readonly title: string;
    readonly account: {
      /** Whose account is used: `server` is the one of whoever runs the server, `none` says that one must be set first. */
      readonly source: 'not_needed' | 'server' | 'organization' | 'none';
      readonly label: string | null;
      /** The end of the key, to recognise it by. */
      readonly hint: string | null;
      /** What of the organization's own account is no secret, such as a region. */
      readonly values: { readonly [name: string]: string };
      readonly updated_at: string | null;
    };
    /** A JSON Schema of what PUT takes as `account`. */
    readonly account_schema: { readonly [name: string]: unknown };
    /** Whether the organization can set an account of its own. */
    readonly takes_account: boolean;
    readonly recognizers: readonly {
      /** By which settings name it, with options behind a question mark. */
      readonly name: string;
      readonly title: string;
      /** A JSON Schema. */
      readonly options_schema: { readonly [name: string]: unknown };
      /** BCP 47 tags; one without a region stands for all of them. `any`: as whoever runs it decides. Null: it depends on options that must be given. */
      readonly languages: 'any' | readonly string[] | null;
      readonly abilities: {
        readonly partials: boolean;
        readonly word_times: boolean;
        readonly turn_events: boolean;
        readonly vocabulary: 'grammar' | 'key-terms' | 'prompt' | 'none';
        readonly phone_audio: boolean;
      };
    }[];
    readonly synthesizers: readonly {
      /** By which settings name it, with options behind a question mark. */
      readonly name: string;
      readonly title: string;
      /** A JSON Schema. */
      readonly options_schema: { readonly [name: string]: unknown };
      /** BCP 47 tags; one without a region stands for all of them. `any`: as whoever runs it decides. Null: it depends on options that must be given. */
      readonly languages: 'any' | readonly string[] | null;
      readonly abilities: {
        readonly word_times: boolean;
        readonly ssml: boolean;
        readonly stitching: boolean;
        readonly phone_audio: boolean;
      };
    }[];
    readonly language_models: readonly {
      /** By which settings name it, with options behind a question mark. */
      readonly name: string;
      readonly title: string;
      /** A JSON Schema. */
      readonly options_schema: { readonly [name: string]: unknown };
    }[];
  }[];
};

export type ListRecordingsInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
  /** Only those of this conversation. */
  readonly conversation_id?: string;
};

export type ListRecordingsOutput = {
  readonly recordings: readonly {
    readonly recording_id: string;
    readonly conversation_id: string;
    /** `interrupted`: the server died or its store went away; what is there can be heard. */
    readonly status: 'recording' | 'complete' | 'interrupted' | 'deleted';
    readonly started_at: string;
    readonly ended_at: string | null;
    /** Null while it is being made. */
    readonly duration_ms: number | null;
    /** In the store. */
    readonly bytes: number | null;
    readonly channels: number;
    readonly sample_rate_hz: number;
    /** Where it is silent because a secret was said, or because it was paused. */
    readonly pauses: readonly {
      readonly from_ms: number;
      readonly to_ms: number | null;
    }[];
    /** When it is deleted; null: not by itself. */
    readonly expires_at: string | null;
    /** The path of its sound on this server. */
    readonly audio_url: string;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListUsersInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
};

export type ListUsersOutput = {
  readonly users: readonly {
    readonly user_id: string;
    readonly email: string;
    readonly name: string;
    readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
    readonly status: 'invited' | 'active' | 'disabled';
    readonly created_at: string;
    readonly last_signed_in_at: string | null;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListVoicesInput = {
  /** BCP 47, such as `vi-VN`. */
  readonly language?: string;
};

export type ListVoicesOutput = {
  readonly voices: readonly {
    readonly engine: string;
    /** Its id in the engine's own catalogue. */
    readonly voice: string;
    readonly title: string;
    readonly language: string;
  }[];
};

export type ListWebhookDeliveriesInput = {
  readonly webhook_id: string;
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
  readonly status?: 'waiting' | 'delivered' | 'given_up';
};

export type ListWebhookDeliveriesOutput = {
  readonly deliveries: readonly {
    readonly delivery_id: string;
    readonly webhook_id: string;
    readonly event_id: string;
    readonly event_type: string;
    readonly conversation_id: string | null;
    readonly status: 'waiting' | 'delivered' | 'given_up';
    readonly attempts: number;
    readonly next_attempt_at: string | null;
    readonly last_attempt_at: string | null;
    /** The HTTP status of the last answer, if there was one. */
    readonly last_status: number | null;
    readonly last_error: string | null;
    readonly created_at: string;
    readonly delivered_at: string | null;
  }[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
};

export type ListWebhooksInput = {
  /** The `next_cursor` of the page before, unchanged. */
  readonly cursor?: string;
  /** Rows a page at most. */
  readonly limit?: number;
};

export type ListWebhooksOutput = {
  readonly webhooks: readonly {
    readonly webhook_id: string;
    readonly url: string;
    readonly description: string;
    readonly event_types: readonly string[];
    readonly is_active: boolean;
    /** `gone`: it answered 410. `failing`: nothing reached it for days. Null while it is active. */
    readonly disabled_reason: 'by_hand' | 'gone' | 'failing' | null;
    /** Null while deliveries reach it. */
    readonly failing_since: string | null;
    /** Until then both secrets sign. Null when there is only one. */
    readonly previous_secret_until: string | null;
    readonly version: number;
    readonly created_at: string;
    readonly updated_at: string;
  }[];
  /** Null on the last page. */
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

export type ParseTextInput = {
  readonly body: {
    readonly text: string;
    /** BCP 47. */
    readonly language?: string;
    readonly context?: {
      /** By whose intents; the server's default agent when left out. */
      readonly agent_id?: string;
      /** A published flow, in place of `agent_id`. */
      readonly flow_id?: string;
      readonly expected_intents?: readonly string[];
      /** The slot that the text answers. */
      readonly slot_asked?: string;
      readonly time_zone?: string;
    };
  };
};

export type ParseTextOutput = {
  readonly intent: {
    /** Null: none of them was meant. */
    readonly name: string | null;
    readonly confidence: number;
  };
  readonly ranking: readonly {
    readonly name: string;
    readonly confidence: number;
  }[];
  readonly entities: readonly {
    readonly entity_type: string;
    readonly value: unknown;
    readonly text: string;
    readonly confidence: number;
    readonly start_char: number;
    readonly end_char: number;
  }[];
  readonly sentiment: {
    readonly label: 'positive' | 'neutral' | 'negative';
    readonly score: number;
  };
};

export type PauseRecordingInput = {
  readonly conversation_id: string;
};

export type PauseRecordingOutput = {
  readonly recording_id: string;
  /** Still true after it was resumed while the caller is being asked for a secret. */
  readonly is_paused: boolean;
};

export type ProcessInputInput = {
  readonly conversation_id: string;
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    readonly input_type: 'text' | 'audio';
    readonly text?: string;
    /** WAV, 16-bit PCM, at most two minutes: an address, a `data:` URL, or base64 alone. */
    readonly audio_url?: string;
    /** BCP 47. The agent answers in its own. */
    readonly language?: string;
    /** Yours; not used. */
    readonly metadata?: { readonly [name: string]: unknown };
  };
};

export type ProcessInputOutput = {
  readonly session_id: string;
  readonly turn_number: number;
  /** Null for agents that do not say what they understood. */
  readonly nlu: {
    readonly intent: {
      readonly name: string | null;
      readonly confidence: number;
    };
    readonly entities: readonly {
      readonly entity_type: string;
      readonly value: unknown;
      readonly confidence: number;
      /** Null when it was not said in these words. */
      readonly start_char: number | null;
      readonly end_char: number | null;
    }[];
    readonly sentiment: {
      readonly label: 'positive' | 'neutral' | 'negative';
      readonly score: number;
    };
  } | null;
  readonly response: {
    readonly type: 'text' | 'audio' | 'adaptive_card';
    readonly text: string;
    readonly audio_url: string | null;
    readonly ssml: string | null;
  };
  readonly next_action: {
    readonly action_type: 'continue' | 'wait_for_input' | 'transfer_to_agent' | 'end_conversation' | 'execute_api_call';
    readonly action_config: { readonly [name: string]: unknown };
  };
  /** What is known after the turn: the agent's slots, and the initial context unless the caller's own token asks. */
  readonly updated_context: { readonly [name: string]: unknown };
  readonly processing_time_ms: number;
  readonly confidence_score: number;
};

export type PublishFlowInput = {
  readonly flow_id: string;
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  /** The ETag of what you read, or `*`. */
  readonly ifMatch: string;
  readonly body?: {
    /** Share of new conversations. 100: it becomes the stable version; less: it is on trial beside it. */
    readonly traffic_percentage?: number;
    /** What is new in it. */
    readonly note?: string;
  };
};

export type PublishFlowOutput = {
  readonly version: number;
  readonly note: string;
  readonly published_at: string;
  readonly created_by: string;
  readonly flow_id: string;
  readonly is_active: boolean;
  readonly traffic: {
    /** Answers all that the candidate does not; null: nothing is published. */
    readonly stable_version: number | null;
    /** A version on trial. */
    readonly candidate: {
      readonly version: number;
      readonly traffic_percentage: number;
    } | null;
  };
  readonly warnings: readonly {
    readonly code: string;
    readonly severity: 'error' | 'warning';
    readonly flow?: string;
    readonly node?: string;
    /** Of the node, of the flow, or of the definition: `slots.0.ask.vi`. */
    readonly field: string;
    readonly message: string;
  }[];
};

export type PutHumanAgentInput = {
  readonly user_id: string;
  readonly body: {
    readonly skill_tags: readonly string[];
    readonly max_concurrent_sessions?: number;
  };
};

export type PutHumanAgentOutput = {
  readonly user_id: string;
  readonly name: string;
  readonly skill_tags: readonly string[];
  readonly max_concurrent_sessions: number;
  readonly is_online: boolean;
};

export type PutProviderAccountInput = {
  readonly provider: string;
  readonly body: {
    /** As the `account_schema` of the provider says. */
    readonly account: { readonly [name: string]: string | number | boolean };
    /** For people: whose account it is. */
    readonly label?: string;
  };
};

export type PutProviderAccountOutput = {
  /** Whose account is used: `server` is the one of whoever runs the server, `none` says that one must be set first. */
  readonly source: 'not_needed' | 'server' | 'organization' | 'none';
  readonly label: string | null;
  /** The end of the key, to recognise it by. */
  readonly hint: string | null;
  /** What of the organization's own account is no secret, such as a region. */
  readonly values: { readonly [name: string]: string };
  readonly updated_at: string | null;
};

export type RecordCallEventInput = {
  readonly body:
    | {
        readonly type: 'ringing';
        readonly call_id: string;
        readonly from: string;
        /** The number that was called: one of the organization's. */
        readonly to: string;
        readonly channel?: 'audio-socket' | 'audio-fork';
      }
    | {
        readonly type: 'answered';
        readonly call_id: string;
      }
    | {
        readonly type: 'dtmf';
        readonly call_id: string;
        readonly digit: string;
      }
    | {
        readonly type: 'hangup';
        readonly call_id: string;
        readonly reason?: string;
      }
    | {
        readonly type: 'transfer_result';
        readonly call_id: string;
        readonly target: string;
        readonly outcome: 'answered' | 'busy' | 'no_answer' | 'refused' | 'failed';
      }
    | {
        readonly type: 'recording';
        readonly call_id: string;
        readonly url: string;
      };
};

export type RecordCallEventOutput = {
  readonly conversation_id: string;
  /** Whether the call is in this server, and was told at once. */
  readonly is_live: boolean;
};

export type RefreshTokensInput = {
  readonly body?: {
    /** Left out, the cookie is used. */
    readonly refresh_token?: string;
  };
};

export type RefreshTokensOutput =
  | {
      readonly transport: 'bearer';
      /** A JWT; send it as `Authorization: Bearer …`. */
      readonly access_token: string;
      readonly token_type: 'Bearer';
      readonly expires_in_seconds: number;
      /** Works once: each refresh gives a new one. */
      readonly refresh_token: string;
      readonly user: {
        readonly user_id: string;
        readonly email: string;
        readonly name: string;
        readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
        readonly status: 'invited' | 'active' | 'disabled';
        readonly created_at: string;
        readonly last_signed_in_at: string | null;
      };
    }
  | {
      readonly transport: 'cookie';
      readonly expires_in_seconds: number;
      /** Also in the cookie `parley_csrf` (with the prefix `__Host-` over https); send it as `x-csrf-token` with every request that changes something. */
      readonly csrf_token: string;
      readonly user: {
        readonly user_id: string;
        readonly email: string;
        readonly name: string;
        readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
        readonly status: 'invited' | 'active' | 'disabled';
        readonly created_at: string;
        readonly last_signed_in_at: string | null;
      };
    };

export type RenewConversationTokenInput = {
  readonly conversation_id: string;
};

export type RenewConversationTokenOutput = {
  readonly conversation_id: string;
  readonly token: string;
  readonly expires_at: string;
};

export type ReplayWebhookDeliveryInput = {
  readonly webhook_id: string;
  readonly delivery_id: string;
};

export type ReplayWebhookDeliveryOutput = {
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly conversation_id: string | null;
  readonly status: 'waiting' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly last_attempt_at: string | null;
  /** The HTTP status of the last answer, if there was one. */
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly delivered_at: string | null;
};

export type RequestPasswordResetInput = {
  readonly body: {
    readonly email: string;
  };
};

export type RequestPasswordResetOutput = {
  /** `email`: a known address is sent a link. `admin`: this server sends no mail; an admin can make a link. */
  readonly delivery: 'email' | 'admin';
};

export type ResetUserPasswordInput = {
  readonly user_id: string;
};

export type ResetUserPasswordOutput = {
  /** `link`: this server sends no mail; hand on the `url` yourself. */
  readonly delivery: 'email' | 'link';
  /** Shown once, and only when it was not sent by mail. Works once. */
  readonly url: string | null;
  readonly expires_at: string;
};

export type ResumeRecordingInput = {
  readonly conversation_id: string;
};

export type ResumeRecordingOutput = {
  readonly recording_id: string;
  /** Still true after it was resumed while the caller is being asked for a secret. */
  readonly is_paused: boolean;
};

export type RevokeApiKeyInput = {
  readonly api_key_id: string;
};

export type RollBackFlowInput = {
  readonly flow_id: string;
  readonly body?: {
    readonly version?: number;
  };
};

export type RollBackFlowOutput = {
  /** Answers all that the candidate does not; null: nothing is published. */
  readonly stable_version: number | null;
  /** A version on trial. */
  readonly candidate: {
    readonly version: number;
    readonly traffic_percentage: number;
  } | null;
};

export type RotateWebhookSecretInput = {
  readonly webhook_id: string;
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body?: {
    /** So long the old secret signs as well. 0 when it has leaked. */
    readonly overlap_hours?: number;
  };
};

export type RotateWebhookSecretOutput = {
  readonly webhook_id: string;
  readonly url: string;
  readonly description: string;
  readonly event_types: readonly string[];
  readonly is_active: boolean;
  /** `gone`: it answered 410. `failing`: nothing reached it for days. Null while it is active. */
  readonly disabled_reason: 'by_hand' | 'gone' | 'failing' | null;
  /** Null while deliveries reach it. */
  readonly failing_since: string | null;
  /** Until then both secrets sign. Null when there is only one. */
  readonly previous_secret_until: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  /** Signs every delivery. Shown this once: keep it where the receiver can read it. */
  readonly secret: string;
};

export type SaveFlowInput = {
  readonly flow_id: string;
  /** The ETag of what you read, or `*`. */
  readonly ifMatch: string;
  readonly body: {
    readonly flow_name?: string;
    readonly description?: string;
    /** The agent as data: docs/flows.md. Drafts are kept whatever is wrong with them. */
    readonly flow_definition: { readonly [name: string]: unknown };
  };
};

export type SaveFlowOutput = {
  readonly flow_id: string;
  readonly flow_name: string;
  readonly description: string;
  /** Of the draft: its ETag. */
  readonly revision: number;
  /** The stable published version. */
  readonly version: number | null;
  /** Whether conversations can be opened with it. */
  readonly is_active: boolean;
  readonly traffic: {
    /** Answers all that the candidate does not; null: nothing is published. */
    readonly stable_version: number | null;
    /** A version on trial. */
    readonly candidate: {
      readonly version: number;
      readonly traffic_percentage: number;
    } | null;
  };
  readonly created_at: string;
  readonly updated_at: string;
  /** The draft. */
  readonly flow_definition: { readonly [name: string]: unknown } | null;
};

export type SetAvailabilityInput = {
  readonly body: {
    readonly is_online: boolean;
  };
};

export type SetAvailabilityOutput = {
  readonly user_id: string;
  readonly name: string;
  readonly skill_tags: readonly string[];
  readonly max_concurrent_sessions: number;
  readonly is_online: boolean;
};

export type SetFlowTrafficInput = {
  readonly flow_id: string;
  readonly body: {
    readonly version: number;
    /** Share of new conversations. 100: it becomes the stable version; less: it is on trial beside it. */
    readonly traffic_percentage: number;
  };
};

export type SetFlowTrafficOutput = {
  /** Answers all that the candidate does not; null: nothing is published. */
  readonly stable_version: number | null;
  /** A version on trial. */
  readonly candidate: {
    readonly version: number;
    readonly traffic_percentage: number;
  } | null;
};

export type SignInInput = {
  readonly body: {
    readonly email: string;
    readonly password: string;
    /** `cookie` for pages: the tokens are set as cookies that no script can read. */
    readonly transport?: 'bearer' | 'cookie';
  };
};

export type SignInOutput =
  | {
      readonly transport: 'bearer';
      /** A JWT; send it as `Authorization: Bearer …`. */
      readonly access_token: string;
      readonly token_type: 'Bearer';
      readonly expires_in_seconds: number;
      /** Works once: each refresh gives a new one. */
      readonly refresh_token: string;
      readonly user: {
        readonly user_id: string;
        readonly email: string;
        readonly name: string;
        readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
        readonly status: 'invited' | 'active' | 'disabled';
        readonly created_at: string;
        readonly last_signed_in_at: string | null;
      };
    }
  | {
      readonly transport: 'cookie';
      readonly expires_in_seconds: number;
      /** Also in the cookie `parley_csrf` (with the prefix `__Host-` over https); send it as `x-csrf-token` with every request that changes something. */
      readonly csrf_token: string;
      readonly user: {
        readonly user_id: string;
        readonly email: string;
        readonly name: string;
        readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
        readonly status: 'invited' | 'active' | 'disabled';
        readonly created_at: string;
        readonly last_signed_in_at: string | null;
      };
    };

export type SignOutInput = {
  readonly body?: {
    /** Left out, the cookie is used. */
    readonly refresh_token?: string;
  };
};

export type StartConversationInput = {
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
  readonly body: {
    readonly channel_type: 'voice' | 'chat' | 'api';
    /** Who answers; the server's default agent when left out. */
    readonly agent_id?: string;
    /** A published flow, in place of `agent_id`. */
    readonly flow_id?: string;
    /** Who calls, such as a telephone number; the same for each of their conversations. */
    readonly caller_id?: string;
    /** Who they are in a system of yours. */
    readonly user_id?: string;
    /** What is known of the caller: `preferred_language`, `customer_tier`, … */
    readonly initial_context?: { readonly [name: string]: unknown };
    /** IANA zone of the caller. */
    readonly time_zone?: string;
  };
};

export type StartConversationOutput = {
  readonly session_id: string;
  readonly channel_type: 'voice' | 'chat' | 'api';
  readonly started_at: string;
  /** The greeting. Null by voice: it is spoken once there is sound. */
  readonly initial_message: string | null;
  readonly initial_audio_url: string | null;
  /** Opens this conversation and no other, for an hour. */
  readonly token: string;
  readonly token_expires_at: string;
};

export type SynthesizeInput = {
  readonly body: {
    readonly text?: string;
    /** A fragment without the `speak` element, in place of the text; voices that cannot read it speak its words. */
    readonly ssml?: string;
    /** BCP 47, such as `vi-VN`. */
    readonly language: string;
    /** Of GET /v1/voices. */
    readonly voice?: string;
    /** An engine of GET /v1/providers, in place of those that the settings name. */
    readonly engine?: string;
    readonly format?: 'wav' | 'pcm_16000' | 'mulaw_8000';
    readonly tone?: 'warm' | 'neutral' | 'energetic';
  };
};

export type TestWebhookInput = {
  readonly webhook_id: string;
  /** Makes sending it again harmless. */
  readonly idempotencyKey?: string;
};

export type TestWebhookOutput = {
  readonly delivery_id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly conversation_id: string | null;
  readonly status: 'waiting' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly last_attempt_at: string | null;
  /** The HTTP status of the last answer, if there was one. */
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly delivered_at: string | null;
};

export type TranscribeInput = {
  /** BCP 47, such as `vi-VN`. */
  readonly language?: string;
  /** An engine of GET /v1/providers, in place of those that the settings name. */
  readonly engine?: string;
  readonly agent_id?: string;
  readonly body: {
    /** An https: address, a `data:` URL or base64: WAV, or µ-law as `data:audio/basic;base64,…`. */
    readonly audio_url: string;
    /** BCP 47, such as `vi-VN`. */
    readonly language?: string;
    /** An engine of GET /v1/providers, in place of those that the settings name. */
    readonly engine?: string;
    readonly agent_id?: string;
  };
};

export type TranscribeOutput = {
  readonly text: string;
  readonly language: string;
  /** Of the least sure stretch of voice; 0 when nothing was made out. */
  readonly confidence: number;
  /** With their places in the sound, from recognisers that know them. */
  readonly words: readonly {
    readonly text: string;
    readonly start_ms: number;
    readonly end_ms: number;
  }[];
  readonly engine: string | null;
};

export type UpdateConversationInput = {
  readonly conversation_id: string;
  readonly body: {
    readonly status?: 'ended';
    readonly reason?: 'completed' | 'abandoned' | 'transferred' | 'error';
    /** How content the caller was, 1 to 5. */
    readonly rating?: number;
  };
};

export type UpdateConversationOutput = {
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
    readonly annotation: {
      /** Null: nobody has said. */
      readonly is_correct_intent: boolean | null;
      /** What it should have been. */
      readonly corrected_intent: string | null;
      readonly annotation_notes: string | null;
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
  readonly recordings: readonly {
    readonly recording_id: string;
    readonly conversation_id: string;
    /** `interrupted`: the server died or its store went away; what is there can be heard. */
    readonly status: 'recording' | 'complete' | 'interrupted' | 'deleted';
    readonly started_at: string;
    readonly ended_at: string | null;
    /** Null while it is being made. */
    readonly duration_ms: number | null;
    /** In the store. */
    readonly bytes: number | null;
    readonly channels: number;
    readonly sample_rate_hz: number;
    /** Where it is silent because a secret was said, or because it was paused. */
    readonly pauses: readonly {
      readonly from_ms: number;
      readonly to_ms: number | null;
    }[];
    /** When it is deleted; null: not by itself. */
    readonly expires_at: string | null;
    /** The path of its sound on this server. */
    readonly audio_url: string;
  }[];
  /** Who called whom, and how the line was. */
  readonly call: {
    readonly call_id: string;
    readonly conversation_id: string;
    readonly direction: 'inbound' | 'outbound';
    /** Null until a way is found for a call from here. */
    readonly channel: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
    /** Null once it was erased, or is older than it may be kept. */
    readonly from: string | null;
    readonly to: string | null;
    readonly status: 'queued' | 'ringing' | 'in_progress' | 'completed' | 'busy' | 'no_answer' | 'failed' | 'canceled';
    readonly created_at: string;
    readonly answered_at: string | null;
    readonly ended_at: string | null;
    /** `far`: they hung up. `here`: the agent did. `network`: what carries the call failed. */
    readonly ended_by: 'far' | 'here' | 'network' | null;
    /** Talked: `completed` (the agent was done, or it was ended here), `hung_up` (they did), `transferred`, `silence`, `max_duration`, `replaced` (by another connection), `network_lost`, `shutdown` (the server was stopped), `server_lost` (it died). Never talked: `busy`, `no_answer`, `refused`, `unreachable`, `canceled`, `machine`. Either: `error` (the log says what). */
    readonly end_reason:
      | 'completed'
      | 'hung_up'
      | 'transferred'
      | 'silence'
      | 'max_duration'
      | 'replaced'
      | 'network_lost'
      | 'shutdown'
      | 'server_lost'
      | 'busy'
      | 'no_answer'
      | 'refused'
      | 'unreachable'
      | 'canceled'
      | 'machine'
      | 'error'
      | null;
    /** What the network said of it, for people; null once it is older than it may be kept. */
    readonly end_detail: string | null;
    /** Of a call from here, where it was to be found out. */
    readonly answered_by: 'person' | 'machine' | 'unknown' | null;
    /** From the answer to the end. */
    readonly duration_seconds: number | null;
    /** Null until the call is over. */
    readonly quality: {
      readonly codec: string;
      readonly packets_received: number;
      /** On the way to the server. */
      readonly packets_lost: number;
      /** That came after they should have been heard. */
      readonly packets_late: number;
      readonly packets_sent: number;
      readonly jitter_ms: number | null;
      /** What the far side says was lost of what was sent to it. */
      readonly far_lost_share: number | null;
      readonly far_jitter_ms: number | null;
      readonly round_trip_ms: number | null;
    } | null;
    /** To whom it was to be put through, and what came of it. */
    readonly transfers: readonly {
      readonly at: string;
      readonly kind: string;
      readonly target: string;
      readonly outcome: string;
    }[];
    /** A recording that the vendor made. */
    readonly vendor_recording_url: string | null;
    /** How long it is. */
    readonly vendor_recording_seconds: number | null;
  } | null;
  /** What it took of engines and models; complete a moment after it is over. */
  readonly usage: readonly {
    readonly kind: 'recognition' | 'synthesis' | 'language_model';
    readonly engine: string;
    readonly unit: 'requests' | 'audio_ms' | 'characters' | 'cached_characters' | 'input_tokens' | 'output_tokens';
    readonly quantity: number;
    /** Millionths of the currency; null where nobody set a price. */
    readonly cost_micros: number | null;
    readonly currency: string | null;
  }[];
};

export type UpdateIntegrationInput = {
  readonly integration_id: string;
  /** The ETag of what you read, or `*`. */
  readonly ifMatch: string;
  readonly body: {
    readonly type: 'rest' | 'graphql' | 'soap' | 'sql';
    /** For `sql` the name of the credential that holds the connection, as `secret:NAME`. */
    readonly base_url: string;
    /** docs/integrations.md; secrets by name: `{"type":"bearer","token":{"secret":"API_TOKEN"}}`. */
    readonly auth?: { readonly [name: string]: unknown };
    /** Values of the secrets that `auth` names. Kept encrypted, never shown again; left out on a change: as they are. */
    readonly credentials?: { readonly [name: string]: string };
    /** `{"operations": [...]}` and further settings, as in docs/integrations.md. */
    readonly endpoint_mappings: { readonly [name: string]: unknown };
    readonly timeout_ms?: number;
    readonly rate_limit_per_minute?: number;
  };
};

export type UpdateIntegrationOutput = {
  readonly integration_id: string;
  readonly name: string;
  readonly type: 'rest' | 'graphql' | 'soap' | 'sql';
  readonly base_url: string;
  readonly auth: { readonly [name: string]: unknown };
  /** Of the credentials that are kept; their values are never shown. */
  readonly credential_names: readonly string[];
  readonly endpoint_mappings: { readonly [name: string]: unknown };
  readonly timeout_ms: number;
  readonly rate_limit_per_minute: number;
  /** By these names flows call its operations. */
  readonly tools: readonly string[];
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
};

export type UpdateMeInput = {
  readonly body: {
    readonly name: string;
  };
};

export type UpdateMeOutput = {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
  readonly status: 'invited' | 'active' | 'disabled';
  readonly created_at: string;
  readonly last_signed_in_at: string | null;
  readonly organization: {
    readonly organization_id: string;
    readonly name: string;
  };
  readonly permissions: readonly string[];
  /** Null for who answers no conversations. */
  readonly human_agent: {
    readonly user_id: string;
    readonly name: string;
    readonly skill_tags: readonly string[];
    readonly max_concurrent_sessions: number;
    readonly is_online: boolean;
  } | null;
};

export type UpdateOrganizationInput = {
  /** The ETag of what you read, or `*`. */
  readonly ifMatch: string;
  readonly body: {
    readonly name?: string;
    readonly settings?: {
      readonly retention_days?: {
        readonly transcripts?: number | null;
        readonly recordings?: number | null;
        readonly audit?: number | null;
        readonly events?: number | null;
        readonly contexts?: number | null;
      } | null;
      readonly redaction?: {
        /** For each destination, what happens to each class of personal data. */
        readonly destinations?: { readonly [name: string]: { readonly [name: string]: 'off' | 'mask' | 'remove' } };
        /** Regular expressions of what is personal here, such as customer numbers; without looking around and referring back. */
        readonly custom_patterns?: readonly {
          readonly name: string;
          readonly pattern: string;
        }[];
      } | null;
      readonly recording?: {
        /** `agent`: as each agent says for itself. `off` and `always` hold for all agents. */
        readonly mode?: 'off' | 'agent' | 'always';
        /** Said first in every recorded conversation, in place of the sentence that ships. */
        readonly consent_line?: string;
      } | null;
      readonly allowed_origins?: readonly string[] | null;
      readonly limits?: {
        /** Live conversations at once. */
        readonly max_conversations?: number;
        readonly requests_per_minute?: number;
      } | null;
      readonly speech?: {
        /** What listens, in order of preference: the next takes over when one fails. */
        readonly recognizers?: readonly string[];
        /** What speaks, in order of preference: the next goes on from the first unheard word. */
        readonly voices?: readonly (
          | string
          | {
              /** Name of an engine, with its options behind a question mark. */
              readonly engine: string;
              /** The voice's id in the engine's own catalogue. */
              readonly voice?: string;
            }
        )[];
        /** For conversations in a locale (vi-VN) or a language (vi), in place of the above. */
        readonly by_locale?: {
          readonly [name: string]: {
            /** What listens, in order of preference: the next takes over when one fails. */
            readonly recognizers?: readonly string[];
            /** What speaks, in order of preference: the next goes on from the first unheard word. */
            readonly voices?: readonly (
              | string
              | {
                  /** Name of an engine, with its options behind a question mark. */
                  readonly engine: string;
                  /** The voice's id in the engine's own catalogue. */
                  readonly voice?: string;
                }
            )[];
          };
        };
        /** Whether the server's own engines stand in behind those named here. Left out: none, so that speech goes to nobody who is not named. */
        readonly fallbacks?: 'none' | 'server';
        /** Whether sentences that are said often are kept as sound. They are never kept when they hold personal data. */
        readonly cache?: boolean;
        /** Whether the next voice is asked too when the first is slower than it mostly is. Both are paid for then. */
        readonly hedge?: boolean;
        readonly prices?: {
          readonly currency: string;
          /** By engine, with options (`deepgram?model=nova-3`) or for all of that name. */
          readonly engines: {
            readonly [name: string]: {
              /** For a minute of sound recognised. */
              readonly per_minute?: number;
              /** For a thousand characters spoken. */
              readonly per_1000_characters?: number;
              readonly per_1m_input_tokens?: number;
              readonly per_1m_output_tokens?: number;
            };
          };
        };
        /** By provider, how many streams and sentences of the organization's own account may be open at once. */
        readonly limits?: { readonly [name: string]: number };
      } | null;
    };
  };
};

export type UpdateOrganizationOutput = {
  readonly organization_id: string;
  readonly name: string;
  /** Where its data may be; fixed when it is made. */
  readonly region: string | null;
  readonly settings: {
    /** Days by class of data; null keeps it, left out takes the server's default. */
    readonly retention_days?: {
      readonly transcripts?: number | null;
      readonly recordings?: number | null;
      readonly audit?: number | null;
      readonly events?: number | null;
      readonly contexts?: number | null;
    };
    readonly redaction?: {
      /** For each destination, what happens to each class of personal data. */
      readonly destinations?: { readonly [name: string]: { readonly [name: string]: 'off' | 'mask' | 'remove' } };
      /** Regular expressions of what is personal here, such as customer numbers; without looking around and referring back. */
      readonly custom_patterns?: readonly {
        readonly name: string;
        readonly pattern: string;
      }[];
    };
    readonly recording?: {
      /** `agent`: as each agent says for itself. `off` and `always` hold for all agents. */
      readonly mode?: 'off' | 'agent' | 'always';
      /** Said first in every recorded conversation, in place of the sentence that ships. */
      readonly consent_line?: string;
    };
    /** Pages of other origins that may talk to this organization from a browser. */
    readonly allowed_origins?: readonly string[];
    readonly limits?: {
      /** Live conversations at once. */
      readonly max_conversations?: number;
      readonly requests_per_minute?: number;
    };
    /** Who listens and speaks, in place of the server's own engines. GET /v1/providers says who there is. */
    readonly speech?: {
      /** What listens, in order of preference: the next takes over when one fails. */
      readonly recognizers?: readonly string[];
      /** What speaks, in order of preference: the next goes on from the first unheard word. */
      readonly voices?: readonly (
        | string
        | {
            /** Name of an engine, with its options behind a question mark. */
            readonly engine: string;
            /** The voice's id in the engine's own catalogue. */
            readonly voice?: string;
          }
      )[];
      /** For conversations in a locale (vi-VN) or a language (vi), in place of the above. */
      readonly by_locale?: {
        readonly [name: string]: {
          /** What listens, in order of preference: the next takes over when one fails. */
          readonly recognizers?: readonly string[];
          /** What speaks, in order of preference: the next goes on from the first unheard word. */
          readonly voices?: readonly (
            | string
            | {
                /** Name of an engine, with its options behind a question mark. */
                readonly engine: string;
                /** The voice's id in the engine's own catalogue. */
                readonly voice?: string;
              }
          )[];
        };
      };
      /** Whether the server's own engines stand in behind those named here. Left out: none, so that speech goes to nobody who is not named. */
      readonly fallbacks?: 'none' | 'server';
      /** Whether sentences that are said often are kept as sound. They are never kept when they hold personal data. */
      readonly cache?: boolean;
      /** Whether the next voice is asked too when the first is slower than it mostly is. Both are paid for then. */
      readonly hedge?: boolean;
      readonly prices?: {
        readonly currency: string;
        /** By engine, with options (`deepgram?model=nova-3`) or for all of that name. */
        readonly engines: {
          readonly [name: string]: {
            /** For a minute of sound recognised. */
            readonly per_minute?: number;
            /** For a thousand characters spoken. */
            readonly per_1000_characters?: number;
            readonly per_1m_input_tokens?: number;
            readonly per_1m_output_tokens?: number;
          };
        };
      };
      /** By provider, how many streams and sentences of the organization's own account may be open at once. */
      readonly limits?: { readonly [name: string]: number };
    };
  };
  readonly created_at: string;
};

export type UpdatePhoneNumberInput = {
  readonly phone_number_id: string;
  readonly body: {
    /** Null: not this one. Giving it takes the place of a flow. */
    readonly agent_id?: string | null;
    readonly flow_id?: string | null;
    readonly channel?: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
    /** For people. */
    readonly label?: string;
  };
};

export type UpdatePhoneNumberOutput = {
  readonly phone_number_id: string;
  readonly number: string;
  readonly agent_id: string | null;
  readonly flow_id: string | null;
  readonly channel: 'sip' | 'twilio' | 'audio-socket' | 'audio-fork' | null;
  readonly label: string;
  readonly created_at: string;
  readonly updated_at: string;
};

export type UpdateUserInput = {
  readonly user_id: string;
  readonly body: {
    readonly name?: string;
    readonly role?: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
    readonly status?: 'active' | 'disabled';
  };
};

export type UpdateUserOutput = {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'admin' | 'developer' | 'analyst' | 'viewer' | 'agent';
  readonly status: 'invited' | 'active' | 'disabled';
  readonly created_at: string;
  readonly last_signed_in_at: string | null;
};

export type UpdateWebhookInput = {
  readonly webhook_id: string;
  /** The ETag of what you read, or `*`. */
  readonly ifMatch: string;
  readonly body: {
    /** Where events are sent, by POST. Must be reachable from the server, at a public address. */
    readonly url?: string;
    /** For people. */
    readonly description?: string;
    /** Which events are sent; empty: all, also those that come with later versions. */
    readonly event_types?: readonly (
      | 'conversation_started'
      | 'turn_completed'
      | 'intent_detected'
      | 'api_called'
      | 'conversation_ended'
      | 'handoff_requested'
      | 'recording_ready'
      | 'flow_published'
    )[];
    /** True makes one go on that was disabled. */
    readonly is_active?: boolean;
  };
};

export type UpdateWebhookOutput = {
  readonly webhook_id: string;
  readonly url: string;
  readonly description: string;
  readonly event_types: readonly string[];
  readonly is_active: boolean;
  /** `gone`: it answered 410. `failing`: nothing reached it for days. Null while it is active. */
  readonly disabled_reason: 'by_hand' | 'gone' | 'failing' | null;
  /** Null while deliveries reach it. */
  readonly failing_since: string | null;
  /** Until then both secrets sign. Null when there is only one. */
  readonly previous_secret_until: string | null;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
};

export type ValidateFlowInput = {
  readonly flow_id: string;
};

export type ValidateFlowOutput = {
  readonly is_valid: boolean;
  readonly problems: readonly {
    readonly code: string;
    readonly severity: 'error' | 'warning';
    readonly flow?: string;
    readonly node?: string;
    /** Of the node, of the flow, or of the definition: `slots.0.ask.vi`. */
    readonly field: string;
    readonly message: string;
  }[];
};

/** Every operation of the API as a function. */
export function createOperations(transport: Transport) {
  return {
    /** Take a caller, by WebRTC. Of several who want the same caller the first gets them. The agent says its last words when the connection stands; then the two are joined. Whoever goes first ends it for both. Needs `conversations:answer`: Take over conversations as a person. */
    acceptHandoff: (input: AcceptHandoffInput, options?: CallOptions): Promise<AcceptHandoffOutput> =>
      transport.json({ method: 'POST', path: '/v1/handoffs/{handoff_id}/accept', query: [] }, input, options),
    /** Accept an invitation: choose a password. Open to all. */
    acceptInvitation: (input: AcceptInvitationInput, options?: CallOptions): Promise<AcceptInvitationOutput> =>
      transport.json({ method: 'POST', path: '/v1/auth/invitations/accept', query: [] }, input, options),
    /** Say whether a turn was understood rightly. What is left out stays as it is; null takes it back. Naming the right intent says that the detected one was wrong, and saying that it was right takes a named one back. What is corrected here can be trained on. Needs `conversations:annotate`: Correct what was understood, rate, take notes. */
    annotateTurn: (input: AnnotateTurnInput, options?: CallOptions): Promise<AnnotateTurnOutput> =>
      transport.json(
        { method: 'PATCH', path: '/v1/conversations/{conversation_id}/turns/{turn_number}', query: [] },
        input,
        options,
      ),
    /** Bring sound to a conversation, by WebRTC. For the caller, with the conversation's token, or with `conversations:write`. */
    answerWebrtcOffer: (input: AnswerWebrtcOfferInput, options?: CallOptions): Promise<AnswerWebrtcOfferOutput> =>
      transport.json({ method: 'POST', path: '/v1/conversations/{conversation_id}/webrtc', query: [] }, input, options),
    /** Archive a flow. No conversation is opened with it any more; those under way go on to their end. Needs `flows:write`: Draw flows: make, change and archive drafts. */
    archiveFlow: (input: ArchiveFlowInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'DELETE', path: '/v1/flows/{flow_id}', query: [] }, input, options),
    /** Change one's own password. Ends all other sessions of the user. For whoever is signed in. */
    changePassword: (input: ChangePasswordInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'POST', path: '/v1/auth/change-password', query: [] }, input, options),
    /** Set a new password with the token of a link. Ends all sessions of the user and lifts a lock. Open to all. */
    completePasswordReset: (input: CompletePasswordResetInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'POST', path: '/v1/auth/password-resets/complete', query: [] }, input, options),
    /** Make an API key or a service token. The key is in this answer and nowhere else. It may what its `permissions` say, which can be no more than its maker may. It is the organization's: it works on when its maker leaves, until it expires or is revoked. Needs `api_keys:write`: Make and revoke API keys. */
    createApiKey: (input: CreateApiKeyInput, options?: CallOptions): Promise<CreateApiKeyOutput> =>
      transport.json({ method: 'POST', path: '/v1/api-keys', query: [] }, input, options),
    /** Call somebody, and let an agent talk with them. Answers at once; the call is made after that. What becomes of it stands in the call, and is told by the events of its conversation. The call goes by the way that its number belongs to (`channel` of the number), else through the trunk, else through Twilio; where a way fails before it rings, by the next. How many calls an organization may make, and to which numbers, is limited by the server. Needs `calls:write`: Call people, end calls. */
    createCall: (input: CreateCallInput, options?: CallOptions): Promise<CreateCallOutput> =>
      transport.json({ method: 'POST', path: '/v1/calls', query: [] }, input, options),
    /** Begin a flow. Needs `flows:write`: Draw flows: make, change and archive drafts. */
    createFlow: (input: CreateFlowInput, options?: CallOptions): Promise<CreateFlowOutput> =>
      transport.json({ method: 'POST', path: '/v1/flows', query: [] }, input, options),
    /** Connect an outside system. Needs `integrations:write`: Connect outside systems and change their credentials. */
    createIntegration: (input: CreateIntegrationInput, options?: CallOptions): Promise<CreateIntegrationOutput> =>
      transport.json({ method: 'POST', path: '/v1/integrations', query: [] }, input, options),
    /** Make an organization with its first admin. For admins of the organization that the server was started with. The first admin is invited. Needs `organization:write`: Change the organization's settings. */
    createOrganization: (input: CreateOrganizationInput, options?: CallOptions): Promise<CreateOrganizationOutput> =>
      transport.json({ method: 'POST', path: '/v1/organizations', query: [] }, input, options),
    /** Say who answers at a number. Calls to it that come in by whatever way are answered by this agent from now on. A number belongs to one organization of the server. An organization has at most 1,000. The telephone is open to the first organization, and to others that whoever runs the server lists in `PHONE_ORGANIZATIONS`. Needs `phone_numbers:write`: Say who answers at telephone numbers. */
    createPhoneNumber: (input: CreatePhoneNumberInput, options?: CallOptions): Promise<CreatePhoneNumberOutput> =>
      transport.json({ method: 'POST', path: '/v1/phone-numbers', query: [] }, input, options),
    /** Erase what is stored of a person. Cannot be undone. Every conversation in which the identifier occurs loses its content, its recordings are deleted, an account with that address is removed (not the last admin: the request then ends as `failed`); times and counts stay. Sending it again does no harm. Needs `privacy:erase`: Erase a person's data. */
    createPrivacyErasure: (
      input: CreatePrivacyErasureInput,
      options?: CallOptions,
    ): Promise<CreatePrivacyErasureOutput> =>
      transport.json({ method: 'POST', path: '/v1/privacy/erasures', query: [] }, input, options),
    /** Gather what is stored of a person. Done in the background: ask `GET /v1/privacy/requests/{request_id}` until it is `done`, then fetch the file within a day. Needs `privacy:export`: Export a person's data. */
    createPrivacyExport: (input: CreatePrivacyExportInput, options?: CallOptions): Promise<CreatePrivacyExportOutput> =>
      transport.json({ method: 'POST', path: '/v1/privacy/exports', query: [] }, input, options),
    /** Have events sent to an address. Events that happen from now on are sent as `POST` with the event as JSON, signed with the secret of the answer, which is shown this once. An organization has at most 20 webhooks. Needs `webhooks:write`: Register webhooks, replay deliveries. */
    createWebhook: (input: CreateWebhookInput, options?: CallOptions): Promise<CreateWebhookOutput> =>
      transport.json({ method: 'POST', path: '/v1/webhooks', query: [] }, input, options),
    /** Say that nobody will take a caller. The agent goes on with them. Needs `conversations:answer`: Take over conversations as a person. */
    declineHandoff: (input: DeclineHandoffInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'POST', path: '/v1/handoffs/{handoff_id}/decline', query: [] }, input, options),
    /** Let a user answer conversations no more. Needs `users:write`: Invite people, change their roles, disable them. */
    deleteHumanAgent: (input: DeleteHumanAgentInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'DELETE', path: '/v1/human-agents/{user_id}', query: [] }, input, options),
    /** Disconnect an outside system. Flows that use it fail at that step, as they do when it is down. Needs `integrations:write`: Connect outside systems and change their credentials. */
    deleteIntegration: (input: DeleteIntegrationInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'DELETE', path: '/v1/integrations/{integration_id}', query: [] }, input, options),
    /** Take no more calls at a number. Needs `phone_numbers:write`: Say who answers at telephone numbers. */
    deletePhoneNumber: (input: DeletePhoneNumberInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'DELETE', path: '/v1/phone-numbers/{phone_number_id}', query: [] }, input, options),
    /** Forget the organization's own account with a provider. The server's account is used from then on, where there is one. Needs `providers:write`: Set the organization's own accounts with providers. */
    deleteProviderAccount: (input: DeleteProviderAccountInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'DELETE', path: '/v1/providers/{provider}/account', query: [] }, input, options),
    /** Delete a recording. Its key is destroyed first, so that nobody can listen to any copy of it from then on; then its files are removed. A call that is still being recorded is not recorded further. Needs `recordings:write`: Delete recordings. */
    deleteRecording: (input: DeleteRecordingInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'DELETE', path: '/v1/recordings/{recording_id}', query: [] }, input, options),
    /** Remove a user, or withdraw an invitation. What they made stays. The last admin stays too. Needs `users:write`: Invite people, change their roles, disable them. */
    deleteUser: (input: DeleteUserInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'DELETE', path: '/v1/users/{user_id}', query: [] }, input, options),
    /** Delete a webhook and its deliveries. Needs `webhooks:write`: Register webhooks, replay deliveries. */
    deleteWebhook: (input: DeleteWebhookInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'DELETE', path: '/v1/webhooks/{webhook_id}', query: [] }, input, options),
    /** In which language a text is. Needs `speech:transcribe`: Have sound written down, and ask in which language a text is. */
    detectLanguage: (input: DetectLanguageInput, options?: CallOptions): Promise<DetectLanguageOutput> =>
      transport.json({ method: 'POST', path: '/v1/detect-language', query: [] }, input, options),
    /** End a conversation. One that is over already stays as it ended; a score that comes late is kept all the same. For the caller, with the conversation's token, or with `conversations:write`. */
    endConversation: (input: EndConversationInput, options?: CallOptions): Promise<EndConversationOutput> =>
      transport.json({ method: 'POST', path: '/v1/conversations/{conversation_id}/end', query: [] }, input, options),
    /** What the agent is doing. For the caller, with the conversation's token, or with `conversations:read`. */
    getBotState: (input: GetBotStateInput, options?: CallOptions): Promise<GetBotStateOutput> =>
      transport.json({ method: 'GET', path: '/v1/conversations/{conversation_id}/bot', query: [] }, input, options),
    /** A call. Needs `calls:read`: See telephone calls, with who called whom. */
    getCall: (input: GetCallInput, options?: CallOptions): Promise<GetCallOutput> =>
      transport.json({ method: 'GET', path: '/v1/calls/{call_id}', query: [] }, input, options),
    /** The record of a conversation. For the caller, with the conversation's token, or with `conversations:read`. */
    getConversation: (input: GetConversationInput, options?: CallOptions): Promise<GetConversationOutput> =>
      transport.json({ method: 'GET', path: '/v1/conversations/{conversation_id}', query: [] }, input, options),
    /** A flow with its draft. Needs `flows:read`: See flows, their drafts and versions. */
    getFlow: (input: GetFlowInput, options?: CallOptions): Promise<GetFlowOutput> =>
      transport.json({ method: 'GET', path: '/v1/flows/{flow_id}', query: [] }, input, options),
    /** A published version; it never changes. Needs `flows:read`: See flows, their drafts and versions. */
    getFlowVersion: (input: GetFlowVersionInput, options?: CallOptions): Promise<GetFlowVersionOutput> =>
      transport.json({ method: 'GET', path: '/v1/flows/{flow_id}/versions/{version}', query: [] }, input, options),
    /** An outside system, without its credentials. Needs `integrations:read`: See outside systems, without their credentials. */
    getIntegration: (input: GetIntegrationInput, options?: CallOptions): Promise<GetIntegrationOutput> =>
      transport.json({ method: 'GET', path: '/v1/integrations/{integration_id}', query: [] }, input, options),
    /** Who is signed in, and what they may. For whoever is signed in. */
    getMe: (options?: CallOptions): Promise<GetMeOutput> =>
      transport.json({ method: 'GET', path: '/v1/me', query: [] }, {}, options),
    /** Metrics for Prometheus, or a summary as JSON.. The text format of Prometheus; with `format=json` or `Accept: application/json` a summary of where the time of turns goes. The figures are of all organizations on the server: only people of the default organization with `metrics:read`, and whoever sends the `METRICS_TOKEN`, may read them. There is no exception for requests from the same machine: behind a proxy every request comes from there. Needs `metrics:read`: Read metrics. */
    getMetrics: (input: GetMetricsInput = {}, options?: CallOptions): Promise<Response> =>
      transport.file({ method: 'GET', path: '/metrics', query: ['format'] }, input, options),
    /** One's own organization and its settings. Needs `organization:read`: See the organization's settings. */
    getOrganization: (options?: CallOptions): Promise<GetOrganizationOutput> =>
      transport.json({ method: 'GET', path: '/v1/organization', query: [] }, {}, options),
    /** A telephone number. Needs `phone_numbers:read`: See telephone numbers and who answers at them. */
    getPhoneNumber: (input: GetPhoneNumberInput, options?: CallOptions): Promise<GetPhoneNumberOutput> =>
      transport.json({ method: 'GET', path: '/v1/phone-numbers/{phone_number_id}', query: [] }, input, options),
    /** The file of an export. JSON with conversations, appointments, the account, and all conversations as text in `transcript`. Needs `privacy:export`: Export a person's data. */
    getPrivacyExportFile: (input: GetPrivacyExportFileInput, options?: CallOptions): Promise<Response> =>
      transport.file({ method: 'GET', path: '/v1/privacy/exports/{request_id}/file', query: [] }, input, options),
    /** How far an export or an erasure is. Needs `privacy:export`: Export a person's data. */
    getPrivacyRequest: (input: GetPrivacyRequestInput, options?: CallOptions): Promise<GetPrivacyRequestOutput> =>
      transport.json({ method: 'GET', path: '/v1/privacy/requests/{request_id}', query: [] }, input, options),
    /** What is known of a recording. Needs `recordings:read`: Listen to recordings. */
    getRecording: (input: GetRecordingInput, options?: CallOptions): Promise<GetRecordingOutput> =>
      transport.json({ method: 'GET', path: '/v1/recordings/{recording_id}', query: [] }, input, options),
    /** The sound of a recording. A WAV file of 16 bits at 16 kHz: the caller on the left, the agent on the right, or one of them alone. Takes `Range` (one range of bytes) and `If-Range`, so that players can jump. One that is still being made can be heard as far as it is. Who listened is written in the audit log. Needs `recordings:read`: Listen to recordings. */
    getRecordingAudio: (input: GetRecordingAudioInput, options?: CallOptions): Promise<Response> =>
      transport.file(
        { method: 'GET', path: '/v1/recordings/{recording_id}/audio', query: ['channel'] },
        input,
        options,
      ),
    /** How one can sign in here. Open to all. */
    getSignInMethods: (options?: CallOptions): Promise<GetSignInMethodsOutput> =>
      transport.json({ method: 'GET', path: '/v1/sign-in-methods', query: [] }, {}, options),
    /** What the organization took of providers, day by day. Of conversations (once they are over) and of requests for speech, by engine and unit. A conversation that is erased stays in the sums. At most 92 days. Needs `metrics:read`: Read metrics. */
    getUsage: (input: GetUsageInput = {}, options?: CallOptions): Promise<GetUsageOutput> =>
      transport.json({ method: 'GET', path: '/v1/usage', query: ['from', 'to'] }, input, options),
    /** One user. Needs `users:read`: See who is in the organization. */
    getUser: (input: GetUserInput, options?: CallOptions): Promise<GetUserOutput> =>
      transport.json({ method: 'GET', path: '/v1/users/{user_id}', query: [] }, input, options),
    /** A webhook. Needs `webhooks:read`: See webhooks and their deliveries. */
    getWebhook: (input: GetWebhookInput, options?: CallOptions): Promise<GetWebhookOutput> =>
      transport.json({ method: 'GET', path: '/v1/webhooks/{webhook_id}', query: [] }, input, options),
    /** A delivery with its body. Needs `webhooks:read`: See webhooks and their deliveries. */
    getWebhookDelivery: (input: GetWebhookDeliveryInput, options?: CallOptions): Promise<GetWebhookDeliveryOutput> =>
      transport.json(
        { method: 'GET', path: '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}', query: [] },
        input,
        options,
      ),
    /** End a call. One that rings is not made; one that is over stays as it ended. Needs `calls:write`: Call people, end calls. */
    hangUpCall: (input: HangUpCallInput, options?: CallOptions): Promise<HangUpCallOutput> =>
      transport.json({ method: 'POST', path: '/v1/calls/{call_id}/hangup', query: [] }, input, options),
    /** Invite somebody. The link works once, for seven days; inviting the same address again, while it has not been accepted, makes a new link and the old one worthless. Only roles that may no more than you do can be given. Needs `users:write`: Invite people, change their roles, disable them. */
    inviteUser: (input: InviteUserInput, options?: CallOptions): Promise<InviteUserOutput> =>
      transport.json({ method: 'POST', path: '/v1/users/invitations', query: [] }, input, options),
    /** Whom one can talk to here. Agents that ship with the server and published flows. Open to all: a page asks before anybody has signed in. Open to all. */
    listAgents: (options?: CallOptions): Promise<ListAgentsOutput> =>
      transport.json({ method: 'GET', path: '/v1/agents', query: [] }, {}, options),
    /** API keys and service tokens, newest first, with those that were revoked. Needs `api_keys:read`: See which API keys exist. */
    listApiKeys: (input: ListApiKeysInput = {}, options?: CallOptions): Promise<ListApiKeysOutput> =>
      transport.json({ method: 'GET', path: '/v1/api-keys', query: ['cursor', 'limit'] }, input, options),
    /** Who changed or looked at what, newest first. The log is only ever added to. Looking at it is written down too. What identifies people is kept apart from it, so that whoever is erased is `[erased]` here. Needs `audit:read`: Read the audit log. */
    listAuditLogs: (input: ListAuditLogsInput = {}, options?: CallOptions): Promise<ListAuditLogsOutput> =>
      transport.json(
        {
          method: 'GET',
          path: '/v1/audit-logs',
          query: ['cursor', 'limit', 'actor', 'action', 'resource_type', 'resource_id', 'trace_id', 'from', 'to'],
        },
        input,
        options,
      ),
    /** Calls by telephone, newest first. Needs `calls:read`: See telephone calls, with who called whom. */
    listCalls: (input: ListCallsInput = {}, options?: CallOptions): Promise<ListCallsOutput> =>
      transport.json(
        { method: 'GET', path: '/v1/calls', query: ['cursor', 'limit', 'conversation_id', 'direction', 'status'] },
        input,
        options,
      ),
    /** Find conversations, newest first. May be a moment old. Conversations that begin while one turns the pages come on no page after the first, and none comes twice. Needs `conversations:read`: Read conversations, their turns and what came of them. */
    listConversations: (input: ListConversationsInput = {}, options?: CallOptions): Promise<ListConversationsOutput> =>
      transport.json(
        {
          method: 'GET',
          path: '/v1/conversations',
          query: [
            'cursor',
            'limit',
            'agent_id',
            'channel_type',
            'state',
            'from',
            'to',
            'caller_id',
            'intent',
            'min_satisfaction',
            'max_satisfaction',
            'q',
          ],
        },
        input,
        options,
      ),
    /** Published versions, newest first. Needs `flows:read`: See flows, their drafts and versions. */
    listFlowVersions: (input: ListFlowVersionsInput, options?: CallOptions): Promise<ListFlowVersionsOutput> =>
      transport.json(
        { method: 'GET', path: '/v1/flows/{flow_id}/versions', query: ['cursor', 'limit'] },
        input,
        options,
      ),
    /** Flows, newest first. Needs `flows:read`: See flows, their drafts and versions. */
    listFlows: (input: ListFlowsInput = {}, options?: CallOptions): Promise<ListFlowsOutput> =>
      transport.json({ method: 'GET', path: '/v1/flows', query: ['cursor', 'limit'] }, input, options),
    /** Callers who wait for a person, longest first. Those whose calls this server carries. They hear music meanwhile; ask again each second or two. Callers are handed over only where somebody has asked within the last ten seconds. Needs `conversations:answer`: Take over conversations as a person. */
    listHandoffs: (options?: CallOptions): Promise<ListHandoffsOutput> =>
      transport.json({ method: 'GET', path: '/v1/handoffs', query: [] }, {}, options),
    /** Who answers conversations that agents hand over. Needs `users:read`: See who is in the organization. */
    listHumanAgents: (input: ListHumanAgentsInput = {}, options?: CallOptions): Promise<ListHumanAgentsOutput> =>
      transport.json({ method: 'GET', path: '/v1/human-agents', query: ['cursor', 'limit'] }, input, options),
    /** Outside systems that flows can use. Needs `integrations:read`: See outside systems, without their credentials. */
    listIntegrations: (input: ListIntegrationsInput = {}, options?: CallOptions): Promise<ListIntegrationsOutput> =>
      transport.json({ method: 'GET', path: '/v1/integrations', query: ['cursor', 'limit'] }, input, options),
    /** Telephone numbers and who answers at them, newest first. Needs `phone_numbers:read`: See telephone numbers and who answers at them. */
    listPhoneNumbers: (input: ListPhoneNumbersInput = {}, options?: CallOptions): Promise<ListPhoneNumbersOutput> =>
      transport.json({ method: 'GET', path: '/v1/phone-numbers', query: ['cursor', 'limit'] }, input, options),
    /** Who can listen, speak and think for agents. With what each can do, and whether there is an account with it. Keys are never shown. Needs `providers:read`: See which engines listen, speak and think, and whose accounts they use. */
    listProviders: (options?: CallOptions): Promise<ListProvidersOutput> =>
      transport.json({ method: 'GET', path: '/v1/providers', query: [] }, {}, options),
    /** Recordings, newest first. Those that were deleted are not listed. Needs `recordings:read`: Listen to recordings. */
    listRecordings: (input: ListRecordingsInput = {}, options?: CallOptions): Promise<ListRecordingsOutput> =>
      transport.json(
        { method: 'GET', path: '/v1/recordings', query: ['cursor', 'limit', 'conversation_id'] },
        input,
        options,
      ),
    /** Who is in the organization, newest first. Needs `users:read`: See who is in the organization. */
    listUsers: (input: ListUsersInput = {}, options?: CallOptions): Promise<ListUsersOutput> =>
      transport.json({ method: 'GET', path: '/v1/users', query: ['cursor', 'limit'] }, input, options),
    /** Voices that agents of the organization can have. Of the engines that its settings or the server name, and of all providers with which there is an account. Engines that cannot be reached are left out. Needs `providers:read`: See which engines listen, speak and think, and whose accounts they use. */
    listVoices: (input: ListVoicesInput = {}, options?: CallOptions): Promise<ListVoicesOutput> =>
      transport.json({ method: 'GET', path: '/v1/voices', query: ['language'] }, input, options),
    /** What was sent to a webhook, newest first. Deliveries that are over are kept for 30 days. Needs `webhooks:read`: See webhooks and their deliveries. */
    listWebhookDeliveries: (
      input: ListWebhookDeliveriesInput,
      options?: CallOptions,
    ): Promise<ListWebhookDeliveriesOutput> =>
      transport.json(
        { method: 'GET', path: '/v1/webhooks/{webhook_id}/deliveries', query: ['cursor', 'limit', 'status'] },
        input,
        options,
      ),
    /** Webhooks, newest first. Needs `webhooks:read`: See webhooks and their deliveries. */
    listWebhooks: (input: ListWebhooksInput = {}, options?: CallOptions): Promise<ListWebhooksOutput> =>
      transport.json({ method: 'GET', path: '/v1/webhooks', query: ['cursor', 'limit'] }, input, options),
    /** Open a conversation. Open to all, within limits, so that a page can offer it to anybody: the answer holds a token that opens this conversation and no other. Open to all. */
    openConversation: (input: OpenConversationInput = {}, options?: CallOptions): Promise<OpenConversationOutput> =>
      transport.json({ method: 'POST', path: '/v1/conversations', query: [] }, input, options),
    /** What a text means to an agent. Needs `nlu:read`: Ask what a text means. */
    parseText: (input: ParseTextInput, options?: CallOptions): Promise<ParseTextOutput> =>
      transport.json({ method: 'POST', path: '/v1/nlu/parse', query: [] }, input, options),
    /** Pause the recording of a live call. From now on both sides are silent in the recording, until it is resumed. While an agent asks for a secret it pauses by itself. For the caller, with the conversation's token, or with `conversations:write`. */
    pauseRecording: (input: PauseRecordingInput, options?: CallOptions): Promise<PauseRecordingOutput> =>
      transport.json(
        { method: 'POST', path: '/v1/conversations/{conversation_id}/recording/pause', query: [] },
        input,
        options,
      ),
    /** Say something, and get the answer. Answers once the turn is stored. With an `Idempotency-Key` a message that is sent again is not a second turn: it gets the answer that was stored. Messages to one conversation are answered one after another, whichever server they come to. For the caller, with the conversation's token, or with `conversations:write`. */
    processInput: (input: ProcessInputInput, options?: CallOptions): Promise<ProcessInputOutput> =>
      transport.json(
        { method: 'POST', path: '/v1/conversations/{conversation_id}/process', query: [] },
        input,
        options,
      ),
    /** Publish the draft as the next version. Only the draft that `If-Match` names is published, and only if nothing is wrong with it (`flow_invalid` lists what is). Needs `flows:publish`: Publish versions, shift traffic, roll back. */
    publishFlow: (input: PublishFlowInput, options?: CallOptions): Promise<PublishFlowOutput> =>
      transport.json({ method: 'POST', path: '/v1/flows/{flow_id}/publish', query: [] }, input, options),
    /** Let a user answer conversations, and say which. Needs `users:write`: Invite people, change their roles, disable them. */
    putHumanAgent: (input: PutHumanAgentInput, options?: CallOptions): Promise<PutHumanAgentOutput> =>
      transport.json({ method: 'PUT', path: '/v1/human-agents/{user_id}', query: [] }, input, options),
    /** Set the organization's own account with a provider. In place of the server's, for all conversations of the organization from then on. Kept encrypted, never shown again. Needs `providers:write`: Set the organization's own accounts with providers. */
    putProviderAccount: (input: PutProviderAccountInput, options?: CallOptions): Promise<PutProviderAccountOutput> =>
      transport.json({ method: 'PUT', path: '/v1/providers/{provider}/account', query: [] }, input, options),
    /** Tell what happened to a call that a media server carries. For media servers that send the sound of calls here, with a key of the permission `call_events:write`. A call that nobody announced by `ringing` is not found. Needs `call_events:write`: Tell what happens to calls: for media servers. */
    recordCallEvent: (input: RecordCallEventInput, options?: CallOptions): Promise<RecordCallEventOutput> =>
      transport.json({ method: 'POST', path: '/v1/call/event', query: [] }, input, options),
    /** Exchange a refresh token for a new pair. A refresh token that comes a second time ends the session it belongs to: one of the two who sent it is not who they should be. Within ten seconds of its use it is only refused (`refresh_superseded`), since two tabs of one browser may refresh at once. Open to all. */
    refreshTokens: (input: RefreshTokensInput = {}, options?: CallOptions): Promise<RefreshTokensOutput> =>
      transport.json({ method: 'POST', path: '/v1/auth/refresh', query: [] }, input, options),
    /** A fresh token. Opens the conversation for an hour in place of the token before. Ask while that is valid, or with a key. For the caller, with the conversation's token, or with `conversations:write`. */
    renewConversationToken: (
      input: RenewConversationTokenInput,
      options?: CallOptions,
    ): Promise<RenewConversationTokenOutput> =>
      transport.json({ method: 'POST', path: '/v1/conversations/{conversation_id}/token', query: [] }, input, options),
    /** Send a delivery again, now. With the same event id, body and a new signature; also one that waits for its next attempt. Needs `webhooks:write`: Register webhooks, replay deliveries. */
    replayWebhookDelivery: (
      input: ReplayWebhookDeliveryInput,
      options?: CallOptions,
    ): Promise<ReplayWebhookDeliveryOutput> =>
      transport.json(
        { method: 'POST', path: '/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay', query: [] },
        input,
        options,
      ),
    /** Ask for a link to set a new password. The answer is the same whether the address is known or not. Open to all. */
    requestPasswordReset: (
      input: RequestPasswordResetInput,
      options?: CallOptions,
    ): Promise<RequestPasswordResetOutput> =>
      transport.json({ method: 'POST', path: '/v1/auth/password-resets', query: [] }, input, options),
    /** Make a link by which a user sets a new password. Needs `users:write`: Invite people, change their roles, disable them. */
    resetUserPassword: (input: ResetUserPasswordInput, options?: CallOptions): Promise<ResetUserPasswordOutput> =>
      transport.json({ method: 'POST', path: '/v1/users/{user_id}/password-reset', query: [] }, input, options),
    /** Go on with a paused recording. Needs `conversations:write`: Open conversations, speak in them, end them. */
    resumeRecording: (input: ResumeRecordingInput, options?: CallOptions): Promise<ResumeRecordingOutput> =>
      transport.json(
        { method: 'POST', path: '/v1/conversations/{conversation_id}/recording/resume', query: [] },
        input,
        options,
      ),
    /** Revoke a key. At once where it is revoked, within ten seconds on every other replica. Revoking again changes nothing. Needs `api_keys:write`: Make and revoke API keys. */
    revokeApiKey: (input: RevokeApiKeyInput, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'DELETE', path: '/v1/api-keys/{api_key_id}', query: [] }, input, options),
    /** All new conversations to an earlier version. From a trial back to the stable version, else to the one that was stable before, or to the one that is named. Needs `flows:publish`: Publish versions, shift traffic, roll back. */
    rollBackFlow: (input: RollBackFlowInput, options?: CallOptions): Promise<RollBackFlowOutput> =>
      transport.json({ method: 'POST', path: '/v1/flows/{flow_id}/rollback', query: [] }, input, options),
    /** Give a webhook a new secret. For a while deliveries carry two signatures, one by each secret, so that receivers can change over without missing any. Needs `webhooks:write`: Register webhooks, replay deliveries. */
    rotateWebhookSecret: (input: RotateWebhookSecretInput, options?: CallOptions): Promise<RotateWebhookSecretOutput> =>
      transport.json({ method: 'POST', path: '/v1/webhooks/{webhook_id}/secret', query: [] }, input, options),
    /** Save the draft. Nothing is checked yet, and nobody is answered by it until it is published. Needs `flows:write`: Draw flows: make, change and archive drafts. */
    saveFlow: (input: SaveFlowInput, options?: CallOptions): Promise<SaveFlowOutput> =>
      transport.json({ method: 'PUT', path: '/v1/flows/{flow_id}', query: [] }, input, options),
    /** Say whether one answers conversations now. For users who were set up as human agents. Needs `conversations:answer`: Take over conversations as a person. */
    setAvailability: (input: SetAvailabilityInput, options?: CallOptions): Promise<SetAvailabilityOutput> =>
      transport.json({ method: 'PUT', path: '/v1/me/availability', query: [] }, input, options),
    /** Give a published version its share of new conversations. Needs `flows:publish`: Publish versions, shift traffic, roll back. */
    setFlowTraffic: (input: SetFlowTrafficInput, options?: CallOptions): Promise<SetFlowTrafficOutput> =>
      transport.json({ method: 'PUT', path: '/v1/flows/{flow_id}/traffic', query: [] }, input, options),
    /** Sign in with e-mail address and password. The access token lives 15 minutes; `refresh` gives the next one, for 30 days after signing in. Five wrong passwords lock the account for half a minute, each further one for twice as long, up to 15 minutes; the answer is the same then as for a wrong password. Open to all. */
    signIn: (input: SignInInput, options?: CallOptions): Promise<SignInOutput> =>
      transport.json({ method: 'POST', path: '/v1/auth/sign-in', query: [] }, input, options),
    /** End this session. Ends the session of the refresh token or of whoever asks, and removes the cookies. Answers the same when there was none. Open to all. */
    signOut: (input: SignOutInput = {}, options?: CallOptions): Promise<void> =>
      transport.nothing({ method: 'POST', path: '/v1/auth/sign-out', query: [] }, input, options),
    /** Start a conversation, and hear the greeting. For programs. In text the greeting is in the answer; `process` goes on. By voice, bring sound with `webrtc` or a telephone. Needs `conversations:write`: Open conversations, speak in them, end them. */
    startConversation: (input: StartConversationInput, options?: CallOptions): Promise<StartConversationOutput> =>
      transport.json({ method: 'POST', path: '/v1/conversations/start', query: [] }, input, options),
    /** Have a text spoken. By the voices of the organization, with those that stand in for them. `pcm_16000` (16-bit little-endian) and `mulaw_8000` are sent as they are made; a WAV file once it is whole. With `Accept: application/json` the answer is `{"audio": base64, "format", "sample_rate_hz", "duration_ms", "words": [{"text", "start_ms", "end_ms"}], "engine"}`. Needs `speech:synthesize`: Have texts spoken. */
    synthesize: (input: SynthesizeInput, options?: CallOptions): Promise<Response> =>
      transport.file({ method: 'POST', path: '/v1/synthesize', query: [] }, input, options),
    /** Send an event of type webhook_test to a webhook. It is sent as any other; what became of it stands in its deliveries. Needs `webhooks:write`: Register webhooks, replay deliveries. */
    testWebhook: (input: TestWebhookInput, options?: CallOptions): Promise<TestWebhookOutput> =>
      transport.json({ method: 'POST', path: '/v1/webhooks/{webhook_id}/test', query: [] }, input, options),
    /** Have sound written down. Send JSON; or the file itself as `audio/wav` (PCM, 16 bit) or `audio/basic` (µ-law, 8 kHz) with `language` in the address; or a form (`multipart/form-data`) with the file as `audio`. At most two minutes. Of what is said the words of an agent (`agent_id`) are expected. Needs `speech:transcribe`: Have sound written down, and ask in which language a text is. */
    transcribe: (input: TranscribeInput, options?: CallOptions): Promise<TranscribeOutput> =>
      transport.json(
        { method: 'POST', path: '/v1/transcribe', query: ['language', 'engine', 'agent_id'] },
        input,
        options,
      ),
    /** End a conversation with a rating. For the caller, with the conversation's token, or with `conversations:write`. */
    updateConversation: (input: UpdateConversationInput, options?: CallOptions): Promise<UpdateConversationOutput> =>
      transport.json({ method: 'PATCH', path: '/v1/conversations/{conversation_id}', query: [] }, input, options),
    /** Change an outside system. Needs `integrations:write`: Connect outside systems and change their credentials. */
    updateIntegration: (input: UpdateIntegrationInput, options?: CallOptions): Promise<UpdateIntegrationOutput> =>
      transport.json({ method: 'PUT', path: '/v1/integrations/{integration_id}', query: [] }, input, options),
    /** Change one's own name. For whoever is signed in. */
    updateMe: (input: UpdateMeInput, options?: CallOptions): Promise<UpdateMeOutput> =>
      transport.json({ method: 'PATCH', path: '/v1/me', query: [] }, input, options),
    /** Change its name or settings. Each setting that is sent (`retention_days`, `redaction`, …) replaces the one of that name, null removes it, and those left out stay. Needs `organization:write`: Change the organization's settings. */
    updateOrganization: (input: UpdateOrganizationInput, options?: CallOptions): Promise<UpdateOrganizationOutput> =>
      transport.json({ method: 'PATCH', path: '/v1/organization', query: [] }, input, options),
    /** Let somebody else answer at a number. Calls that go on stay with whom they are. Needs `phone_numbers:write`: Say who answers at telephone numbers. */
    updatePhoneNumber: (input: UpdatePhoneNumberInput, options?: CallOptions): Promise<UpdatePhoneNumberOutput> =>
      transport.json({ method: 'PATCH', path: '/v1/phone-numbers/{phone_number_id}', query: [] }, input, options),
    /** Change name or role, disable or enable. Disabling ends all sessions of the user. The last admin stays one. Needs `users:write`: Invite people, change their roles, disable them. */
    updateUser: (input: UpdateUserInput, options?: CallOptions): Promise<UpdateUserOutput> =>
      transport.json({ method: 'PATCH', path: '/v1/users/{user_id}', query: [] }, input, options),
    /** Change a webhook, switch it off or on. Deliveries that wait go to the new address. What waits when it is switched off is given up, and can be replayed. Needs `webhooks:write`: Register webhooks, replay deliveries. */
    updateWebhook: (input: UpdateWebhookInput, options?: CallOptions): Promise<UpdateWebhookOutput> =>
      transport.json({ method: 'PATCH', path: '/v1/webhooks/{webhook_id}', query: [] }, input, options),
    /** What is wrong with the draft. Needs `flows:read`: See flows, their drafts and versions. */
    validateFlow: (input: ValidateFlowInput, options?: CallOptions): Promise<ValidateFlowOutput> =>
      transport.json({ method: 'POST', path: '/v1/flows/{flow_id}/validate', query: [] }, input, options),
  };
}
