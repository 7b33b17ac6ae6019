import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { givenUp } from '@parley/engine/given-up.ts';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { SpokenWord, SynthesisRequest, SynthesisSink } from '@parley/engine/ports/synthesizer.ts';
import type { KeptSpeech, SpeechCache } from './speech-cache.ts';

/** Sentences as sound, over a cache: which are kept, by what key, and how they are said. */
export interface KeptSentences {
  /** May it be kept at all? */
  takes(request: SynthesisRequest, scope: KeptScope): boolean;
  /**
   * Looks it up; `found` or `missing` is called once, at once or within the time-out, and neither once the signal is aborted.
   */
  find(key: string, signal: AbortSignal, found: (speech: KeptSpeech) => void, missing: () => void): void;
  /** Hears a sentence out and keeps it if it is said for the second time, or at once when it is made to be kept. */
  record(key: string, isWarmUp: boolean): SynthesisSink | undefined;
  keyOf(request: SynthesisRequest, engineKey: string): string;
}

export interface KeptScope {
  readonly organizationId: string;
  readonly conversationId: string | undefined;
}

export interface KeptSentencesParts {
  readonly cache: SpeechCache;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly maxCharacters: number;
  /** Whether a text holds what is personal: it is not kept then. */
  readonly isPersonal: (text: string, scope: KeptScope) => boolean;
  readonly onError: (error: unknown, context: string) => void;
}

export function createKeptSentences(parts: KeptSentencesParts): KeptSentences {
  const { cache, clock, timeoutMs, maxCharacters, isPersonal, onError } = parts;
  /** Said once lately: most sentences are never said again, and would push out those that are. */
  const saidOnce = new Set<string>();

  const isSecondTime = (key: string): boolean => {
    if (saidOnce.delete(key)) return true;
    saidOnce.add(key);
    for (const oldest of saidOnce) {
      if (saidOnce.size <= maxSaidOnce) break;
      saidOnce.delete(oldest);
    }
    return false;
  };

  const keep = (key: string, speech: KeptSpeech) => {
    const failed = (error: unknown) => onError(error, 'keeping a sentence as sound');
    try {
      const kept = cache.set(key, speech);
      if (kept !== undefined) kept.catch(failed);
    } catch (error) {
      failed(error);
    }
  };

  return {
    takes: ({ text, ssml }, scope) =>
      text.length + (ssml?.length ?? 0) <= maxCharacters &&
      !isPersonal(text, scope) &&
      // It may have other words said than the text has.
      (ssml === undefined || !isPersonal(ssml, scope)),
    find(key, signal, found, missing) {
      const scope = new AbortController();
      let cancelTimer = () => {};
      let over = false;
      const end = (speech: KeptSpeech | undefined) => {
        if (over) return;
        over = true;
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
        scope.abort(givenUp);
        if (signal.aborted) return;
        if (speech === undefined) missing();
        else found(speech);
      };
      const onAbort = () => end(undefined);
      const failed = (error: unknown) => {
        if (!over) onError(error, 'looking for a kept sentence');
        end(undefined);
      };
      try {
        const answer = cache.get(key, scope.signal);
        if (!(answer instanceof Promise)) return end(answer);
        signal.addEventListener('abort', onAbort, { once: true });
        cancelTimer = clock.wakeAt(clock.nowMs() + timeoutMs, () => end(undefined));
        answer.then(end, failed);
      } catch (error) {
        failed(error);
      }
    },
    record: (key, isWarmUp) =>
      isWarmUp || isSecondTime(key) ? createRecording((speech) => keep(key, speech)) : undefined,
    keyOf(request, engineKey) {
      const { text, language, voice, tone, ssml, line } = request;
      const all = JSON.stringify([version, engineKey, voice ?? '', language, tone, line ?? 'wide', text, ssml ?? '']);
      return createHash('sha256').update(all).digest('base64url');
    },
  };
}

/** Of the key's form. */
const version = 1;
const maxSaidOnce = 10_000;
/** What is longer was not a sentence. 2 MB. */
const maxRecordedSamples = 60 * SAMPLE_RATE_HZ;

/** Says a kept sentence, in one piece and not from inside the call. */
export function sayKept({ audio, words }: KeptSpeech, signal: AbortSignal, sink: SynthesisSink): void {
  const samples = toSamples(audio);
  queueMicrotask(() => {
    if (signal.aborted) return;
    sink.audio(samples);
    if (!signal.aborted && words.length > 0) sink.words(words);
    if (!signal.aborted) sink.done();
  });
}

function createRecording(keep: (speech: KeptSpeech) => void): SynthesisSink {
  const chunks: Pcm[] = [];
  const words: SpokenWord[] = [];
  let length = 0;
  return {
    audio(samples) {
      length += samples.length;
      if (length <= maxRecordedSamples) chunks.push(samples);
      else chunks.length = 0;
    },
    words: (more) => void words.push(...more),
    done() {
      if (length > 0 && length <= maxRecordedSamples) keep({ audio: toBytes(chunks, length), words });
    },
    failed() {},
  };
}

function toBytes(chunks: readonly Pcm[], length: number): Uint8Array {
  const samples = new Int16Array(length);
  let at = 0;
  for (const chunk of chunks) {
    samples.set(chunk, at);
    at += chunk.length;
  }
  const bytes = Buffer.from(samples.buffer);
  return endianness() === 'BE' ? bytes.swap16() : bytes;
}

/** As they are kept, and as nearly every machine has them: the lower byte first. */
function toSamples(bytes: Uint8Array): Pcm {
  const samples = new Int16Array(bytes.byteLength >> 1);
  new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
  if (endianness() === 'BE') Buffer.from(samples.buffer).swap16();
  return samples;
}
