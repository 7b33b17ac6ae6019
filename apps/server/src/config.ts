import { resolve } from 'node:path';
import { iceServerSchema } from '@parley/contract/conversations.ts';
import { z } from 'zod';
import { type EdgeSettings, edgeSettingsOf, edgeSettingsShape } from './edge/edge-settings.ts';
import { type HotelSettings, hotelSettingsOf, hotelSettingsShape } from './hotel-settings.ts';
import { type IdentitySettings, identitySettingsOf, identitySettingsShape } from './identity/identity-settings.ts';
import { type PrivacySettings, privacySettingsOf, privacySettingsShape } from './privacy/privacy-settings.ts';
import {
  type RecordingsSettings,
  recordingsSettingsOf,
  recordingsSettingsShape,
} from './recordings/recordings-settings.ts';
import { type RedisSettings, redisSettingsOf, redisSettingsShape } from './redis/redis-settings.ts';
import { type SessionSettings, sessionSettingsOf, sessionSettingsShape } from './sessions/sessions-settings.ts';
import { StartError } from './start-errors.ts';
import { type DatabaseSettings, databaseSettingsOf, databaseSettingsShape } from './storage/storage-settings.ts';
import { type TelemetrySettings, telemetrySettingsOf, telemetrySettingsShape } from './telemetry/telemetry-settings.ts';

export type IceServer = z.infer<typeof iceServerSchema>;

/** Everything that can be set from outside. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly database: DatabaseSettings;
  /** UDP. */
  readonly webrtcPort: number;
  readonly iceServers: readonly IceServer[];
  /** The address that browsers reach when the server is behind NAT. */
  readonly publicIp: string | undefined;
  readonly logLevel: LogLevel;
  /** IANA zone of callers who do not say theirs. */
  readonly timeZone: string;
  readonly maxConversations: number;
  /** Names of the speech registry, in order of preference: each stands in for those before it. At least one. */
  readonly recognizers: readonly string[];
  readonly synthesizers: readonly string[];
  readonly voiceDetector: VoiceDetectorName;
  /** Absolute; folders in it are agents beside those that ship. */
  readonly agentsDir: string | undefined;
  /** Undefined when no language model is configured: flows and the trained NLU need none. */
  readonly languageModel: { readonly provider: string; readonly options: Readonly<Record<string, string>> } | undefined;
  /** Undefined: agents understand by what they were trained on alone. */
  readonly embeddings: EmbeddingsSetting | undefined;
  readonly edge: EdgeSettings;
  readonly hotel: HotelSettings;
  readonly identity: IdentitySettings;
  readonly privacy: PrivacySettings;
  readonly recordings: RecordingsSettings;
  readonly redis: RedisSettings;
  readonly sessions: SessionSettings;
  readonly telemetry: TelemetrySettings;
}

/** What turns sentences into vectors: a model's folder on this machine, or a server that speaks OpenAI's embeddings. */
export type EmbeddingsSetting =
  /** The folder is absolute. */
  | { readonly type: 'local'; readonly folder: string }
  | { readonly type: 'server'; readonly baseUrl: string; readonly model: string; readonly apiKey: string | undefined };

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const voiceDetectors = ['light', 'silero'] as const;
export type VoiceDetectorName = (typeof voiceDetectors)[number];

/**
 * Read the settings from the environment; an empty value counts as not set.
 * @throws StartError `config_invalid` with one sentence that names the first wrong setting
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const result = settingsSchema.safeParse(set);
  if (!result.success) throw settingError(result.error);
  const settings = result.data;
  const hotel = hotelSettingsOf(settings.HOTEL_PROPERTY, set);
  if (!hotel.success) throw settingError(hotel.error);
  const identity = identitySettingsOf(set);
  if (!identity.success) throw settingError(identity.error);
  const recordings = recordingsSettingsOf(set);
  if (!recordings.success) throw settingError(recordings.error);
  const privacy = privacySettingsOf(settings);
  if (!privacy.success) throw settingError(privacy.error);
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataDir: resolve(settings.DATA_DIR),
    database: databaseSettingsOf(settings),
    webrtcPort: settings.WEBRTC_PORT ?? settings.PORT,
    iceServers: settings.ICE_SERVERS,
    publicIp: settings.PUBLIC_IP,
    logLevel: settings.LOG_LEVEL,
    timeZone: settings.TIME_ZONE,
    maxConversations: settings.MAX_CONVERSATIONS,
    recognizers: settings.RECOGNIZER,
    synthesizers: settings.SYNTHESIZER,
    voiceDetector: settings.VOICE_DETECTOR,
    agentsDir: settings.AGENTS_DIR === undefined ? undefined : resolve(settings.AGENTS_DIR),
    languageModel: languageModelOf(settings),
    embeddings: embeddingsOf(settings),
    edge: edgeSettingsOf(settings),
    hotel: hotel.data,
    identity: identity.data,
    privacy: privacy.data,
    recordings: recordings.data,
    redis: redisSettingsOf(settings),
    sessions: sessionSettingsOf(settings),
    telemetry: telemetrySettingsOf(settings),
  };
}

function settingError({ issues: [issue] }: z.ZodError): StartError {
  const name = String(issue?.path[0] ?? 'A setting');
  return new StartError('config_invalid', `${name} ${issue?.message ?? 'is wrong'}. Correct it and start again.`);
}

const port = wholeNumber(0, 65_535, 'must be a port number from 0 to 65535, such as 8080');

/** How credentials are appended to a listed URL: `turn:host:3478|user|secret`. */
const credentialSeparator = '|';

