import { WireError } from '@parley/contract/errors.ts';
import { decodeG711 } from '@parley/engine/audio/g711.ts';
import { createLineToWide } from '@parley/engine/audio/line-rate.ts';
import { createResampler } from '@parley/engine/audio/resampler.ts';
import { decodeWav, WavError } from '@parley/engine/audio/wav.ts';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { GuardedFetch } from '../edge/guarded-fetch.ts';
import { OutgoingError, outgoingWireError } from '../edge/outgoing-error.ts';

/** What somebody says in a turn is seconds long; what is longer is a recording. */
const maxSeconds = 120;
/** 48 kHz in two channels for that long. */
const maxBytes = maxSeconds * 48_000 * 2 * 2;
const lineRateHz = 8000;

/**
 * The sound that a program sent: an address, a `data:` URL, or base64 alone. WAV; or the bytes of a telephone line, where the URL says
 * `audio/basic`. Of several channels the first.
 *
 * @throws WireError `audio_not_usable`, `address_refused`, `outside_failed`
 */
export async function fetchSound(audio: string, fetch: Pick<GuardedFetch, 'send'>, signal: AbortSignal): Promise<Pcm> {
  return toPcm(await bytesOf(audio, fetch, signal), isMulaw(audio));
}

/** Whether the sound is that of a telephone line. */
export function isMulaw(audio: string): boolean {
  return /^data:audio\/(basic|pcmu)/i.test(audio);
}

async function bytesOf(audio: string, fetch: Pick<GuardedFetch, 'send'>, signal: AbortSignal): Promise<Uint8Array> {
  if (/^https?:/i.test(audio)) {
    try {
      const answer = await fetch.send({ method: 'GET', url: audio, signal, maxResponseBytes: maxBytes });
      if (answer.status === 200) return answer.body;
      throw new WireError('audio_not_usable', { audio_url: `The address answered with status ${answer.status}.` });
    } catch (error) {
      if (error instanceof OutgoingError) throw outgoingWireError(error, 'audio_url');
      throw error;
    }
  }
  const base64 = audio.startsWith('data:') ? audio.slice(audio.indexOf(',') + 1) : audio;
  if (!/^[\w+/-]*={0,2}$/.test(base64)) throw new WireError('audio_not_usable', { audio_url: 'Not base64.' });
  return Buffer.from(base64, 'base64');
}

function toPcm(bytes: Uint8Array, isMulaw: boolean): Pcm {
  try {
    if (isMulaw) return fromMulaw(bytes);
    const { sampleRateHz, channels } = decodeWav(bytes);
    const [voice] = channels;
    if (voice === undefined || voice.length === 0) throw new RangeError('There is no sound in it.');
    if (voice.length > maxSeconds * sampleRateHz) throw new RangeError(`It is longer than ${maxSeconds} seconds.`);
    return createResampler(sampleRateHz, SAMPLE_RATE_HZ).process(voice);
  } catch (error) {
    if (!(error instanceof WavError || error instanceof RangeError)) throw error;
    throw new WireError('audio_not_usable', { audio_url: error.message });
  }
}

function fromMulaw(bytes: Uint8Array): Pcm {
  if (bytes.length === 0) throw new RangeError('There is no sound in it.');
  if (bytes.length > maxSeconds * lineRateHz) throw new RangeError(`It is longer than ${maxSeconds} seconds.`);
  const wide = createLineToWide();
  const samples = wide.process(decodeG711(bytes, 'mulaw'));
  const rest = wide.flush();
  const all = new Int16Array(samples.length + rest.length);
  all.set(samples);
  all.set(rest, samples.length);
  return all;
}
