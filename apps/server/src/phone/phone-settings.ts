import { isIP } from 'node:net';
import type { CodecName } from '@parley/channels/rtp/codecs.ts';
import { z } from 'zod';
import { wholeNumber } from '../config/whole-number.ts';
import { isNetwork } from '../edge/outgoing-hosts.ts';

/** How telephones reach this server, and it reaches them. */
export interface PhoneSettings {
  /** Undefined: no SIP. */
  readonly sip: SipSettings | undefined;
  /** Organizations to which the telephone is open, beside the one of those who run the server. */
  readonly organizations: 'all' | ReadonlySet<string>;
  /** UDP ports of the sound of calls. */
  readonly rtpPorts: { readonly from: number; readonly to: number };
  /** Threads for it beside the one of conversations; 0: it has none of its own. */
  readonly soundThreads: number;
  readonly outbound: OutboundSettings;
}

export interface SipSettings {
  /** 0: any free one. */
  readonly port: number;
  /** When nobody chose the port, and it is taken, the server goes on without SIP. */
  readonly isPortChosen: boolean;
  readonly tls: { readonly port: number; readonly certPath: string; readonly keyPath: string } | undefined;
  /** What stands after the @ of our own addresses; undefined: the address that was called. */
  readonly domain: string | undefined;
  /** Networks that may call without an account. */
  readonly allowed: readonly string[];
  /** Proxies of one's own in front, whose callers they let in. */
  readonly trustedProxies: readonly string[];
  /** Telephones that identify themselves. */
  readonly accounts: ReadonlyMap<string, string>;
  readonly trunk: TrunkSettings | undefined;
  readonly outboundProxy: string | undefined;
  readonly srtp: SrtpSetting;
  readonly codecs: readonly CodecName[];
}

export interface TrunkSettings {
  /** `sip:sip.example.com`, with port and transport where needed; without a user. */
  readonly uri: string;
  /** Of that address: a name, or an IP address without brackets. */
  readonly host: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly registers: boolean;
}

/** What an organization may dial at most: somebody who gets hold of a key must not run up a bill. */
export interface OutboundSettings {
  readonly perHour: number;
  readonly atOnce: number;
  /** Beginnings of numbers, such as `+353`; empty: any number. */
  readonly prefixes: readonly string[];
}

const srtpSettings = ['off', 'accepted', 'offered', 'required'] as const;
export type SrtpSetting = (typeof srtpSettings)[number];

const codecNames = ['pcmu', 'pcma', 'g722', 'opus'] as const;
const codecsByName: Readonly<Record<(typeof codecNames)[number], CodecName>> = {
  pcmu: 'PCMU',
  pcma: 'PCMA',
  g722: 'G722',
  opus: 'opus',
};

/** The machine itself, and networks that no packet of the internet comes from (RFC 1918, 4193, and link-local). */
const privateNetworks = '127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10';

