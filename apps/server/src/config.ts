import { type Accounts, accountsOf, providerSettings } from '@parley/speech/registry.ts';
import { z } from 'zod';
import { type AgentSettings, agentSettingsOf, agentSettingsShape } from './config/agent-settings.ts';
import type { SettingGroup } from './config/describe-settings.ts';
import { type ServerSettings, serverSettingsOf, serverSettingsShape } from './config/server-settings.ts';
import { type EdgeSettings, edgeSettingsOf, edgeSettingsShape } from './edge/edge-settings.ts';
import { type HotelSettings, hotelSettingsOf, hotelSettingsShape } from './hotel-settings.ts';
import { type IdentitySettings, identitySettingsOf, identitySettingsShape } from './identity/identity-settings.ts';
import {
  type MediaServerSettings,
  mediaServerSettingsOf,
  mediaServerSettingsShape,
} from './phone/media-servers/media-server-settings.ts';
import { type PhoneSettings, phoneSettingsOf, phoneSettingsShape } from './phone/phone-settings.ts';
import {
  type TransferSettings,
  transferSettingsOf,
  transferSettingsShape,
} from './phone/transfers/transfer-settings.ts';
import { type TwilioSettings, twilioSettingsOf, twilioSettingsShape } from './phone/twilio/twilio-settings.ts';
import { type PrivacySettings, privacySettingsOf, privacySettingsShape } from './privacy/privacy-settings.ts';
import {
  type RecordingsSettings,
  recordingsSettingsOf,
  recordingsSettingsShape,
} from './recordings/recordings-settings.ts';
import { type RedisSettings, redisSettingsOf, redisSettingsShape } from './redis/redis-settings.ts';
import { type SessionSettings, sessionSettingsOf, sessionSettingsShape } from './sessions/sessions-settings.ts';
import { type ServerSpeechSettings, serverSpeechSettingsOf, speechSettingsShape } from './speech/speech-settings.ts';
import { StartError } from './start-errors.ts';
import { type DatabaseSettings, databaseSettingsOf, databaseSettingsShape } from './storage/storage-settings.ts';
import { type TelemetrySettings, telemetrySettingsOf, telemetrySettingsShape } from './telemetry/telemetry-settings.ts';

/** Everything that can be set from outside. */
export interface Config extends ServerSettings, AgentSettings {
  /** What speech and language providers are reached with. */
  readonly accounts: Accounts;
  readonly database: DatabaseSettings;
  readonly edge: EdgeSettings;
  readonly hotel: HotelSettings;
  readonly identity: IdentitySettings;
  readonly mediaServers: MediaServerSettings;
  readonly phone: PhoneSettings;
  readonly privacy: PrivacySettings;
  readonly recordings: RecordingsSettings;
  readonly redis: RedisSettings;
  readonly sessions: SessionSettings;
  readonly speech: ServerSpeechSettings;
  readonly telemetry: TelemetrySettings;
  readonly transfers: TransferSettings;
  /** Undefined: no calls by Twilio. */
  readonly twilio: TwilioSettings | undefined;
}

/** All settings, in the order in which they are documented. A new room is one entry. */
export const settingGroups: readonly SettingGroup[] = [
  { title: 'The server', shape: serverSettingsShape },
  { title: 'The database', shape: databaseSettingsShape },
  { title: 'Several servers', shape: redisSettingsShape },
  { title: 'Agents', shape: agentSettingsShape },
  { title: 'Speech and language providers', shape: providerSettings },
  { title: 'What speech costs and keeps', shape: speechSettingsShape },
  { title: 'The hotel agent', shape: hotelSettingsShape },
  {
    title: 'The phone',
    shape: { ...phoneSettingsShape, ...twilioSettingsShape, ...mediaServerSettingsShape, ...transferSettingsShape },
  },
  { title: 'Conversations', shape: sessionSettingsShape },
  { title: 'Recordings', shape: recordingsSettingsShape },
  { title: 'Who may sign in', shape: identitySettingsShape },
  { title: 'Limits and the network', shape: edgeSettingsShape },
  { title: 'Privacy', shape: privacySettingsShape },
  { title: 'Telemetry', shape: telemetrySettingsShape },
];

