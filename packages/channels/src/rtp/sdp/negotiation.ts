import { isIPv6 } from 'node:net';
import { type Codec, type CodecName, codecs, type Payload, type PayloadMap } from '../codecs.ts';
import { MediaError, type MediaSessionOptions } from '../media-session.ts';
import {
  type CryptoLine,
  createKeys,
  offerCryptoLines,
  readCryptoLines,
  type SrtpKeys,
  writeCryptoLine,
} from './crypto-lines.ts';
import { type Direction, parseSdp, type SdpMedia } from './parse-sdp.ts';
import { createPayloadTypes, type PayloadTypes } from './payload-types.ts';
import { type Remote, remoteOf } from './remote.ts';
import { type MediaLine, writeSdp } from './write-sdp.ts';

/** What is in force between the two ends. */
export interface Agreed {
  /** What we send. */
  readonly codec: Codec;
  readonly payloadType: number;
  /** How we press keys; undefined: the far side takes none. */
  readonly events: { readonly payloadType: number; readonly clockHz: number } | undefined;
  /** What we take. */
  readonly receive: PayloadMap;
  readonly remote: Remote;
  /** May we send, and will they? */
  readonly sends: boolean;
  readonly receives: boolean;
  /** The far side put us on hold: it does not want to hear us. */
  readonly isHeld: boolean;
  readonly srtp: { readonly send: SrtpKeys; readonly receive: SrtpKeys } | undefined;
}

export interface Local {
  /** That the far side is told. */
  readonly address: string;
  /** From which the far side signals. */
  readonly signallingAddress: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  readonly codecs: readonly CodecName[];
  readonly srtp: MediaSessionOptions['srtp'];
  /** Names the session in `o=`, a whole number. */
  readonly sessionId: number;
}

/** Offer and answer of one call (RFC 3264): what both ends can do, and what is in force. Without I/O. */
export interface Negotiation {
  createOffer(direction: OwnDirection): string;
  /** @throws MediaError `malformed`, `not_acceptable`: what was agreed before stays in force */
  answerOffer(sdp: string): { readonly sdp: string; readonly agreed: Agreed };
  /** @throws MediaError `malformed`, `not_acceptable`, or when nothing was offered */
  takeAnswer(sdp: string): Agreed;
  forgetOffer(): void;
}

export type OwnDirection = 'sendrecv' | 'sendonly' | 'inactive';

