import { isIP } from 'node:net';
import { parse } from 'sdp-transform';
import { z } from 'zod';
import { MediaError } from '../media-session.ts';

/** A description of a call with video, T.38 and a dozen codecs each is about 4 kB. */
const maxCharacters = 16_384;
/** Audio, video, text, fax and a presentation make five. */
const maxMedia = 16;

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface SdpDescription {
  readonly media: readonly SdpMedia[];
}

export interface SdpMedia {
  /** `audio`, `video`, `image` … */
  readonly type: string;
  /** 0: refused, or no more. */
  readonly port: number;
  readonly protocol: string;
  /** As written; payload types for RTP. */
  readonly formats: readonly string[];
  readonly rtpmaps: readonly SdpRtpmap[];
  /** Undefined: a name that would have to be looked up, which is not done. `0.0.0.0` is hold as it was once written. */
  readonly address: string | undefined;
  readonly direction: Direction;
  /** Undefined: the next port after the media's, at its address. */
  readonly rtcp: { readonly port: number; readonly address: string | undefined } | undefined;
  readonly hasRtcpMux: boolean;
  readonly crypto: readonly SdpCrypto[];
}

export interface SdpRtpmap {
  readonly payloadType: number;
  /** Lower case. */
  readonly codec: string;
  readonly clockHz: number;
}

export interface SdpCrypto {
  readonly tag: number;
  readonly suite: string;
  /** `inline:…` */
  readonly keys: string;
  readonly parameters: string | undefined;
}

/** Reads a description as far as a call needs it. @throws MediaError `malformed` */
export function parseSdp(text: string): SdpDescription {
  if (text.length > maxCharacters) throw malformed(`longer than ${maxCharacters} characters`);
  if (!/^v=0\s*$/m.test(text)) throw malformed('no v=0');
  const parsed = sdpSchema.safeParse(parseLoosely(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw malformed(issue === undefined ? 'unreadable' : `${issue.path.join('.')}: ${issue.message}`);
  }
  const session = parsed.data;
  return {
    media: session.media.map((media) => {
      const connection = media.connection ?? session.connection;
      if (connection === undefined && media.port !== 0) throw malformed('media without an address (c=)');
      return {
        type: media.type,
        port: media.port,
        protocol: media.protocol,
        formats: media.payloads.split(' ').filter((format) => format !== ''),
        rtpmaps: media.rtp,
        address: addressOf(connection?.ip),
        direction: media.direction ?? session.direction ?? 'sendrecv',
        rtcp: media.rtcp === undefined ? undefined : { port: media.rtcp.port, address: addressOf(media.rtcp.address) },
        hasRtcpMux: media.rtcpMux !== undefined,
        crypto: media.crypto,
      };
    }),
  };
}

function parseLoosely(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new MediaError('malformed', 'The SDP cannot be read.', { cause: error });
  }
}

function addressOf(ip: string | undefined): string | undefined {
  // A multicast address may carry a time to live.
  const address = ip?.split('/')[0] ?? '';
  return isIP(address) === 0 ? undefined : address;
}

function malformed(why: string): MediaError {
  return new MediaError('malformed', `The SDP cannot be used: ${why}.`);
}

const text = z.union([z.string(), z.number()]).transform(String);
const port = z.number().int().min(0).max(65_535);
const direction = z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional();
const connection = z.object({ ip: text }).optional();
const rtpmap = z
  .object({ payload: z.number().int().min(0).max(127), codec: text, rate: z.number().int().min(1).optional() })
  .transform(({ payload, codec, rate }) => ({
    payloadType: payload,
    codec: codec.toLowerCase(),
    clockHz: rate ?? 8000,
  }));
const crypto = z
  .object({ id: z.number().int().min(0).max(999_999_999), suite: text, config: text, sessionConfig: text.optional() })
  .transform(({ id, suite, config, sessionConfig }) => ({ tag: id, suite, keys: config, parameters: sessionConfig }));

const sdpSchema = z.object({
  connection,
  direction,
  media: z
    .array(
      z.object({
        type: text,
        port,
        protocol: text,
        payloads: text.default(''),
        rtp: list(rtpmap),
        connection,
        direction,
        rtcp: z.object({ port, address: text.optional() }).optional().catch(undefined),
        rtcpMux: z.unknown().optional(),
        crypto: list(crypto),
      }),
    )
    .max(maxMedia),
});

/** What cannot be read of a list is left out, as an unknown line is. */
function list<T extends z.ZodType>(item: T) {
  return z
    .array(z.unknown())
    .default([])
    .transform((values) =>
      values.slice(0, 128).flatMap((value): z.output<T>[] => {
        const parsed = item.safeParse(value);
        return parsed.success ? [parsed.data] : [];
      }),
    );
}
