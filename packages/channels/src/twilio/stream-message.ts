import { type Digit, digits } from '@parley/engine/ports/audio.ts';
import { z } from 'zod';

/** What comes over a media stream. Numbers count from 1; times are milliseconds since the stream began. */
export type StreamMessage =
  | { readonly type: 'connected' }
  | { readonly type: 'start'; readonly start: StreamStart }
  | {
      readonly type: 'media';
      readonly sequence: number;
      readonly chunk: number;
      readonly timestampMs: number;
      /** µ-law bytes. They are the reader's own: good until it reads the next message. */
      readonly payload: Uint8Array;
    }
  | { readonly type: 'digit'; readonly digit: Digit }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'stop' }
  /** An event that is new since this was written, or of no use here. */
  | { readonly type: 'other' }
  | { readonly type: 'malformed' };

export interface StreamStart {
  readonly streamSid: string;
  readonly callSid: string;
  readonly accountSid: string;
  /** What stood in `<Parameter>`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads one message. */
export type MessageReader = (data: Uint8Array) => StreamMessage;

/**
 * Reads the messages of one stream. Sound is read by hand where it has the known shape, for it comes 50 times a second on each call:
 * every byte of the message is checked, and what looks otherwise is parsed as any JSON.
 */
export function createMessageReader(): MessageReader {
  const usual = new Uint8Array(usualPayloadBytes);
  /** What follows the sound in each message of this stream. */
  let trailer: Uint8Array | undefined;

  const media = (data: Uint8Array): StreamMessage | undefined => {
    if (trailer === undefined || !hasAt(data, 0, head)) return undefined;
    const sequence = readNumber(data, head.length);
    if (sequence === undefined || !hasAt(data, sequence.end, beforeChunk)) return undefined;
    const chunk = readNumber(data, sequence.end + beforeChunk.length);
    if (chunk === undefined || !hasAt(data, chunk.end, beforeTimestamp)) return undefined;
    const timestamp = readNumber(data, chunk.end + beforeTimestamp.length);
    if (timestamp === undefined || !hasAt(data, timestamp.end, beforePayload)) return undefined;
    const start = timestamp.end + beforePayload.length;
    const end = data.length - trailer.length;
    if (end <= start || !hasAt(data, end, trailer)) return undefined;
    const payload = decode(data, start, end);
    if (payload === undefined) return undefined;
    return {
      type: 'media',
      sequence: sequence.value,
      chunk: chunk.value,
      timestampMs: timestamp.value,
      payload,
    };
  };

  const decode = (data: Uint8Array, start: number, end: number): Uint8Array | undefined => {
    const length = base64Length(data, start, end);
    if (length === undefined || length > maxPayloadBytes) return undefined;
    const bytes = length === usualPayloadBytes ? usual : new Uint8Array(length);
    if (!decodeBase64(data, start, end, bytes)) return undefined;
    return bytes;
  };

  return (data) => {
    const quick = media(data);
    if (quick !== undefined) return quick;
    const message = parse(data);
    if (message.type === 'start') trailer = ascii(`"},"streamSid":"${message.start.streamSid}"}`);
    return message;
  };
}

/** 20 ms of G.711, as Twilio sends it. */
const usualPayloadBytes = 160;
/** A second of sound: more in one message is no telephone. */
const maxPayloadBytes = 8000;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const head = ascii('{"event":"media","sequenceNumber":"');
const beforeChunk = ascii('","media":{"track":"inbound","chunk":"');
const beforeTimestamp = ascii('","timestamp":"');
const beforePayload = ascii('","payload":"');

function hasAt(data: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (at + wanted.length > data.length) return false;
  for (let i = 0; i < wanted.length; i += 1) if (data[at + i] !== wanted[i]) return false;
  return true;
}

/** Up to 15 digits: exact, and more than any call has. */
function readNumber(data: Uint8Array, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  let end = at;
  for (; end < data.length && end - at < 15; end += 1) {
    const digit = (data[end] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return end === at ? undefined : { value, end };
}

const notBase64 = 0xff;
const base64Values = new Uint8Array(256).fill(notBase64);
for (const [value, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  base64Values[letter.charCodeAt(0)] = value;
}
const equals = 0x3d;

function base64Length(data: Uint8Array, start: number, end: number): number | undefined {
  if ((end - start) % 4 !== 0) return undefined;
  const padding = data[end - 1] !== equals ? 0 : data[end - 2] !== equals ? 1 : 2;
  return ((end - start) / 4) * 3 - padding;
}

function decodeBase64(data: Uint8Array, start: number, end: number, bytes: Uint8Array): boolean {
  let at = 0;
  for (let i = start; i < end; i += 4) {
    const isLast = i + 4 === end;
    const a = base64Values[data[i] ?? 0] ?? notBase64;
    const b = base64Values[data[i + 1] ?? 0] ?? notBase64;
    const third = data[i + 2] ?? 0;
    const fourth = data[i + 3] ?? 0;
    const c = isLast && third === equals && fourth === equals ? 0 : (base64Values[third] ?? notBase64);
    const d = isLast && fourth === equals ? 0 : (base64Values[fourth] ?? notBase64);
    // Values have six bits.
    if ((a | b | c | d) & 0xc0) return false;
    // Writing past the end does nothing: that is how the padding is left out.
    bytes[at] = (a << 2) | (b >> 4);
    bytes[at + 1] = ((b & 0x0f) << 4) | (c >> 2);
    bytes[at + 2] = ((c & 0x03) << 6) | d;
    at += 3;
  }
  return true;
}

const sid = z.string().min(1).max(64);
const count = z.union([z.string().regex(/^\d{1,15}$/), z.int().nonnegative()]).transform(Number);

const messageSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('connected') }),
  z.object({
    event: z.literal('start'),
    start: z.object({
      streamSid: sid.regex(/^\w+$/),
      callSid: sid,
      accountSid: sid,
      mediaFormat: z.object({ encoding: z.literal('audio/x-mulaw'), sampleRate: z.literal(8000) }),
      // Twilio allows 500 characters for name and value together.
      customParameters: z.record(z.string().max(500), z.string().max(2000)).default({}),
    }),
  }),
  z.object({
    event: z.literal('media'),
    sequenceNumber: count,
    media: z.object({
      track: z.string().max(20).optional(),
      chunk: count,
      timestamp: count,
      payload: z.base64().max((maxPayloadBytes / 3) * 4 + 4),
    }),
  }),
  z.object({ event: z.literal('dtmf'), dtmf: z.object({ digit: z.enum(digits) }) }),
  z.object({ event: z.literal('mark'), mark: z.object({ name: z.string().max(200) }) }),
  z.object({ event: z.literal('stop') }),
]);
const anyEventSchema = z.object({ event: z.string() });
const knownEvents: ReadonlySet<string> = new Set(['connected', 'start', 'media', 'dtmf', 'mark', 'stop']);

