import { z } from 'zod';

/**
 * The messages of a media stream as Twilio writes them, made by hand: the fields in its order, numbers as strings. Callers of a load
 * make 25,000 of them a second.
 */
export const connectedMessage = '{"event":"connected","protocol":"Call","version":"1.0.0"}';

export interface StreamStart {
  readonly accountSid: string;
  readonly callSid: string;
  readonly streamSid: string;
  readonly tracks: readonly ('inbound' | 'outbound')[];
  readonly customParameters: Readonly<Record<string, string>>;
}

export function startMessage(start: StreamStart): string {
  const { accountSid, callSid, streamSid, tracks, customParameters } = start;
  const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
  return JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    start: { accountSid, streamSid, callSid, tracks, mediaFormat, customParameters },
    streamSid,
  });
}

/** @param chunk of its track, from 1 @param timestampMs from the start of the stream */
export function mediaMessage(
  streamSid: string,
  sequenceNumber: number,
  track: 'inbound' | 'outbound',
  chunk: number,
  timestampMs: number,
  payload: string,
): string {
  return `{"event":"media","sequenceNumber":"${sequenceNumber}","media":{"track":"${track}","chunk":"${chunk}","timestamp":"${timestampMs}","payload":"${payload}"},"streamSid":"${streamSid}"}`;
}

export function dtmfMessage(streamSid: string, sequenceNumber: number, digit: string): string {
  return `{"event":"dtmf","streamSid":"${streamSid}","sequenceNumber":"${sequenceNumber}","dtmf":{"track":"inbound_track","digit":"${digit}"}}`;
}

export function markMessage(streamSid: string, sequenceNumber: number, name: string): string {
  return `{"event":"mark","sequenceNumber":"${sequenceNumber}","streamSid":"${streamSid}","mark":{"name":${JSON.stringify(name)}}}`;
}

export function stopMessage(
  { accountSid, callSid, streamSid }: Pick<StreamStart, 'accountSid' | 'callSid' | 'streamSid'>,
  sequenceNumber: number,
): string {
  return `{"event":"stop","sequenceNumber":"${sequenceNumber}","stop":{"accountSid":"${accountSid}","callSid":"${callSid}"},"streamSid":"${streamSid}"}`;
}

/** What a server may send on a stream both ways. */
export type ServerStreamMessage =
  | { readonly event: 'media'; readonly sound: Uint8Array }
  | { readonly event: 'mark'; readonly name: string }
  | { readonly event: 'clear' };

/** `protocol`: error 31924, which ends the stream. `message`: warning 31951, the message is ignored. */
export type StreamFault = { readonly event: 'fault'; readonly is: 'protocol' | 'message'; readonly why: string };

const serverMessage = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('media'), streamSid: z.string(), media: z.strictObject({ payload: z.string() }) }),
  z.strictObject({
    event: z.literal('mark'),
    streamSid: z.string(),
    mark: z.strictObject({ name: z.string().min(1) }),
  }),
  z.strictObject({ event: z.literal('clear'), streamSid: z.string() }),
]);
const anyMessage = z.looseObject({ event: z.enum(['media', 'mark', 'clear']) });
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function readServerMessage(text: string, streamSid: string): ServerStreamMessage | StreamFault {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { event: 'fault', is: 'protocol', why: 'It is no JSON.' };
  }
  if (!anyMessage.safeParse(json).success) {
    return { event: 'fault', is: 'protocol', why: 'Only media, mark and clear may be sent.' };
  }
  const read = serverMessage.safeParse(json);
  if (!read.success) return { event: 'fault', is: 'message', why: z.prettifyError(read.error) };
  const { data: message } = read;
  if (message.streamSid !== streamSid) return { event: 'fault', is: 'message', why: 'The streamSid is another.' };
  if (message.event === 'clear') return { event: 'clear' };
  if (message.event === 'mark') return { event: 'mark', name: message.mark.name };
  const { payload } = message.media;
  if (payload === '' || !base64.test(payload)) {
    return { event: 'fault', is: 'message', why: 'The payload is no base64, or empty.' };
  }
  return { event: 'media', sound: Buffer.from(payload, 'base64') };
}
