import { statSync } from 'node:fs';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { Recognizer } from '@parley/engine/ports/recognizer.ts';
import { createProcessHost } from '../embeddings/process-host.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';
import {
  createUtteranceRecognizer,
  type UtteranceEngine,
  type UtteranceRequest,
  type UtteranceSink,
  untoldConfidence,
} from '../wire/utterance-recognizer.ts';
import { folderUnusable, sherpaMissing } from './sherpa-errors.ts';
import { isSherpaInstalled } from './sherpa-installed.ts';
import type { SherpaReply, SherpaRequest, SherpaStart } from './sherpa-messages.ts';

export interface SherpaOptions extends Omit<SherpaStart, 'folder'> {
  /** Of the vocabulary, the phrases of what was asked first. */
  readonly maxPhrases: number;
  /** What comes later of one utterance is not heard. */
  readonly maxUtteranceMs: number;
  /** Audio of all callers that may wait for the process. */
  readonly maxWaitingMs: number;
  readonly finalTimeoutMs: number;
  /** Loading the model. */
  readonly startTimeoutMs: number;
}

/** 100 ms a message: models step by 320 ms and more. */
const samplesAMessage = SAMPLE_RATE_HZ / 10;

/**
 * Recognition by a folder of models on this machine, in a process of its own that all streams share. It starts with the first `prepare`
 * or `open`, and again when it dies.
 *
 * @throws SpeechError `program_missing`, `model_unusable` when there is no such folder; what is wrong within it `prepare` tells
 */
export function createSherpaRecognizer(folder: string, options: SherpaOptions, clock: Clock): Recognizer {
  if (!isSherpaInstalled()) throw sherpaMissing();
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw folderUnusable(`There is no folder ${folder}.`);
  }
  return createUtteranceRecognizer(createSherpaEngine(folder, options), clock, {
    finalTimeoutMs: options.finalTimeoutMs,
  });
}

