import { setTimeout as delay } from 'node:timers/promises';
import { rmsDbfs } from '@parley/engine/audio/level.ts';
import type { Pcm } from '@parley/engine/ports/audio.ts';
import type { Baresip } from './baresip.ts';

/** What a telephone hears, while it hears it. */
export interface PhoneEar {
  /**
   * Resolves when somebody has spoken since the last time and has been quiet for so long.
   * @throws when that is not within the time
   */
  spokenTo(options?: { readonly quietMs?: number; readonly timeoutMs?: number }): Promise<void>;
}

/** At 8 kHz. */
const samplesPerMs = 8;
/** Louder than the noise of a line, quieter than any word. */
const speechDbfs = -40;
const stepMs = 20;
/** Longer than voices pause between two sentences. */
const quietMsDefault = 1_200;
const timeoutMsDefault = 30_000;

export function createPhoneEar(phone: Pick<Baresip, 'heard'>): PhoneEar {
  let heardUntil = 0;
  return {
    async spokenTo({ quietMs = quietMsDefault, timeoutMs = timeoutMsDefault } = {}) {
      const endMs = performance.now() + timeoutMs;
      for (;;) {
        const samples = await samplesOf(phone);
        // After a hold it writes a new file.
        if (samples.length < heardUntil) heardUntil = 0;
        const lastSpoken = lastLoud(samples, heardUntil);
        if (lastSpoken !== undefined && samples.length - lastSpoken > quietMs * samplesPerMs) {
          heardUntil = samples.length;
          return;
        }
        if (performance.now() > endMs) {
          throw new Error(`Nobody spoke and then stopped within ${timeoutMs / 1000} s.`);
        }
        await delay(100);
      }
    },
  };
}

/** Read past the header, which tells no length until the call is over. */
async function samplesOf(phone: Pick<Baresip, 'heard'>): Promise<Pcm> {
  // There is no file before there is sound.
  const bytes = await phone.heard().catch(() => Buffer.alloc(0));
  const data = bytes.indexOf('data');
  if (data < 0) return new Int16Array(0);
  const start = data + 8;
  const samples = new Int16Array(Math.max(0, (bytes.length - start) >> 1));
  for (let n = 0; n < samples.length; n += 1) samples[n] = bytes.readInt16LE(start + 2 * n);
  return samples;
}

/** The place after the last sound, of those after `from`. */
function lastLoud(samples: Pcm, from: number): number | undefined {
  const step = stepMs * samplesPerMs;
  for (let at = samples.length - step; at >= from; at -= step) {
    if (rmsDbfs(samples.subarray(at, at + step)) > speechDbfs) return at + step;
  }
  return undefined;
}
