import type { LineFormat } from '@parley/engine/ports/audio.ts';

/** What speech is coded in on a call, by its name in SDP. */
export type CodecName = 'PCMU' | 'PCMA' | 'G722' | 'opus';

export interface Codec {
  readonly name: CodecName;
  /** As in `a=rtpmap`, without the payload type. */
  readonly rtpmap: string;
  /** Of RTP timestamps. */
  readonly clockHz: number;
  /** The number that RFC 3551 gives it, or the one that we give it in offers. */
  readonly payloadType: number;
  readonly line: LineFormat;
  readonly fmtp: string | undefined;
}

export const codecs: Readonly<Record<CodecName, Codec>> = {
  PCMU: { name: 'PCMU', rtpmap: 'PCMU/8000', clockHz: 8000, payloadType: 0, line: 'mulaw', fmtp: undefined },
  PCMA: { name: 'PCMA', rtpmap: 'PCMA/8000', clockHz: 8000, payloadType: 8, line: 'alaw', fmtp: undefined },
  // Its clock is told as 8,000 by an old mistake that everybody keeps (RFC 3551 §4.5.2).
  G722: { name: 'G722', rtpmap: 'G722/8000', clockHz: 8000, payloadType: 9, line: 'wide', fmtp: undefined },
  // We hear and speak 16 kHz, and correct losses in the band.
  opus: {
    name: 'opus',
    rtpmap: 'opus/48000/2',
    clockHz: 48_000,
    payloadType: 111,
    line: 'wide',
    fmtp: 'maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1',
  },
};

/**
 * The order of offers. G.711 first: whatever lies between us and a telephone carries it untouched, where Opus would be decoded and
 * coded anew on the way; µ-law and A-law sound alike, and a trunk's settings say which its country uses. Who has G.722 or
 * Opus and prefers it says so by the order of its own offer.
 */
export const codecOrderDefault: readonly CodecName[] = ['PCMU', 'PCMA', 'G722', 'opus'];

/** What a payload type stands for on a call. */
export type Payload =
  | { readonly kind: 'audio'; readonly codec: Codec }
  /** RFC 4733. */
  | { readonly kind: 'events'; readonly clockHz: number }
  /** RFC 3389. */
  | { readonly kind: 'comfort-noise' };

/** By payload type. */
export type PayloadMap = ReadonlyMap<number, Payload>;