function createSherpaEngine(folder: string, options: SherpaOptions): UtteranceEngine {
  const { precision, threads, hotwords, hotwordsScore } = options;
  const working = new Map<number, UtteranceSink>();
  let host: ReturnType<typeof startHost> | undefined;
  let ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  let isReady = false;
  let unusable: string | undefined;
  let lastUtterance = 0;
  /** Samples that the process was given and has not taken. */
  let waiting = 0;
  /** How often it has said anything: who says nothing any more hangs. */
  let replies = 0;
  let closed = false;

  const startHost = () =>
    createProcessHost<SherpaRequest, SherpaReply>(
      new URL('./sherpa-process.ts', import.meta.url),
      { folder, precision, threads, hotwords, hotwordsScore } satisfies SherpaStart,
      {
        message: onReply,
        died(reason) {
          isReady = false;
          ready.reject(folderUnusable(`Its process ended: ${reason}`));
          ready = Promise.withResolvers();
          ready.promise.catch(() => {});
          waiting = 0;
          failAll({ code: 'provider_failed', message: `The process of the model died: ${reason}` });
        },
      },
    );
  const failAll = (failure: ProviderFailure) => {
    const all = [...working.values()];
    working.clear();
    for (const sink of all) sink.failed(failure);
  };
  const onReply = (reply: SherpaReply) => {
    if (closed) return;
    replies += 1;
    if (reply.type === 'ready') {
      isReady = true;
      return ready.resolve();
    }
    if (reply.type === 'taken') {
      waiting = Math.max(0, waiting - reply.samples);
      return;
    }
    if (reply.type === 'unusable') {
      unusable = reply.reason;
      ready.reject(folderUnusable(unusable));
      failAll(unusableFailure(unusable));
      void host?.close();
      return;
    }
    const sink = working.get(reply.utterance);
    if (sink === undefined) return;
    if (reply.type === 'partial') return sink.partial(reply.text);
    working.delete(reply.utterance);
    if (reply.type === 'failed') return sink.failed({ code: 'provider_failed', message: reply.reason });
    const { text, words } = reply;
    sink.final({ text, words, confidence: text === '' ? 0 : (reply.confidence ?? untoldConfidence) });
  };
  const warmUp = () => {
    if (!closed) host ??= startHost();
  };

  return {
    name: 'sherpa',
    warmUp,
    async ready(signal) {
      if (unusable === undefined && !isReady && host?.post(wakeUp) !== true) {
        throw folderUnusable('The process of the model dies again and again.');
      }
      const timeout = AbortSignal.timeout(options.startTimeoutMs);
      const either = AbortSignal.any([signal, timeout]);
      const late = Promise.withResolvers<never>();
      const onAbort = () =>
        late.reject(signal.aborted ? signal.reason : folderUnusable('The model does not load in time.'));
      either.addEventListener('abort', onAbort, { once: true });
      try {
        await Promise.race([ready.promise, late.promise]);
      } finally {
        either.removeEventListener('abort', onAbort);
      }
    },
    begin(request, sink) {
      lastUtterance += 1;
      const utterance = lastUtterance;
      warmUp();
      let hasEnded = false;
      let repliesAtEnd = 0;
      let frames: Pcm[] = [];
      let samplesGiven = 0;
      let samplesSent = 0;
      const fail = (failure: ProviderFailure) => {
        if (!working.delete(utterance)) return;
        host?.post({ type: 'cancel', utterance });
        sink.failed(failure);
      };
      const post = (message: SherpaRequest) => {
        if (!working.has(utterance)) return;
        if (host?.post(message) !== true)
          fail({ code: 'provider_failed', message: 'The process of the model dies again and again.' });
      };
      const sendFrames = () => {
        if (frames.length === 0) return;
        const samples = joined(frames);
        frames = [];
        samplesSent = samplesGiven;
        if (msOf(waiting + samples.length) > options.maxWaitingMs) {
          return fail({
            code: 'provider_timed_out',
            message: `More than ${options.maxWaitingMs} ms of audio wait for the model.`,
          });
        }
        waiting += samples.length;
        post({ type: 'audio', utterance, samples });
      };

      working.set(utterance, sink);
      if (unusable !== undefined) fail(unusableFailure(unusable));
      post({ type: 'begin', utterance, language: request.language, phrases: phrasesOf(request, options.maxPhrases) });
      return {
        write(frame) {
          if (hasEnded || msOf(samplesGiven) >= options.maxUtteranceMs) return;
          samplesGiven += frame.length;
          frames.push(frame);
          if (samplesGiven - samplesSent >= samplesAMessage) sendFrames();
        },
        end() {
          if (hasEnded) return;
          sendFrames();
          hasEnded = true;
          repliesAtEnd = replies;
          post({ type: 'end', utterance });
        },
        cancel(reason) {
          frames = [];
          if (!working.delete(utterance)) return;
          if (reason === 'late' && replies === repliesAtEnd) host?.kill();
          else host?.post({ type: 'cancel', utterance });
        },
      };
    },
    async close() {
      closed = true;
      working.clear();
      ready.reject(new Error('It was closed.'));
      await host?.close();
    },
  };
}

/** Asks for nothing: a process that died is started again by it. */
const wakeUp: SherpaRequest = { type: 'cancel', utterance: 0 };

function unusableFailure(reason: string): ProviderFailure {
  return { code: 'provider_refused', message: `The folder of the model cannot be used: ${reason}` };
}

/** Those of the question first; they are the likeliest. */
function phrasesOf({ vocabulary, context }: UtteranceRequest, maxPhrases: number): readonly string[] {
  if (vocabulary === undefined || maxPhrases === 0) return [];
  const asked =
    context !== undefined && Object.hasOwn(vocabulary.contexts, context) ? vocabulary.contexts[context] : [];
  return [...new Set([...(asked ?? []), ...vocabulary.phrases])].slice(0, maxPhrases);
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

function msOf(samples: number): number {
  return (samples / SAMPLE_RATE_HZ) * 1000;
}