const settingsSchema = z.object({
  ...serverSettingsShape,
  ...databaseSettingsShape,
  ...redisSettingsShape,
  ...agentSettingsShape,
  ...hotelSettingsShape,
  ...phoneSettingsShape,
  ...mediaServerSettingsShape,
  ...transferSettingsShape,
  ...twilioSettingsShape,
  ...sessionSettingsShape,
  ...speechSettingsShape,
  ...recordingsSettingsShape,
  ...identitySettingsShape,
  ...edgeSettingsShape,
  ...privacySettingsShape,
  ...telemetrySettingsShape,
});

/** Apart from the others: which ones there are, the registry of providers says. */
const providerSettingsSchema = z.object(providerSettings);

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that is wrong, with what it must be. */
export interface SettingProblem {
  readonly name: string;
  /** Completes the sentence that the name begins. */
  readonly message: string;
}

/**
 * Read the settings from the environment; an empty value counts as not set.
 * @throws StartError `config_invalid` with one sentence that names the first wrong setting
 */
export function readConfig(env: Environment): Config {
  const checked = checkConfig(env);
  if (checked.kind === 'valid') return checked.config;
  const [{ name, message } = { name: 'A setting', message: 'is wrong' }] = checked.problems;
  throw new StartError('config_invalid', `${name} ${message}. Correct it and start again.`);
}

/** All that is wrong with the settings, or what they come to. */
export function checkConfig(
  env: Environment,
):
  | { readonly kind: 'valid'; readonly config: Config }
  | { readonly kind: 'invalid'; readonly problems: readonly SettingProblem[] } {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const result = settingsSchema.safeParse(set);
  if (!result.success) return { kind: 'invalid', problems: problemsOf(result.error) };
  const settings = result.data;
  // These need one another: a wrong combination shows only when each alone is right.
  const hotel = hotelSettingsOf(settings.HOTEL_PROPERTY, set);
  const identity = identitySettingsOf(set);
  const recordings = recordingsSettingsOf(set);
  const phone = phoneSettingsOf(set);
  const privacy = privacySettingsOf(settings);
  const twilio = twilioSettingsOf(set);
  const ofProviders = providerSettingsSchema.safeParse(set);
  if (
    !(
      hotel.success &&
      identity.success &&
      recordings.success &&
      phone.success &&
      privacy.success &&
      twilio.success &&
      ofProviders.success
    )
  ) {
    const errors = [
      hotel.error,
      identity.error,
      recordings.error,
      phone.error,
      privacy.error,
      twilio.error,
      ofProviders.error,
    ];
    return {
      kind: 'invalid',
      problems: errors.flatMap((error) => (error === undefined ? [] : problemsOf(error))),
    };
  }
  return {
    kind: 'valid',
    config: {
      ...serverSettingsOf(settings),
      ...agentSettingsOf(settings),
      accounts: accountsOf(ofProviders.data),
      database: databaseSettingsOf(settings),
      edge: edgeSettingsOf(settings),
      hotel: hotel.data,
      identity: identity.data,
      mediaServers: mediaServerSettingsOf(settings),
      phone: phone.data,
      privacy: privacy.data,
      recordings: recordings.data,
      redis: redisSettingsOf(settings),
      sessions: sessionSettingsOf(settings),
      speech: serverSpeechSettingsOf(settings),
      telemetry: telemetrySettingsOf(settings),
      transfers: transferSettingsOf(settings),
      twilio: twilio.data,
    },
  };
}

function problemsOf({ issues }: z.ZodError): SettingProblem[] {
  return issues.map(({ path, message }) => ({ name: String(path[0] ?? 'A setting'), message }));
}
