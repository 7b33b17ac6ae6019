/** What a metric counts by. Values are listed, or there is a bound on how many there can be: what comes after is `other`. */
export type LabelValues = readonly string[] | { readonly most: number };

export type MetricDefinition = {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
  /** Upper bounds, of histograms alone. */
  readonly buckets?: readonly number[];
};

const channels = ['voice', 'chat', 'api', 'other'] as const;
const endReasons = ['completed', 'caller_left', 'silence', 'max_duration', 'abandoned', 'error', 'shutdown'] as const;
const phoneChannels = ['sip', 'twilio', 'audio-socket', 'audio-fork'] as const;
const phoneOutcomes = [
  'completed',
  'transferred',
  'canceled',
  'busy',
  'no_answer',
  'failed',
  'unknown_number',
  'rate_limited',
  'shutting_down',
] as const;
/** As `Waterfall` of the engine has them. */
const phases = ['end_of_turn', 'transcript', 'agent', 'sentence', 'synthesis', 'playout'] as const;
/** Parts, agents and outside systems are set up by people, a handful each. */
const named = { most: 50 } as const;
/** Endpoints of the contract: fewer than two hundred. */
const routes = { most: 200 } as const;
/** Statuses that this server answers with. */
const statuses = { most: 30 } as const;

/**
 * Parts of a conversation: fine from 10 ms, where a stage is not noticed, to 2.5 s, where a caller asks whether anybody is there; the
 * last ones tell a slow part from one that hangs (time-outs are 5 to 30 s).
 */
const stageSeconds = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30];
/** Fine around what is aimed at (0.8 s) and what people bear (1.5 s). */
const voiceToVoiceSeconds = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 3, 5, 10];
/** A transaction takes one to five milliseconds; the statement limit is 10 s. */
const databaseSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Requests: a promise of 50 ms for a chat turn at the 99th percentile; 30 s is the longest that one may take. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** G.711 with concealment is good up to one in a hundred, and not understood from one in ten on. */
const lostShares = [0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
/** A packet is 20 ms; jitter buffers bridge some of them. */
const jitterSeconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5];
/** From those who hang up at once to the longest call. */
const conversationSeconds = [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];

