import { encodeG711 } from '@parley/engine/audio/g711.ts';
import { createWideToLine } from '@parley/engine/audio/line-rate.ts';
import type { LineFormat, Pcm } from '@parley/engine/ports/audio.ts';
import { SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { UtteranceRequest } from '../wire/utterance-recognizer.ts';
import type { RivaOptions } from './riva-options.ts';
import type { RivaConfig } from './riva-wire.ts';

/** The configuration with which an utterance is heard. */
export function rivaConfig(request: UtteranceRequest, options: RivaOptions, stopHistoryMs?: number): RivaConfig {
  const phrases = phrasesOf(request, options.maxPhrases);
  return {
    encoding: encodings[request.line],
    sampleRateHertz: request.line === 'wide' ? SAMPLE_RATE_HZ : SAMPLE_RATE_HZ / 2,
    languageCode: options.languageCode ?? withRegion(request.language),
    maxAlternatives: 1,
    profanityFilter: options.profanityFilter,
    speechContexts: phrases.length === 0 || options.boost === 0 ? [] : [{ phrases, boost: options.boost }],
    audioChannelCount: 1,
    enableWordTimeOffsets: true,
    enableAutomaticPunctuation: options.punctuation,
    model: options.model ?? '',
    verbatimTranscripts: options.verbatim,
    ...(stopHistoryMs !== undefined && { endpointingConfig: { stopHistory: stopHistoryMs } }),
  };
}

const encodings = { wide: 'LINEAR_PCM', mulaw: 'MULAW', alaw: 'ALAW' } as const;

/** Longer ones are sentences: favouring them favours nothing that is said. */
const maxPhraseLength = 60;

/** Those of the question first; they are the likeliest. */
function phrasesOf({ vocabulary, context }: UtteranceRequest, maxPhrases: number): readonly string[] {
  if (vocabulary === undefined) return [];
  const asked =
    context !== undefined && Object.hasOwn(vocabulary.contexts, context) ? vocabulary.contexts[context] : [];
  const phrases = new Set<string>();
  for (const phrase of [...(asked ?? []), ...vocabulary.phrases]) {
    if (phrases.size >= maxPhrases) break;
    const trimmed = phrase.trim();
    if (trimmed !== '' && trimmed.length <= maxPhraseLength) phrases.add(trimmed);
  }
  return [...phrases];
}

/** Models are looked up by language and region: `vi` is `vi-VN`, `en` is `en-US`. */
function withRegion(language: string): string {
  try {
    const locale = new Intl.Locale(language);
    return `${locale.language}-${locale.region ?? locale.maximize().region ?? locale.language.toUpperCase()}`;
  } catch {
    return language;
  }
}

/** Frames to the bytes of the line that the configuration tells of. */
export interface AudioEncoder {
  encode(frames: readonly Pcm[]): Uint8Array;
  /** What is still in it at the end of the utterance; may be empty. */
  flush(): Uint8Array;
}

export function createAudioEncoder(line: LineFormat): AudioEncoder {
  if (line === 'wide') return { encode: (frames) => bytesOf(joined(frames)), flush: () => new Uint8Array(0) };
  const rate = createWideToLine();
  return {
    encode: (frames) => encodeG711(Int16Array.from(rate.process(joined(frames))), line),
    flush: () => encodeG711(Int16Array.from(rate.flush()), line),
  };
}

function joined(frames: readonly Pcm[]): Int16Array {
  const samples = new Int16Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    samples.set(frame, at);
    at += frame.length;
  }
  return samples;
}

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