export function createNegotiation(local: Local): Negotiation {
  const types = createPayloadTypes();
  /** What we want, since our latest offer that stands. */
  let wanted: OwnDirection = 'sendrecv';
  let offer: { readonly direction: OwnDirection; readonly crypto: readonly CryptoLine[] } | undefined;
  let agreed: Agreed | undefined;
  /** All media lines that the call ever had: their number and order never change (RFC 3264 §8). */
  let lines: readonly MediaLine[] = [];
  let audioIndex = 0;
  let crypto: readonly CryptoLine[] | undefined;
  let lastBody = '';
  let version = 0;

  const write = (media: readonly MediaLine[]): string => {
    const body = writeSdp(local.address, media);
    if (body !== lastBody) version += 1;
    lastBody = body;
    const family = isIPv6(local.address) ? 'IP6' : 'IP4';
    return `v=0\r\no=- ${local.sessionId} ${version} IN ${family} ${local.address}\r\n${body}`;
  };

  return {
    createOffer(direction) {
      // The one in use first, so that a hold does not change the codec.
      const order = [...local.codecs].sort(
        (a, b) => Number(b === agreed?.codec.name) - Number(a === agreed?.codec.name),
      );
      const payloads = offeredPayloads(order, types);
      const isSecure =
        agreed === undefined ? local.srtp === 'offered' || local.srtp === 'required' : agreed.srtp !== undefined;
      const protocol = lines[audioIndex]?.protocol ?? (local.srtp === 'required' ? 'RTP/SAVP' : 'RTP/AVP');
      if (isSecure) crypto ??= offerCryptoLines();
      offer = { direction, crypto: isSecure ? (crypto ?? []) : [] };
      const audio: MediaLine = {
        kind: 'audio',
        protocol,
        ...ports(local),
        isMuxed: agreed?.remote.isMuxed ?? false,
        direction,
        payloads,
        crypto: offer.crypto.map(writeCryptoLine),
      };
      lines = lines.length === 0 ? [audio] : lines.map((line, index) => (index === audioIndex ? audio : line));
      return write(lines);
    },
    answerOffer(sdp) {
      const { media } = parseSdp(sdp);
      if (media.length < lines.length)
        throw new MediaError('malformed', 'The offer has fewer media lines than before.');
      const choices = media.map((line) => chooseAnswer(line, local));
      const index = choices.findIndex((choice) => choice !== undefined);
      const choice = choices[index];
      const theirs = media[index];
      if (choice === undefined || theirs === undefined) throw notAcceptable(media, local);
      const direction = answerDirection(wanted, theirs.direction);
      // A key that is not changed keeps its counters on both sides (RFC 4568 §7.1.4).
      const kept = agreed?.srtp?.send;
      const send =
        choice.crypto === undefined
          ? undefined
          : kept?.suite === choice.crypto.keys.suite
            ? kept
            : createKeys(choice.crypto.keys.suite);
      const answerCrypto =
        choice.crypto === undefined || send === undefined ? undefined : { tag: choice.crypto.tag, keys: send };
      const receive = new Map(choice.payloads);
      for (const [payloadType, payload] of receive) types.remember(payload, payloadType);
      const next: Agreed = {
        codec: choice.codec,
        payloadType: choice.payloadType,
        events: eventsOf(receive, choice.codec),
        receive,
        remote: remoteOf(theirs, theirs.hasRtcpMux, local),
        ...flow(direction, theirs),
        srtp: choice.crypto === undefined || send === undefined ? undefined : { send, receive: choice.crypto.keys },
      };
      const answerLines = media.map((line, n): MediaLine => {
        if (n !== index) return { kind: 'refused', type: line.type, protocol: line.protocol, formats: line.formats };
        return {
          kind: 'audio',
          protocol: line.protocol,
          ...ports(local),
          isMuxed: line.hasRtcpMux,
          direction,
          payloads: [...receive],
          crypto: answerCrypto === undefined ? [] : [writeCryptoLine(answerCrypto)],
        };
      });
      offer = undefined;
      agreed = next;
      lines = answerLines;
      audioIndex = index;
      crypto = answerCrypto === undefined ? undefined : [answerCrypto];
      return { sdp: write(answerLines), agreed: next };
    },
    takeAnswer(sdp) {
      if (offer === undefined) throw new MediaError('malformed', 'An answer came, but nothing was offered.');
      const { media } = parseSdp(sdp);
      const theirs = media[audioIndex];
      if (theirs === undefined || theirs.type !== 'audio' || theirs.port === 0) throw notAcceptable(media, local);
      const ours = offeredPayloads(local.codecs, types);
      const payloads = payloadsOf(theirs);
      const spoken = [...payloads].find(
        ([, payload]) => payload.kind === 'audio' && local.codecs.includes(payload.codec.name),
      );
      if (spoken?.[1].kind !== 'audio') throw notAcceptable(media, local);
      const srtp = answeredKeys(offer.crypto, theirs, local);
      const codec = spoken[1].codec;
      // They send with our numbers; some send with theirs all the same.
      const receive = new Map([...payloads, ...ours]);
      const direction = answerDirection(offer.direction, theirs.direction);
      wanted = offer.direction;
      agreed = {
        codec,
        payloadType: spoken[0],
        events: eventsOf(payloads, codec),
        receive,
        remote: remoteOf(theirs, theirs.hasRtcpMux && agreed?.remote.isMuxed === true, local),
        ...flow(direction, theirs),
        srtp,
      };
      return agreed;
    },
    forgetOffer() {
      offer = undefined;
    },
  };
}

function ports(local: Local) {
  return { port: local.rtpPort, rtcpPort: local.rtcpPort };
}

function offeredPayloads(order: readonly CodecName[], types: PayloadTypes): readonly (readonly [number, Payload])[] {
  const audio = order.map((name): Payload => ({ kind: 'audio', codec: codecs[name] }));
  const rates = new Set(order.map((name) => codecs[name].clockHz));
  const events = [...rates].map((clockHz): Payload => ({ kind: 'events', clockHz }));
  const noise: readonly Payload[] = rates.has(8000) ? [{ kind: 'comfort-noise' }] : [];
  return [...audio, ...events, ...noise].map((payload) => [types.typeOf(payload), payload]);
}

interface Choice {
  readonly codec: Codec;
  readonly payloadType: number;
  /** By their numbers: the codec, and what goes with it. */
  readonly payloads: PayloadMap;
  readonly crypto: CryptoLine | undefined;
}

const protocols: Readonly<Record<string, { readonly isSecure: boolean }>> = {
  'RTP/AVP': { isSecure: false },
  'RTP/AVPF': { isSecure: false },
  'RTP/SAVP': { isSecure: true },
  'RTP/SAVPF': { isSecure: true },
};