/** A host with or without a port and parameters, after `sip:` or `sips:`. */
const trunkForm = /^sips?:(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?(;[a-z0-9=._-]+)*$/i;

const sipPortMessage = 'must be a port number from 0 to 65535, or off';
const sipPort = z
  .string()
  .trim()
  .transform((text, context): number | 'off' => {
    if (text === 'off') return 'off';
    if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
    context.addIssue(sipPortMessage);
    return z.NEVER;
  });

const standardPort = 5060;

export const phoneSettingsShape = {
  // What telephones dial when an address names no port.
  SIP_PORT: sipPort.optional().meta({
    description:
      'Port of SIP at HOST, UDP and TCP: telephones call sip:receptionist@127.0.0.1. 0 takes any free one, off none. When nothing is set and 5060 is taken, there is no SIP.',
    example: '5060',
    defaultText: '5060',
  }),
  // The port of `sips:` (RFC 3261 §19.1.2).
  SIP_TLS_PORT: wholeNumber(0, 65_535, 'must be a port number from 0 to 65535, such as 5061').default(5061).meta({
    description: 'Port of SIP over TLS at HOST, used when SIP_TLS_CERT is set.',
    example: '5061',
  }),
  SIP_TLS_CERT: z.string().trim().optional().meta({
    description: 'File of the certificate chain for SIP over TLS, in PEM.',
    example: '/etc/parley/sip.crt',
  }),
  SIP_TLS_KEY: z.string().trim().optional().meta({
    description: 'File of its private key, in PEM.',
    example: '/etc/parley/sip.key',
  }),
  SIP_DOMAIN: z
    .string()
    .trim()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i, 'must be a host name or an address, such as sip.example.com')
    .optional()
    .meta({
      description: 'What stands after the @ of our own SIP addresses; PUBLIC_IP or the address of HOST when not set.',
      example: 'sip.example.com',
    }),
  // Whoever is in the house may call; the internet is full of programs that try every SIP port they find.
  SIP_ALLOW: z
    .string()
    .default(privateNetworks)
    .transform((text) => (text.trim() === 'none' ? [] : split(text)))
    .refine(
      (entries) => entries.every(isNetwork),
      'must be IP addresses or networks separated by commas, such as 203.0.113.0/24, or none',
    )
    .meta({
      description:
        'Addresses and networks that may call without an account: the machine and private networks unless set; list those of your trunk. With none, only those of SIP_ACCOUNTS.',
      example: '10.0.0.0/8,203.0.113.0/24',
      defaultText: 'the machine itself and private networks',
    }),
  SIP_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform(split)
    .refine(
      (entries) => entries.every(isNetwork),
      'must be IP addresses or networks separated by commas, such as 10.0.0.0/8',
    )
    .meta({
      description:
        'SIP proxies of your own before this server (deploy/kamailio), by address or network: they decide who may call, and are never throttled.',
      example: '10.0.0.5',
    }),
  SIP_ACCOUNTS: z
    .string()
    .default('')
    .transform((text, context): ReadonlyMap<string, string> => {
      const entries = split(text).map((entry) => {
        const at = entry.indexOf(':');
        return [entry.slice(0, Math.max(at, 0)), at < 0 ? '' : entry.slice(at + 1)] as const;
      });
      if (entries.some(([user, password]) => !/^[\w.+-]{1,64}$/.test(user) || password.length < shortestPassword)) {
        context.addIssue(
          `must be user:password pairs separated by commas, with passwords of ${shortestPassword} characters or more`,
        );
        return z.NEVER;
      }
      return new Map(entries);
    })
    .meta({
      description: 'Telephones that identify themselves: user:password, separated by commas. They call from anywhere.',
      example: 'reception:…',
      isSecret: true,
    }),
  SIP_TRUNK: z
    .string()
    .trim()
    .regex(trunkForm, 'must be the address of a trunk, such as sip:sip.example.com or sip:10.0.0.5:5080;transport=tcp')
    .optional()
    .meta({ description: 'The trunk through which numbers are called.', example: 'sip:sip.example.com' }),
  SIP_TRUNK_USER: z.string().trim().optional().meta({
    description: 'By whose account the trunk is used, where it asks for one.',
    example: '35315550100',
  }),
  SIP_TRUNK_PASSWORD: z.string().optional().meta({ description: 'The password of that account.', isSecret: true }),
  // Trunks that know our address need none; most that ask for an account want to be told where we are.
  SIP_TRUNK_REGISTER: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .default('off')
    .meta({ description: 'Whether the server registers with the trunk, so that its calls come here.', example: 'on' }),
  SIP_OUTBOUND_PROXY: z
    .string()
    .trim()
    .regex(trunkForm, 'must be the address of a proxy, such as sip:proxy.example.com')
    .optional()
    .meta({
      description: 'A proxy that every call from here goes through first.',
      example: 'sip:proxy.example.com',
    }),
  // Whoever asks for it gets it; telephones that know nothing of it are not put off by an offer.
  SIP_SRTP: z
    .enum(srtpSettings, { error: `must be one of ${srtpSettings.join(', ')}` })
    .default('accepted')
    .meta({
      description:
        'Encrypted sound: off, accepted (when the far side asks for it), offered, required. Its keys are in the signalling: use TLS.',
    }),
  // What every telephone speaks first: nothing is transcoded on the way, and it costs a tenth of Opus.
  SIP_CODECS: z
    .string()
    .default('pcmu,pcma,g722,opus')
    .transform((text, context): readonly CodecName[] => {
      const chosen = split(text).map((name) => codecNames.find((one) => one === name.toLowerCase()));
      if (chosen.length > 0 && !chosen.includes(undefined)) {
        return chosen.flatMap((name) => (name === undefined ? [] : [codecsByName[name]]));
      }
      context.addIssue(`must be some of ${codecNames.join(', ')} separated by commas`);
      return z.NEVER;
    })
    .meta({
      description: `Codecs that are offered, in order of preference: ${codecNames.join(', ')}.`,
      example: 'pcma,pcmu',
      defaultText: 'pcmu,pcma,g722,opus',
    }),
  // Two for each call; apart from what systems give out for connections (from 32768 on).
  RTP_PORTS: z
    .string()
    .trim()
    .default('20000-29999')
    .transform((text, context) => {
      const [, first, last] = /^(\d{4,5})-(\d{4,5})$/.exec(text) ?? [];
      const [from, to] = [Number(first), Number(last)];
      if (first !== undefined && from >= 1024 && to < 65_536 && to - from >= 1) return { from, to };
      context.addIssue('must be a range of ports from 1024 to 65535, such as 20000-29999');
      return z.NEVER;
    })
    .meta({
      description: 'UDP ports for the sound of calls by SIP, two for each call.',
      example: '20000-20399',
      defaultText: '20000-29999',
    }),
  // One has room for 500 calls of G.711; more cores want more threads only with Opus.
  SOUND_THREADS: wholeNumber(0, 16, 'must be a whole number from 0 to 16').default(1).meta({
    description:
      'Threads for the sound of calls by SIP, so that what holds up the server makes no hole in it; 0: none of its own.',
    example: '2',
  }),
  // Trunk and account are of those who run the server: another organization would call at their cost, and take their numbers.
  PHONE_ORGANIZATIONS: z
    .string()
    .default('')
    .transform((text) => (text.trim() === 'all' ? 'all' : new Set(split(text.toLowerCase()))))
    .refine(
      (open) => open === 'all' || [...open].every((id) => z.uuid().safeParse(id).success),
      'must be ids of organizations separated by commas, or all',
    )
    .meta({
      description:
        'Organizations that may have numbers on this server and call through its trunk and its account at Twilio, beside the first one: their ids, separated by commas, or all.',
      example: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
      defaultText: 'the first organization alone',
    }),
  // A clinic calls a few dozen patients an hour; a thief of keys wants thousands of minutes.
  PHONE_CALLS_PER_HOUR: wholeNumber(0, 100_000, 'must be a whole number from 0 to 100000').default(60).meta({
    description: 'Calls that an organization may make in an hour, on all servers together; 0 allows none.',
    example: '60',
  }),
  PHONE_CALLS_AT_ONCE: wholeNumber(0, 10_000, 'must be a whole number from 0 to 10000').default(10).meta({
    description: 'Calls made by an organization that may go on at once, on all servers together.',
    example: '10',
  }),
  PHONE_PREFIXES: z
    .string()
    .default('')
    .transform(split)
    .refine(
      (entries) => entries.every((entry) => /^\+[1-9]\d{0,14}$/.test(entry)),
      'must be beginnings of international numbers separated by commas, such as +353,+44',
    )
    .meta({
      description: 'Beginnings of the numbers that may be called, separated by commas; empty: any number.',
      example: '+353,+44',
    }),
};

