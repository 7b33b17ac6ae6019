import { isIPv6 } from 'node:net';
import { FRAME_MS } from '@parley/engine/ports/audio.ts';
import type { Payload } from '../codecs.ts';
import type { Direction } from './parse-sdp.ts';

export type MediaLine =
  | {
      readonly kind: 'audio';
      readonly protocol: string;
      readonly port: number;
      readonly rtcpPort: number;
      readonly isMuxed: boolean;
      readonly direction: Direction;
      readonly payloads: readonly (readonly [number, Payload])[];
      /** Whole lines. */
      readonly crypto: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly type: string;
      readonly protocol: string;
      readonly formats: readonly string[];
    };

/** More than three frames in a packet are not taken gladly: one loss is then a syllable. */
const maxPacketMs = 60;

/** All of a description that follows the `o=` line. */
export function writeSdp(address: string, media: readonly MediaLine[]): string {
  const lines = ['s=-', `c=IN ${isIPv6(address) ? 'IP6' : 'IP4'} ${address}`, 't=0 0', ...media.flatMap(mediaLines)];
  return `${lines.join('\r\n')}\r\n`;
}

function mediaLines(media: MediaLine): readonly string[] {
  if (media.kind === 'refused') {
    return [`m=${media.type} 0 ${media.protocol} ${media.formats.join(' ') || '0'}`];
  }
  return [
    `m=audio ${media.port} ${media.protocol} ${media.payloads.map(([type]) => type).join(' ')}`,
    ...media.payloads.flatMap(([type, payload]) => payloadLines(type, payload)),
    `a=ptime:${FRAME_MS}`,
    `a=maxptime:${maxPacketMs}`,
    ...(media.isMuxed ? [`a=rtcp:${media.port}`, 'a=rtcp-mux'] : [`a=rtcp:${media.rtcpPort}`]),
    ...media.crypto,
    `a=${media.direction}`,
  ];
}

function payloadLines(type: number, payload: Payload): readonly string[] {
  if (payload.kind === 'comfort-noise') return [`a=rtpmap:${type} CN/8000`];
  if (payload.kind === 'events') {
    return [`a=rtpmap:${type} telephone-event/${payload.clockHz}`, `a=fmtp:${type} 0-15`];
  }
  const { rtpmap, fmtp } = payload.codec;
  return [`a=rtpmap:${type} ${rtpmap}`, ...(fmtp === undefined ? [] : [`a=fmtp:${type} ${fmtp}`])];
}