/** What we answer to a line, in their order of codecs; undefined: refused. */
function chooseAnswer(line: SdpMedia, local: Local): Choice | undefined {
  if (line.type !== 'audio' || line.port === 0) return undefined;
  const protocol = Object.hasOwn(protocols, line.protocol) ? protocols[line.protocol] : undefined;
  if (protocol === undefined) return undefined;
  const crypto = local.srtp === 'off' ? undefined : readCryptoLines(line.crypto)[0];
  if (crypto === undefined && (protocol.isSecure || local.srtp === 'required')) return undefined;
  const payloads = payloadsOf(line);
  for (const [payloadType, payload] of payloads) {
    if (payload.kind !== 'audio' || !local.codecs.includes(payload.codec.name)) continue;
    const codec = payload.codec;
    const events = eventsOf(payloads, codec);
    const goesWith = [...payloads].filter(
      ([type, other]) => type === events?.payloadType || (other.kind === 'comfort-noise' && codec.clockHz === 8000),
    );
    return { codec, payloadType, payloads: new Map([[payloadType, payload], ...goesWith]), crypto };
  }
  return undefined;
}

/** What their numbers stand for, in their order, as far as we know it. */
function payloadsOf(line: SdpMedia): PayloadMap {
  const map = new Map<number, Payload>();
  for (const format of line.formats.slice(0, 128)) {
    if (!/^\d{1,3}$/.test(format)) continue;
    const payloadType = Number(format);
    if (payloadType > 127 || map.has(payloadType)) continue;
    const written = line.rtpmaps.find((rtpmap) => rtpmap.payloadType === payloadType);
    const payload = written === undefined ? staticPayload(payloadType) : payloadNamed(written.codec, written.clockHz);
    if (payload !== undefined) map.set(payloadType, payload);
  }
  return map;
}

function payloadNamed(name: string, clockHz: number): Payload | undefined {
  if (name === 'telephone-event')
    return clockHz === 8000 || clockHz === 48_000 ? { kind: 'events', clockHz } : undefined;
  if (name === 'cn') return clockHz === 8000 ? { kind: 'comfort-noise' } : undefined;
  const codec = Object.values(codecs).find((known) => known.name.toLowerCase() === name && known.clockHz === clockHz);
  return codec === undefined ? undefined : { kind: 'audio', codec };
}

/** Numbers that may stand without `a=rtpmap` (RFC 3551). */
function staticPayload(payloadType: number): Payload | undefined {
  if (payloadType === 0) return { kind: 'audio', codec: codecs.PCMU };
  if (payloadType === 8) return { kind: 'audio', codec: codecs.PCMA };
  if (payloadType === 9) return { kind: 'audio', codec: codecs.G722 };
  if (payloadType === 13) return { kind: 'comfort-noise' };
  return undefined;
}

/** Events of the codec's clock, or those of 8,000 that many telephones offer beside every codec. */
function eventsOf(payloads: PayloadMap, codec: Codec): Agreed['events'] {
  const events = [...payloads].flatMap(([payloadType, payload]) =>
    payload.kind === 'events' ? [{ payloadType, clockHz: payload.clockHz }] : [],
  );
  return events.find(({ clockHz }) => clockHz === codec.clockHz) ?? events[0];
}

function answeredKeys(offered: readonly CryptoLine[], theirs: SdpMedia, local: Local): Agreed['srtp'] {
  const answered = offered.length === 0 ? undefined : readCryptoLines(theirs.crypto)[0];
  const ours = offered.find(({ tag, keys }) => tag === answered?.tag && keys.suite === answered.keys.suite);
  if (answered !== undefined && ours !== undefined) return { send: ours.keys, receive: answered.keys };
  const isSecure = Object.hasOwn(protocols, theirs.protocol) && protocols[theirs.protocol]?.isSecure === true;
  if (local.srtp === 'required' || isSecure) {
    throw new MediaError('not_acceptable', 'The answer has no key for the encryption that was offered (a=crypto).');
  }
  return undefined;
}

function answerDirection(ours: OwnDirection, theirs: Direction): Direction {
  const sends = ours !== 'inactive' && (theirs === 'sendrecv' || theirs === 'recvonly');
  const receives = ours === 'sendrecv' && (theirs === 'sendrecv' || theirs === 'sendonly');
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}

function flow(direction: Direction, theirs: SdpMedia) {
  const isNowhere = theirs.address === '0.0.0.0' || theirs.address === '::';
  return {
    sends: !isNowhere && (direction === 'sendrecv' || direction === 'sendonly'),
    receives: !isNowhere && (direction === 'sendrecv' || direction === 'recvonly'),
    isHeld: isNowhere || theirs.direction === 'sendonly' || theirs.direction === 'inactive',
  };
}

function notAcceptable(media: readonly SdpMedia[], local: Local): MediaError {
  const theirs = media.map((line) => `${line.type} ${line.protocol} ${line.formats.slice(0, 8).join(' ')}`).slice(0, 4);
  const ours = `${local.codecs.join(', ')}${local.srtp === 'required' ? ' with SRTP' : ''}`;
  return new MediaError(
    'not_acceptable',
    `Nothing in common: they have ${theirs.join('; ') || 'no media'}, we ${ours}.`,
  );
}
