import { z } from 'zod';
import type { SoundFormat } from './line-sound.ts';

/**
 * How a media server speaks over its audio WebSocket, as its first message tells.
 * - `asterisk`: chan_websocket (https://docs.asterisk.org/Configuration/Channel-Drivers/WebSocket/), commands as words or as JSON;
 *   it keeps time and fills silence itself.
 * - `freeswitch`: mod_audio_fork and mod_audio_stream, linear sound; the first message is the text that the dial plan gave.
 */
export type MediaStart = {
  /** Undefined where the media server names none. */
  readonly callId: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly format: SoundFormat;
} & (
  | { readonly dialect: 'asterisk'; readonly commands: 'words' | 'json' }
  | { readonly dialect: 'freeswitch'; readonly playback: Playback }
);

/** `binary`: frames as they are, what both modules take that play by themselves; the others are messages with a stretch in base64. */
export type Playback = 'binary' | 'playAudio' | 'streamAudio';

/** Why a connection cannot be used; the message says what to change. */
export class MediaStartError extends Error {
  readonly code: 'malformed' | 'unsupported_format';
  constructor(code: MediaStartError['code'], message: string) {
    super(message);
    this.name = 'MediaStartError';
    this.code = code;
  }
}

const name = z.string().min(1).max(200);
const telephone = z.union([name, z.number().transform(String)]);

/** What a dial plan says of a FreeSWITCH call; whatever else stands there is its own. Both ways to write are in use. */
const metadataSchema = z.object({
  callId: name.optional(),
  call_id: name.optional(),
  uuid: name.optional(),
  from: telephone.optional(),
  caller: telephone.optional(),
  to: telephone.optional(),
  callee: telephone.optional(),
  sampleRate: z.union([z.literal(8_000), z.literal(16_000)]).optional(),
  playback: z.enum(['binary', 'playAudio', 'streamAudio']).optional(),
});

const asteriskStartSchema = z.object({
  event: z.literal('MEDIA_START'),
  connection_id: name.optional(),
  channel: name.optional(),
  channel_id: name.optional(),
  format: name,
});

/** Asterisk's names of formats that are plain samples. */
const asteriskFormats: ReadonlyMap<string, SoundFormat> = new Map([
  ['ulaw', { encoding: 'mulaw', rateHz: 8_000 }],
  ['alaw', { encoding: 'alaw', rateHz: 8_000 }],
  ['slin', { encoding: 'linear', rateHz: 8_000 }],
  ['slin12', { encoding: 'linear', rateHz: 12_000 }],
  ['slin16', { encoding: 'linear', rateHz: 16_000 }],
  ['slin24', { encoding: 'linear', rateHz: 24_000 }],
  ['slin32', { encoding: 'linear', rateHz: 32_000 }],
  ['slin44', { encoding: 'linear', rateHz: 44_100 }],
  ['slin48', { encoding: 'linear', rateHz: 48_000 }],
]);

/** What the address that was connected to says, where the first message does not: `?call_id=…&from=…&to=…&rate=16000`. */
export type MediaQuery = Pick<URLSearchParams, 'get'>;

/**
 * Of the first text message.
 * @throws MediaStartError
 */
export function parseMediaStart(text: string, query: MediaQuery): MediaStart {
  const json = tryJson(text);
  const isWords = /^MEDIA_START(\s|$)/.test(text);
  const asterisk = isWords ? { event: 'MEDIA_START', ...wordsOf(text) } : json;
  const started = asteriskStartSchema.safeParse(asterisk);
  if (started.success) {
    const format = asteriskFormats.get(started.data.format);
    if (format === undefined) {
      const known = [...asteriskFormats.keys()].join(', ');
      throw new MediaStartError('unsupported_format', `Dial with c(FORMAT) of: ${known}.`);
    }
    const { channel_id: channelId, connection_id: connectionId } = started.data;
    return {
      dialect: 'asterisk',
      commands: isWords ? 'words' : 'json',
      callId: asked(query, 'call_id') ?? channelId ?? connectionId,
      from: asked(query, 'from'),
      to: asked(query, 'to'),
      format,
    };
  }
  if (isWords) throw new MediaStartError('malformed', 'MEDIA_START must name a format.');
  return freeSwitchStart(json, query);
}

/** Of a connection on which sound comes first: FreeSWITCH without metadata. @throws MediaStartError */
export function startWithoutWords(query: MediaQuery): MediaStart {
  return freeSwitchStart({}, query);
}

function freeSwitchStart(json: unknown, query: MediaQuery): MediaStart {
  // A dial plan may send any text; what is not understood says nothing.
  const metadata = metadataSchema.safeParse(isObject(json) ? json : {});
  if (!metadata.success) throw new MediaStartError('malformed', z.prettifyError(metadata.error));
  const { data } = metadata;
  const rateHz = data.sampleRate ?? Number(query.get('rate') ?? 8_000);
  if (rateHz !== 8_000 && rateHz !== 16_000) {
    throw new MediaStartError('unsupported_format', 'The sample rate must be 8000 or 16000.');
  }
  const playback = metadataSchema.shape.playback.safeParse(query.get('playback') ?? undefined);
  return {
    dialect: 'freeswitch',
    playback: data.playback ?? (playback.success ? playback.data : undefined) ?? 'binary',
    callId: data.callId ?? data.call_id ?? data.uuid ?? asked(query, 'call_id'),
    from: data.from ?? data.caller ?? asked(query, 'from'),
    to: data.to ?? data.callee ?? asked(query, 'to'),
    format: { encoding: 'linear', rateHz },
  };
}

const maxQueryCharacters = 200;

function asked(query: MediaQuery, key: string): string | undefined {
  const value = query.get(key)?.slice(0, maxQueryCharacters);
  return value === undefined || value === '' ? undefined : value;
}

/** `a:b c:d` as an object. */
function wordsOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(/\s+/).slice(1, 40);
  return Object.fromEntries(
    pairs
      .filter((pair) => pair.includes(':'))
      .map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]),
  );
}

export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