function parse(data: Uint8Array): StreamMessage {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
  } catch {
    return { type: 'malformed' };
  }
  const parsed = messageSchema.safeParse(json);
  if (!parsed.success) {
    const named = anyEventSchema.safeParse(json);
    return { type: named.success && !knownEvents.has(named.data.event) ? 'other' : 'malformed' };
  }
  const message = parsed.data;
  switch (message.event) {
    case 'connected':
    case 'stop':
      return { type: message.event };
    case 'start': {
      const { streamSid, callSid, accountSid, customParameters } = message.start;
      return { type: 'start', start: { streamSid, callSid, accountSid, parameters: customParameters } };
    }
    case 'media': {
      const { track = 'inbound', chunk, timestamp, payload } = message.media;
      // Of the other track we hear what we said ourselves.
      if (track !== 'inbound') return { type: 'other' };
      const bytes = Buffer.from(payload, 'base64');
      if (bytes.length === 0 || bytes.length > maxPayloadBytes) return { type: 'malformed' };
      return { type: 'media', sequence: message.sequenceNumber, chunk, timestampMs: timestamp, payload: bytes };
    }
    case 'dtmf':
      return { type: 'digit', digit: message.dtmf.digit };
    case 'mark':
      return { type: 'mark', name: message.mark.name };
  }
}