const iceServers = z.string().transform((text, context): IceServer[] => {
  const servers = text.trim().startsWith('[') ? fromJson(text) : fromList(text);
  if (servers?.every(({ urls }) => urls.length > 0 && urls.every((url) => /^(stuns?|turns?):[^\s/]+$/.test(url)))) {
    return servers;
  }
  context.addIssue(
    'must be stun: and turn: URLs separated by commas (turn:host:3478|user|secret with credentials) or a JSON list of {"urls":[…],"username","credential"}',
  );
  return z.NEVER;
});

/** More than this would try a caller's patience before the last one is asked. */
const maxProviders = 4;

const providers = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (names) => names.length <= maxProviders && names.every((name) => name !== ''),
    `must be one to ${maxProviders} names separated by commas, such as embedded,espeak`,
  );

const settingsSchema = z.object({
  // What the README says and what most development servers use.
  PORT: port.default(8080),
  // Only this machine unless asked for: a microphone needs https elsewhere anyway, and an open port should be a decision.
  HOST: z.string().trim().default('localhost'),
  DATA_DIR: z.string().default('./data'),
  ...databaseSettingsShape,
  // The same number as PORT (TCP and UDP do not collide), so that one number is opened in a firewall.
  WEBRTC_PORT: port.optional(),
  // No public server is contacted unless asked for.
  ICE_SERVERS: iceServers.default([]),
  PUBLIC_IP: z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address, such as 203.0.113.7' }).optional(),
  // Quiet on a terminal: the line that says where to go must not drown.
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('warn'),
  // The machine's own zone: on a laptop that is the caller's.
  TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone, such as Europe/London')
    .default(Intl.DateTimeFormat().resolvedOptions().timeZone),
  // Well under what one process carried in measurements of audio both ways.
  MAX_CONVERSATIONS: wholeNumber(1, 10_000, 'must be a whole number from 1 to 10000').default(100),
  // What needs no key and no network. The registry says which others there are.
  RECOGNIZER: providers.default(['embedded']),
  SYNTHESIZER: providers.default(['embedded']),
  // A microsecond a frame, no thread, no package of hundreds of megabytes.
  VOICE_DETECTOR: z.enum(voiceDetectors, { error: `must be one of ${voiceDetectors.join(', ')}` }).default('light'),
  AGENTS_DIR: z.string().optional(),
  LANGUAGE_MODEL: z
    .string()
    .trim()
    .regex(/^[a-z-]+:\S+$/, 'must be a provider and a model, such as openai:gpt-4o-mini')
    .optional(),
  LANGUAGE_MODEL_KEY: z.string().trim().optional(),
  LANGUAGE_MODEL_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
    .optional(),
  NLU_EMBEDDINGS: z
    .string()
    .trim()
    .regex(/^(local:.|https?:\/\/.)/, 'must be local: and a folder, or an address that begins with http:// or https://')
    .optional(),
  // The smallest that its maker sells.
  NLU_EMBEDDINGS_MODEL: z.string().trim().default('text-embedding-3-small'),
  NLU_EMBEDDINGS_KEY: z.string().trim().optional(),
  ...edgeSettingsShape,
  ...hotelSettingsShape,
  ...identitySettingsShape,
  ...privacySettingsShape,
  ...recordingsSettingsShape,
  ...redisSettingsShape,
  ...sessionSettingsShape,
  ...telemetrySettingsShape,
});

const localPrefix = 'local:';

function embeddingsOf({
  NLU_EMBEDDINGS: where,
  NLU_EMBEDDINGS_MODEL: model,
  NLU_EMBEDDINGS_KEY: apiKey,
}: z.infer<typeof settingsSchema>): EmbeddingsSetting | undefined {
  if (where === undefined) return undefined;
  if (where.startsWith(localPrefix)) return { type: 'local', folder: resolve(where.slice(localPrefix.length)) };
  return { type: 'server', baseUrl: where, model, apiKey };
}

function languageModelOf({
  LANGUAGE_MODEL: name,
  LANGUAGE_MODEL_KEY: apiKey,
  LANGUAGE_MODEL_URL: baseUrl,
}: z.infer<typeof settingsSchema>): Config['languageModel'] {
  if (name === undefined) return undefined;
  const at = name.indexOf(':');
  return {
    provider: name.slice(0, at),
    options: {
      model: name.slice(at + 1),
      ...(apiKey !== undefined && { apiKey }),
      ...(baseUrl !== undefined && { baseUrl }),
    },
  };
}

function wholeNumber(least: number, most: number, message: string) {
  return z
    .string()
    .trim()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message);
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

function fromJson(text: string): IceServer[] | undefined {
  try {
    const oneOrMore = iceServerSchema.extend({
      urls: z.union([z.array(z.string()), z.string().transform((url) => [url])]),
    });
    return z.array(oneOrMore).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function fromList(text: string): IceServer[] {
  return text.split(',').map((entry) => {
    const [url = '', username, credential] = entry.trim().split(credentialSeparator);
    return {
      urls: [url],
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    };
  });
}
