import type { Clock } from '@parley/engine/ports/clock.ts';
import type { SynthesisRequest, SynthesisSink } from '@parley/engine/ports/synthesizer.ts';
import type { SpokenPiece } from '@parley/engine/text/spoken-form/rule.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import { type AudioEncoding, createPcmStream } from '../wire/pcm-stream.ts';
import { type CharacterTimes, createTimedWords } from './timed-words.ts';

/** A sentence on its way to whoever asked for it: ends once, in time, and says nothing after that or after the abort. */
export interface Segment {
  readonly isOver: boolean;
  /** Has any of it been given? */
  readonly hasBegun: boolean;
  speech(bytes: Uint8Array | undefined, times: CharacterTimes | undefined): void;
  finish(): void;
  fail(failure: ProviderFailure): void;
}

export interface SegmentOptions {
  readonly firstAudioTimeoutMs: number;
  readonly stallTimeoutMs: number;
}

/** @param onOver told once: it is done, failed, timed out or aborted, and whatever works for it is to be let go */
export function createSegment(
  request: SynthesisRequest,
  sink: SynthesisSink,
  pieces: readonly SpokenPiece[],
  encoding: AudioEncoding,
  clock: Clock,
  { firstAudioTimeoutMs, stallTimeoutMs }: SegmentOptions,
  onOver: (how: 'finished' | 'failed' | 'timed-out' | 'aborted') => void,
): Segment {
  const { signal } = request;
  const pcm = createPcmStream(encoding);
  const words = createTimedWords(pieces);
  const bytesPerMs = encoding.encoding === 'pcm16' ? (2 * encoding.sampleRateHz) / 1000 : 8;
  let isOver = false;
  let givenBytes = 0;
  let cancelTimer = () => {};

  const end = (how: 'finished' | 'failed' | 'timed-out' | 'aborted') => {
    isOver = true;
    cancelTimer();
    signal.removeEventListener('abort', onAbort);
    onOver(how);
  };
  const fail = (failure: ProviderFailure, how: 'failed' | 'timed-out') => {
    if (isOver) return;
    end(how);
    sink.failed(failure.code, failure.message, failure.retryAfterMs);
  };
  const wait = (timeoutMs: number) => {
    cancelTimer();
    cancelTimer = clock.wakeAt(clock.nowMs() + timeoutMs, () =>
      fail({ code: 'provider_timed_out', message: `No sound for ${timeoutMs} ms.` }, 'timed-out'),
    );
  };
  const onAbort = () => {
    if (!isOver) end('aborted');
  };

  signal.addEventListener('abort', onAbort, { once: true });
  wait(firstAudioTimeoutMs);

  return {
    get isOver() {
      return isOver;
    },
    get hasBegun() {
      return givenBytes > 0;
    },
    speech(bytes, times) {
      if (isOver) return;
      const atMs = givenBytes / bytesPerMs;
      const told = times === undefined ? [] : words.add(times, atMs);
      if (told.length > 0) sink.words(told);
      if (bytes === undefined || signal.aborted) return;
      wait(stallTimeoutMs);
      givenBytes += bytes.byteLength;
      const samples = pcm.write(bytes);
      if (samples.length > 0) sink.audio(samples);
    },
    finish() {
      if (isOver) return;
      if (givenBytes === 0) {
        fail({ code: 'provider_failed', message: 'It ended without a sound.' }, 'failed');
        return;
      }
      // Whoever hears the last of it may abort meanwhile.
      const told = words.end();
      if (told.length > 0) sink.words(told);
      const samples = signal.aborted ? undefined : pcm.end();
      if (samples !== undefined && samples.length > 0) sink.audio(samples);
      if (signal.aborted) return;
      end('finished');
      sink.done();
    },
    fail: (failure) => fail(failure, 'failed'),
  };
}