/** Shorter ones are guessed by the programs that try SIP ports all day. */
const shortestPassword = 8;

const shape = z.object(phoneSettingsShape);

const whole = shape.transform((settings, context): PhoneSettings => {
  const refuse = (name: keyof typeof settings, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const { SIP_TLS_CERT: certPath, SIP_TLS_KEY: keyPath, SIP_PORT: port = standardPort } = settings;
  if (certPath !== undefined && keyPath === undefined) refuse('SIP_TLS_KEY', 'must be set beside SIP_TLS_CERT');
  if (keyPath !== undefined && certPath === undefined) refuse('SIP_TLS_CERT', 'must be set beside SIP_TLS_KEY');
  if (settings.SIP_TRUNK === undefined && settings.SIP_TRUNK_REGISTER === 'on') {
    refuse('SIP_TRUNK', 'must be set for SIP_TRUNK_REGISTER=on');
  }
  if (settings.SIP_TRUNK_REGISTER === 'on' && settings.SIP_TRUNK_USER === undefined) {
    refuse('SIP_TRUNK_USER', 'must be set for SIP_TRUNK_REGISTER=on');
  }
  const trunk: TrunkSettings | undefined =
    settings.SIP_TRUNK === undefined
      ? undefined
      : {
          uri: settings.SIP_TRUNK,
          host: trunkForm.exec(settings.SIP_TRUNK)?.[1]?.replace(/^\[|\]$/g, '') ?? '',
          username: settings.SIP_TRUNK_USER,
          password: settings.SIP_TRUNK_PASSWORD,
          registers: settings.SIP_TRUNK_REGISTER === 'on',
        };
  return {
    sip:
      port === 'off'
        ? undefined
        : {
            port,
            isPortChosen: settings.SIP_PORT !== undefined,
            tls:
              certPath === undefined || keyPath === undefined
                ? undefined
                : { port: settings.SIP_TLS_PORT, certPath, keyPath },
            domain: settings.SIP_DOMAIN,
            allowed: settings.SIP_ALLOW,
            trustedProxies: settings.SIP_TRUSTED_PROXIES,
            accounts: settings.SIP_ACCOUNTS,
            trunk,
            outboundProxy: settings.SIP_OUTBOUND_PROXY,
            srtp: settings.SIP_SRTP,
            codecs: settings.SIP_CODECS,
          },
    organizations: settings.PHONE_ORGANIZATIONS,
    rtpPorts: settings.RTP_PORTS,
    soundThreads: settings.SOUND_THREADS,
    outbound: {
      perHour: settings.PHONE_CALLS_PER_HOUR,
      atOnce: settings.PHONE_CALLS_AT_ONCE,
      prefixes: settings.PHONE_PREFIXES,
    },
  };
});

/** This part of the configuration; an issue's path begins with the name of the setting that is wrong. */
export function phoneSettingsOf(
  settings: Readonly<Record<string, string | undefined>>,
): z.ZodSafeParseResult<PhoneSettings> {
  return whole.safeParse(settings);
}

/** `fe80::1` as it stands in a SIP address. */
export function sipHost(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
