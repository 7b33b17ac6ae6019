import type { SpokenWord } from '@parley/engine/ports/synthesizer.ts';

/** A sentence as sound. */
export interface KeptSpeech {
  /** 16-bit little-endian samples at 16 kHz, mono. */
  readonly audio: Uint8Array;
  readonly words: readonly SpokenWord[];
}

/**
 * Where sentences that are said often are kept as sound. An answer may be given at once or later; one that fails is taken for none.
 * Keys are letters, digits, `-` and `_`, the same in all processes and versions that would make the same sound.
 */
export interface SpeechCache {
  get(key: string, signal: AbortSignal): KeptSpeech | undefined | Promise<KeptSpeech | undefined>;
  set(key: string, speech: KeptSpeech): void | Promise<void>;
  close(): Promise<void>;
}

export interface MemorySpeechCacheOptions {
  /** Sound and words together. */
  readonly maxBytes: number;
}

export const memorySpeechCacheDefaults: MemorySpeechCacheOptions = {
  // Half an hour of sound, 600 sentences of three seconds: the fixed words of a dozen agents.
  maxBytes: 64_000_000,
};

/** What was not said for the longest goes first. */
export function createMemorySpeechCache(
  options: MemorySpeechCacheOptions = memorySpeechCacheDefaults,
): SpeechCache & { readonly bytes: number } {
  /** Least recently said first. */
  const kept = new Map<string, KeptSpeech>();
  let bytes = 0;

  const forget = (key: string) => {
    const speech = kept.get(key);
    if (speech === undefined) return;
    kept.delete(key);
    bytes -= sizeOf(speech);
  };

  return {
    get bytes() {
      return bytes;
    },
    get(key) {
      const speech = kept.get(key);
      if (speech === undefined) return undefined;
      kept.delete(key);
      kept.set(key, speech);
      return speech;
    },
    set(key, speech) {
      forget(key);
      const size = sizeOf(speech);
      if (size > options.maxBytes) return;
      kept.set(key, speech);
      bytes += size;
      for (const [oldest] of kept) {
        if (bytes <= options.maxBytes) break;
        forget(oldest);
      }
    },
    async close() {
      kept.clear();
      bytes = 0;
    },
  };
}

/** A word takes about 100 bytes beyond its letters, an entry about 300. */
function sizeOf({ audio, words }: KeptSpeech): number {
  return audio.byteLength + 300 + words.reduce((sum, { text }) => sum + 100 + 2 * text.length, 0);
}
