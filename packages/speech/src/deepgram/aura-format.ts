import type { LineFormat } from '@parley/engine/ports/audio.ts';
import type { AudioEncoding } from '../wire/pcm-stream.ts';
import type { Query } from './deepgram-account.ts';

/** One voice in one form: what a connection to `/v1/speak` is opened for. */
export interface AuraFormat {
  /** Equal for equal ones. */
  readonly key: string;
  readonly query: Query;
  /** What comes. */
  readonly sound: AudioEncoding;
}

/** A telephone gets its own form; anything else the house's rate, so that nothing is converted. */
export function auraFormat(
  model: string,
  line: LineFormat,
  { speed, mipOptOut }: { readonly speed?: number | undefined; readonly mipOptOut: boolean },
): AuraFormat {
  const query: Query = [
    ['model', model],
    ['encoding', line === 'wide' ? 'linear16' : line],
    ['sample_rate', line === 'wide' ? '16000' : '8000'],
    ...(speed === undefined ? [] : [['speed', String(speed)] as const]),
    ...(mipOptOut ? [['mip_opt_out', 'true'] as const] : []),
  ];
  return {
    key: query.map(([name, value]) => `${name}=${value}`).join('&'),
    query,
    sound: line === 'wide' ? { encoding: 'pcm16', sampleRateHz: 16_000 } : { encoding: line },
  };
}
