import { resolve } from 'node:path';
import { iceServerSchema } from '@parley/contract/conversations.ts';
import { z } from 'zod';
import { wholeNumber } from './whole-number.ts';

export type IceServer = z.infer<typeof iceServerSchema>;

/** Where the server is reached, and what it keeps where. */
export interface ServerSettings {
  readonly port: number;
  readonly host: string;
  /** Absolute. */
  readonly dataDir: string;
  /** UDP. */
  readonly webrtcPort: number;
  readonly iceServers: readonly IceServer[];
  /** The address that browsers reach when the server is behind NAT. */
  readonly publicIp: string | undefined;
  readonly logLevel: LogLevel;
  /** IANA zone of callers who do not say theirs. */
  readonly timeZone: string;
  readonly maxConversations: number;
  /** So long after SIGTERM the port still answers, and `/ready` says that the server ends. */
  readonly drainAnnounceMs: number;
  readonly printOperatorKey: 'auto' | 'on' | 'off';
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

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

export const serverSettingsShape = {
  // What the README says and what most development servers use.
  PORT: port.default(8080).meta({ description: 'TCP port of the page and the API.', example: '8080' }),
  // Only this machine unless asked for: a microphone needs https elsewhere anyway, and an open port should be a decision.
  HOST: z.string().trim().default('localhost').meta({
    description: 'Address to listen at; 0.0.0.0 for all. Browsers give the microphone to localhost and to https only.',
    example: '0.0.0.0',
  }),
  DATA_DIR: z.string().default('./data').meta({
    description: 'Folder of the embedded database, of recordings and of secrets; one server at a time.',
    example: '/var/lib/parley',
  }),
  // The same number as PORT (TCP and UDP do not collide), so that one number is opened in a firewall.
  WEBRTC_PORT: port.optional().meta({
    description: 'UDP port of calls from browsers; the number of PORT when not set.',
    example: '8080',
  }),
  // No public server is contacted unless asked for.
  ICE_SERVERS: iceServers.default([]).meta({
    description:
      'STUN and TURN servers for callers behind strict networks, separated by commas; turn:host:3478|user|secret.',
    example: 'stun:stun.example.com:3478',
    isSecret: true,
  }),
  PUBLIC_IP: z
    .union([z.ipv4(), z.ipv6()], { error: 'must be an IP address, such as 203.0.113.7' })
    .optional()
    .meta({ description: 'The address that browsers reach when the server is behind NAT.', example: '203.0.113.7' }),
  // Quiet on a terminal: the line that says where to go must not drown.
  LOG_LEVEL: z
    .enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })
    .default('warn')
    .meta({ description: `How much is logged: ${logLevels.join(', ')}.`, example: 'info' }),
  // The machine's own zone: on a laptop that is the caller's.
  TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone, such as Europe/London')
    .default(Intl.DateTimeFormat().resolvedOptions().timeZone)
    .meta({
      description: "IANA zone of callers who do not say theirs; the machine's own when not set.",
      example: 'Europe/London',
      defaultText: "the machine's own",
    }),
  // Well under what one process carried in measurements of audio both ways.
  MAX_CONVERSATIONS: wholeNumber(1, 10_000, 'must be a whole number from 1 to 10000')
    .default(100)
    .meta({ description: 'Calls at once in this process.', example: '100' }),
  // None: on a laptop nobody stands before the server, and Ctrl-C should end it.
  DRAIN_SECONDS: wholeNumber(0, 600, 'must be a whole number of seconds from 0 to 600').default(0).meta({
    description:
      'Behind a balancer: so long after SIGTERM /ready says 503 and nobody new is let in, but the port still answers; three of its checks.',
    example: '15',
  }),
  // A newcomer finds the way to the record on the terminal; a journal that others read gets the key once, at the start that makes it.
  PRINT_OPERATOR_KEY: z.enum(['auto', 'on', 'off'], { error: 'must be auto, on or off' }).default('auto').meta({
    description:
      "Whether the line at the start has the operator's key: auto (on a terminal, and at the start that makes the key), on or off.",
    example: 'off',
  }),
};

const settingsSchema = z.object(serverSettingsShape);

export function serverSettingsOf(settings: z.output<typeof settingsSchema>): ServerSettings {
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataDir: resolve(settings.DATA_DIR),
    webrtcPort: settings.WEBRTC_PORT ?? settings.PORT,
    iceServers: settings.ICE_SERVERS,
    publicIp: settings.PUBLIC_IP,
    logLevel: settings.LOG_LEVEL,
    timeZone: settings.TIME_ZONE,
    maxConversations: settings.MAX_CONVERSATIONS,
    drainAnnounceMs: settings.DRAIN_SECONDS * 1000,
    printOperatorKey: settings.PRINT_OPERATOR_KEY,
  };
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