/** Every metric of this server; no other can be counted. No ids stand in labels, and no label grows without a bound. */
export const metricCatalogue = {
  parley_conversations_created_total: counter('Conversations opened.', { channel: channels }),
  parley_conversations_joined_total: counter('Times that somebody came into a conversation.', { channel: channels }),
  parley_conversations_left_total: counter('Conversations that ended or were left.', {
    channel: channels,
    reason: endReasons,
  }),
  parley_conversations_failed_total: counter('Conversations that could not be opened, or ended in an error.', {
    channel: channels,
    reason: ['open', 'enter', 'error'],
  }),
  parley_conversations_active: gauge('Conversations in memory: with a way for sound (voice), and without (chat).', {
    kind: ['voice', 'chat'],
  }),
  parley_conversations_limit: gauge('Conversations that this process takes at once.', {}),
  parley_conversation_duration_seconds: histogram(
    'How long conversations were in memory.',
    { channel: channels },
    conversationSeconds,
  ),

  parley_phone_calls_total: counter('Calls by telephone that are over, with what became of them; refused ones too.', {
    channel: phoneChannels,
    direction: ['inbound', 'outbound'],
    outcome: phoneOutcomes,
  }),
  parley_phone_active_calls: gauge('Calls by telephone that are connected.', { channel: phoneChannels }),
  parley_phone_lost_ratio: histogram(
    'Share of packets lost, of calls that are over: in on the way here, out as the far side reports it.',
    { direction: ['in', 'out'] },
    lostShares,
  ),
  parley_phone_jitter_seconds: histogram(
    'Interarrival jitter (RFC 3550), of calls that are over: in as measured here, out as the far side reports it.',
    { direction: ['in', 'out'] },
    jitterSeconds,
  ),
  parley_phone_round_trip_seconds: histogram('Round trip by RTCP, of calls that are over.', {}, jitterSeconds),
  parley_sip_registrations: gauge('Registrations of this server with trunks.', {
    state: ['registering', 'registered', 'failed'],
  }),
  parley_sip_messages_total: counter('SIP messages that came, and those of them that were not taken.', {
    outcome: ['received', 'malformed', 'refused', 'throttled', 'retransmitted'],
  }),
  parley_sip_dialogs: gauge('SIP dialogs that are kept.', {}),
  parley_rtp_port_pairs: gauge('Pairs of ports taken for the sound of calls.', {}),
  parley_rtp_port_pairs_limit: gauge('Pairs of ports that RTP_PORTS has.', {}),

  parley_audio_frames_total: counter('Frames of 20 ms by direction: in from callers, out to them.', {
    direction: ['in', 'out'],
  }),
  parley_audio_packets_total: counter('Packets from callers that came too late to be heard, or never.', {
    outcome: ['late', 'lost'],
  }),

  parley_turns_total: counter('Turns stored, by what they answer and how the caller spoke.', {
    cause: ['greeting', 'turn', 'reprompt', 'farewell', 'apology'],
    modality: ['voice', 'text', 'digits', 'none'],
  }),
  parley_turns_rejected_total: counter('Turns in which speech was heard that could not be made out.', {}),
  parley_barge_ins_total: counter('Replies that callers cut off by speaking.', {}),
  parley_turn_phase_seconds: histogram('Where the time of a turn went.', { phase: phases }, stageSeconds),
  parley_voice_to_voice_seconds: histogram(
    "End of the caller's speech to the first sound of the answer.",
    {},
    voiceToVoiceSeconds,
  ),
  parley_turns_active: gauge('Turns that are being answered.', {}),

  parley_recognizer_final_seconds: histogram(
    'Recognition after the end of the utterance was known.',
    { recognizer: named },
    stageSeconds,
  ),
  parley_recognizer_utterances_total: counter('Utterances by what became of them.', {
    recognizer: named,
    outcome: ['recognized', 'rejected', 'empty'],
  }),
  parley_recognizer_errors_total: counter('Recogniser streams that failed.', { recognizer: named }),
  parley_agent_first_output_seconds: histogram('Question to the first words.', { agent: named }, stageSeconds),
  parley_agent_reply_seconds: histogram('Question to the end of the answer.', { agent: named }, stageSeconds),
  parley_agent_errors_total: counter('Answers that failed.', { agent: named }),
  parley_model_first_output_seconds: histogram('Request to the first token.', { model: named }, stageSeconds),
  parley_model_seconds: histogram('Request to the last token.', { model: named }, stageSeconds),
  parley_model_errors_total: counter('Requests to the language model that failed.', { model: named }),
  parley_tool_seconds: histogram(
    'Calls of outside systems on behalf of a caller.',
    { tool: named, outcome: ['ok', 'failed'] },
    stageSeconds,
  ),
  parley_synthesis_first_audio_seconds: histogram('Sentence to its first sound.', { synthesizer: named }, stageSeconds),
  parley_synthesis_errors_total: counter('Sentences that the voice failed at.', { synthesizer: named }),
  parley_speech_open: gauge("Streams and sentences under way, by engines of the server's own.", {
    kind: ['recognizer', 'synthesizer'],
    engine: named,
  }),
  parley_speech_waiting: gauge("Sentences and streams that wait for a place in the limit of the server's account.", {
    kind: ['recognizer', 'synthesizer'],
    engine: named,
  }),

  parley_http_requests_total: counter('Requests by route and status.', { route: routes, status: statuses }),
  parley_http_request_seconds: histogram('Time to answer a request.', { route: routes }, requestSeconds),
  parley_rate_limited_total: counter('Requests refused because there were too many.', { route: routes }),

  parley_database_connections: gauge('Connections of the pool.', { state: ['total', 'idle'] }),
  parley_database_connections_limit: gauge('Connections that the pool may open.', {}),
  parley_database_waiting: gauge('Transactions that wait for a connection.', {}),
  parley_database_seconds: histogram('Transactions, the wait for a connection included.', {}, databaseSeconds),
  parley_database_errors_total: counter('Transactions that failed because the database was not there.', {}),
  parley_redis_up: gauge('1 when Redis answers, 0 when not; absent without Redis.', {}),
  parley_outbox_pending: gauge('Events that were not handed on yet.', {}),
  parley_outbox_lag_seconds: gauge('Age of the oldest event that was not handed on.', {}),
  parley_webhook_deliveries_total: counter('Webhook deliveries by what became of them.', {
    outcome: ['delivered', 'failed', 'given_up'],
  }),
  parley_recordings_total: counter('Recordings by what became of them.', { outcome: ['stored', 'failed'] }),

  parley_outside_calls_total: counter('Calls of what this server depends on.', {
    dependency: named,
    outcome: ['ok', 'failed', 'timed_out', 'refused_open', 'refused_busy'],
  }),
  parley_outside_call_seconds: histogram(
    'Calls of what this server depends on, repetitions apart.',
    { dependency: named },
    stageSeconds,
  ),
  parley_breaker_state: gauge('0 closed, 1 half open (one call tries), 2 open (nothing is asked).', {
    dependency: named,
  }),
  parley_pending_writes: gauge('Turns and ends that wait for the database.', {}),
  parley_pending_write_bytes: gauge('Their size in the journal.', {}),
  parley_pending_writes_replayed_total: counter('Turns and ends written after the database was back.', {}),
  parley_pending_writes_dropped_total: counter('Turns and ends that are lost, each once.', {
    reason: ['full', 'refused', 'unreadable'],
  }),

  parley_memory_per_conversation_bytes: gauge(
    'Memory beyond that of the idle process, by the conversations in it; 0 when there are none.',
    {},
  ),
  parley_dependency_state: gauge('0 ok, 1 degraded, 2 down, as /ready has it.', { dependency: named }),
  parley_info: gauge('1, with what runs.', { version: named }),
} as const satisfies Record<string, MetricDefinition>;

type Catalogue = typeof metricCatalogue;
export type MetricName = keyof Catalogue;
type NamesOf<Kind> = { [N in MetricName]: Catalogue[N]['kind'] extends Kind ? N : never }[MetricName];
export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type HistogramName = NamesOf<'histogram'>;

/** The labels that go with a metric, all of them. */
export type LabelsOf<N extends MetricName> = {
  readonly [L in keyof Catalogue[N]['labels']]: Catalogue[N]['labels'][L] extends readonly (infer V)[] ? V : string;
};

function counter<const L extends Record<string, LabelValues>>(help: string, labels: L) {
  return { kind: 'counter', help, labels } as const;
}

function gauge<const L extends Record<string, LabelValues>>(help: string, labels: L) {
  return { kind: 'gauge', help, labels } as const;
}

function histogram<const L extends Record<string, LabelValues>>(help: string, labels: L, buckets: readonly number[]) {
  return { kind: 'histogram', help, labels, buckets } as const;
}
