import { z } from 'zod';
import { isNetwork } from './outgoing-hosts.ts';

/** What is let in, how much of it, and what may be reached on behalf of tenants. */
export interface EdgeSettings {
  /** Addresses and networks of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may use the API, besides this server's own. */
  readonly allowedOrigins: readonly string[];
  /** Undefined: nothing is counted, whoever stands before this server does it. */
  readonly rates: RateSettings | undefined;
  readonly maxRequestsInFlight: number;
  readonly maxEventLoopDelayMs: number;
  /** Calls of one organization at once on all servers, unless its settings say less or more. */
  readonly maxCallsPerOrganization: number;
  /** Names, addresses and networks that tenants' requests may reach although they are not public. */
  readonly outgoingAllowedHosts: readonly string[];
  readonly outgoingPorts: readonly number[];
}

/** Each in a minute. */
export interface RateSettings {
  readonly perAddress: number;
  readonly perActor: number;
  readonly perOrganization: number;
  readonly signIn: number;
  readonly open: number;
  readonly heavy: number;
  readonly calls: number;
}

export const edgeSettingsShape = {
  TRUSTED_PROXIES: list(isNetwork, 'must be IP addresses or networks separated by commas, such as 10.0.0.0/8').meta({
    description:
      'Addresses or networks of the proxies before this server; only their X-Forwarded-For is believed. Empty: nobody stands before it.',
    example: '10.0.0.0/8,192.168.1.5',
  }),
  ALLOWED_ORIGINS: list(isOrigin, 'must be origins separated by commas, such as https://www.example.com').meta({
    description: 'Origins whose pages may use the API from a browser, besides the pages of this server itself.',
    example: 'https://www.example.com',
  }),
  RATE_LIMITS: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .default('on')
    .meta({ description: 'Off counts no requests: for measurements, or where a gateway before this server does it.' }),
  // Twenty a second: a floor of people behind one address, each with the console open.
  RATE_LIMIT_PER_ADDRESS: perMinute(1200, 'Requests a minute from one client address.'),
  // As much again for whoever says who they are: a key is one program.
  RATE_LIMIT_PER_ACTOR: perMinute(1200, 'Requests a minute of one user, API key or conversation.'),
  // What one server of two cores answers with ease; an organization's own settings can say otherwise.
  RATE_LIMIT_PER_ORGANIZATION: perMinute(12_000, 'Requests a minute of all of an organization together.'),
  // People mistype a few times; whoever guesses passwords needs thousands.
  RATE_LIMIT_SIGN_IN: perMinute(20, 'Attempts to sign in, refresh or reset a password, a minute from one address.'),
  // An office behind one address.
  RATE_LIMIT_OPEN: perMinute(60, 'Conversations that one address may open a minute.'),
  // Each costs up to seconds of a core.
  RATE_LIMIT_HEAVY: perMinute(120, 'Syntheses, transcriptions, exports and erasures a minute of one user or API key.'),
  // Somebody whose calls drop redials a few times.
  RATE_LIMIT_CALLS: perMinute(10, 'Phone calls a minute from one caller id.'),
  // Each holds a body of at most 128 KiB, but for the few large ones (install-routes.ts); ten connections to the database serve this many within seconds.
  MAX_REQUESTS_IN_FLIGHT: count(1, 100_000, 500, 'Requests answered at once; more are told to come back.'),
  // A frame of speech is 20 ms: calls under way stutter long before this, so nothing new is taken on.
  MAX_EVENT_LOOP_DELAY_MS: count(
    20,
    60_000,
    250,
    'Mean lateness of the process, in milliseconds over a second, from which on it takes no new conversations.',
  ),
  // As many as one server takes by default.
  MAX_CALLS_PER_ORGANIZATION: count(
    1,
    100_000,
    100,
    'Calls by voice of one organization at once, on all servers together, unless its own settings say otherwise.',
  ),
  OUTGOING_ALLOWED_HOSTS: list(
    (entry) => isNetwork(entry) || isHostname(entry),
    'must be host names, IP addresses or networks separated by commas, such as crm.internal,10.1.0.0/16',
  ).meta({
    description:
      "Private hosts that webhooks, audio addresses and integrations may reach; without it tenants' requests reach the public internet only.",
    example: 'crm.internal,10.1.0.0/16',
  }),
  OUTGOING_PORTS: z
    .string()
    .default('80,443,8080,8443')
    .transform((text) => split(text).map(Number))
    .refine(
      (ports) => ports.length > 0 && ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536),
      'must be port numbers separated by commas, such as 80,443',
    )
    .meta({
      description:
        "Ports that tenants' requests may reach on hosts that are not listed by name or address; integrations reach databases on 5432 too.",
    }),
};

const settingsSchema = z.object(edgeSettingsShape);

export function edgeSettingsOf(settings: z.output<typeof settingsSchema>): EdgeSettings {
  return {
    trustedProxies: settings.TRUSTED_PROXIES,
    allowedOrigins: settings.ALLOWED_ORIGINS.map((origin) => new URL(origin).origin),
    rates:
      settings.RATE_LIMITS === 'off'
        ? undefined
        : {
            perAddress: settings.RATE_LIMIT_PER_ADDRESS,
            perActor: settings.RATE_LIMIT_PER_ACTOR,
            perOrganization: settings.RATE_LIMIT_PER_ORGANIZATION,
            signIn: settings.RATE_LIMIT_SIGN_IN,
            open: settings.RATE_LIMIT_OPEN,
            heavy: settings.RATE_LIMIT_HEAVY,
            calls: settings.RATE_LIMIT_CALLS,
          },
    maxRequestsInFlight: settings.MAX_REQUESTS_IN_FLIGHT,
    maxEventLoopDelayMs: settings.MAX_EVENT_LOOP_DELAY_MS,
    maxCallsPerOrganization: settings.MAX_CALLS_PER_ORGANIZATION,
    outgoingAllowedHosts: settings.OUTGOING_ALLOWED_HOSTS,
    outgoingPorts: settings.OUTGOING_PORTS,
  };
}

/** An http or https origin and nothing more. */
export function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin, href } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && (href === origin || href === `${origin}/`);
}

function isHostname(text: string): boolean {
  return /^(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?$/i.test(text);
}

function perMinute(standard: number, description: string) {
  return count(1, 10_000_000, standard, description);
}

function count(least: number, most: number, standard: number, description: string) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .trim()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message)
    .default(standard)
    .meta({ description, example: String(standard) });
}

function list(isEntry: (entry: string) => boolean, message: string) {
  return z
    .string()
    .default('')
    .transform(split)
    .refine((entries) => entries.every(isEntry), message);
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
