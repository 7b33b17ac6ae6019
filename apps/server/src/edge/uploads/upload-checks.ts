import { WireError } from '@parley/contract/errors.ts';
import { mp3DurationMs } from './mp3.ts';
import { oggDurationMs } from './ogg.ts';
import { wavDurationMs } from './wav.ts';
import { webmDurationMs } from './webm.ts';

export type AudioKind = 'wav' | 'ogg' | 'mp3' | 'webm';

export interface AudioUpload {
  readonly kind: AudioKind;
  /** What the file itself says, from its headers and time stamps. */
  readonly durationMs: number;
}

export interface AudioUploadLimits {
  readonly maxBytes: number;
  readonly maxDurationMs: number;
}

export const audioUploadDefaults: AudioUploadLimits = {
  // Five minutes of telephone sound without compression (16 kHz, 16 bits).
  maxBytes: 10 * 1024 * 1024,
  // The longest that anybody speaks in one turn, with room; recognising it takes some 30 s of a core.
  maxDurationMs: 5 * 60_000,
};

/**
 * What sound somebody sent, by its bytes: names and media types are whatever the sender says.
 * @throws WireError `body_too_large`; `media_not_accepted` with a `reason`: `unknown_kind`, `unreadable`, `too_long`
 */
export function checkAudioUpload(bytes: Uint8Array, limits: AudioUploadLimits = audioUploadDefaults): AudioUpload {
  if (bytes.byteLength > limits.maxBytes) throw new WireError('body_too_large', { max_bytes: limits.maxBytes });
  const kind = audioKindOf(bytes);
  if (kind === undefined) throw refusal('unknown_kind', { accepted: ['wav', 'ogg', 'mp3', 'webm'] });
  const durationMs = durationOf[kind](bytes);
  if (durationMs === undefined || !(durationMs > 0)) throw refusal('unreadable', { kind });
  if (durationMs > limits.maxDurationMs) {
    throw refusal('too_long', { kind, duration_ms: Math.round(durationMs), max_duration_ms: limits.maxDurationMs });
  }
  return { kind, durationMs };
}

/** By the first bytes; undefined for everything else, also for video, pages and programs that are named like sound. */
export function audioKindOf(bytes: Uint8Array): AudioKind | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64));
  const text = start.toString('latin1');
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WAVE') return 'wav';
  if (text.startsWith('OggS')) return 'ogg';
  if (text.startsWith('\x1aE\xdf\xa3') && text.includes('webm')) return 'webm';
  if (text.startsWith('ID3')) return 'mp3';
  // Eleven bits of a frame's start, then layer III of MPEG 1, 2 or 2.5.
  const [first = 0, second = 0] = start;
  return first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) === 0x02 && (second & 0x18) !== 0x08
    ? 'mp3'
    : undefined;
}

/** Undefined when the file is not what its first bytes promise. */
const durationOf: Readonly<Record<AudioKind, (bytes: Uint8Array) => number | undefined>> = {
  wav: wavDurationMs,
  ogg: oggDurationMs,
  mp3: mp3DurationMs,
  webm: webmDurationMs,
};

function refusal(reason: string, details: Readonly<Record<string, unknown>>): WireError {
  return new WireError('media_not_accepted', { reason, ...details });
}
