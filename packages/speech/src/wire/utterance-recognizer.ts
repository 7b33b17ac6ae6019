import type { LineFormat, Pcm } from '@parley/engine/ports/audio.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type {
  RecognizedWord,
  Recognizer,
  RecognizerEvent,
  RecognizerOptions,
  RecognizerStream,
  RecognizerVocabulary,
} from '@parley/engine/ports/recognizer.ts';
import type { ProviderFailure } from '../provider/provider-failure.ts';

/** What hears each utterance as a piece of work of its own: a request, a call, a decoder. */
export interface UtteranceEngine {
  readonly name: string;
  /** Nobody speaks yet, but somebody may soon: connects, loads. Cheap when that is done. */
  warmUp(): void;
  /** Resolves when an utterance need not wait for anything any more. Left out: it never has to. Rejects when it never will. */
  ready?(signal: AbortSignal): Promise<void>;
  /** An utterance begins. It owns what it needs until `final`, `failed` or `cancel`; its sink may be told from inside calls. */
  begin(request: UtteranceRequest, sink: UtteranceSink): Utterance;
  /** Frees everything; utterances in progress were cancelled before. */
  close(): Promise<void>;
}

export interface UtteranceRequest {
  readonly language: string;
  readonly line: LineFormat;
  /** As prepared; undefined when it never was. */
  readonly vocabulary: RecognizerVocabulary | undefined;
  /** What was asked last: a context of the vocabulary by name. */
  readonly context: string | undefined;
}

export interface Utterance {
  write(frame: Pcm): void;
  /** Nothing more comes: exactly one of `final` and `failed` is due. */
  end(): void;
  /**
   * Everything is freed, and the sink told nothing any more. Idempotent, and harmless after the end.
   * @param reason nobody wants to know any more; or it was waited for in vain, and what it came over may be dead
   */
  cancel(reason: 'unwanted' | 'late'): void;
}

export interface UtteranceSink {
  partial(text: string): void;
  final(heard: HeardUtterance): void;
  failed(failure: ProviderFailure): void;
}

export interface HeardUtterance {
  readonly text: string;
  /** 0–1. */
  readonly confidence: number;
  readonly words: readonly RecognizedWord[];
}

export interface UtteranceRecognizerOptions {
  /** From the end of an utterance to its final. */
  readonly finalTimeoutMs: number;
  /** Utterances ended and without their finals; one more means that it cannot keep up. */
  readonly maxDue: number;
  /** Vocabularies kept; those used longest ago are forgotten. */
  readonly maxVocabularies: number;
}

export const utteranceRecognizerDefaults: UtteranceRecognizerOptions = {
  // Finals over a network take 100–700 ms; nobody waits for five seconds without asking whether anybody is there.
  finalTimeoutMs: 5000,
  // Nobody says more than this in five seconds.
  maxDue: 8,
  // One an agent; as many as the recogniser of this machine takes.
  maxVocabularies: 64,
};

/**
 * A recogniser of an engine that hears one utterance at a time. Here are the rules of the port: finals in the order of the utterances,
 * one each, and in time; no event from inside a call, none after the abort; a stream that failed is over.
 */
export function createUtteranceRecognizer(
  engine: UtteranceEngine,
  clock: Clock,
  overrides: Partial<UtteranceRecognizerOptions> = {},
): Recognizer {
  const options = { ...utteranceRecognizerDefaults, ...overrides };
  const vocabularies = new Map<string, RecognizerVocabulary>();
  const streams = new Set<(failure: Failure) => void>();
  let closed = false;

  return {
    name: engine.name,
    async prepare(vocabulary, signal) {
      signal.throwIfAborted();
      if (closed) throw new Error(`${engine.name} is closed.`);
      vocabularies.delete(vocabulary.id);
      vocabularies.set(vocabulary.id, vocabulary);
      for (const [id] of vocabularies) if (vocabularies.size > options.maxVocabularies) vocabularies.delete(id);
      engine.warmUp();
      await engine.ready?.(signal);
    },
    open(open, onEvent) {
      const vocabulary = vocabularies.get(open.vocabularyId);
      if (!closed && !open.signal.aborted) engine.warmUp();
      const stream = openStream({ engine, clock, options, vocabulary, streams }, open, onEvent);
      if (closed) stream.fail(closedFailure);
      return stream;
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const fail of [...streams]) fail(closedFailure);
      // They are told after this call, and let go of what they hold.
      await Promise.resolve();
      await engine.close();
    },
  };
}

/** Of engines that do not say how sure they are: short of certain, and above what is acted on (0.7), since they are taken at their word. */
export const untoldConfidence = 0.8;

/** As the `failed` event tells it. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

const closedFailure: Failure = { code: 'recognizer_closed', message: 'The recogniser is closed.' };

interface StreamParts {
  readonly engine: UtteranceEngine;
  readonly clock: Clock;
  readonly options: UtteranceRecognizerOptions;
  readonly vocabulary: RecognizerVocabulary | undefined;
  /** Who is to be told when the recogniser is closed. */
  readonly streams: Set<(failure: Failure) => void>;
}

interface Entry {
  work: Utterance | undefined;
  endedAtMs: number | undefined;
  heard: (HeardUtterance & { readonly atMs: number }) | undefined;
  partial: string;
  cancelTimer: () => void;
}

function openStream(
  { engine, clock, options, vocabulary, streams }: StreamParts,
  open: RecognizerOptions,
  onEvent: (event: RecognizerEvent) => void,
): RecognizerStream & { fail(failure: Failure): void } {
  /** In the order in which they were spoken; the first one may be told of, the others wait for it. */
  const entries: Entry[] = [];
  let current: Entry | undefined;
  let context: string | undefined;
  let over = open.signal.aborted;
  /** What the engine says from inside a call is told after it. */
  let callsUnderWay = 0;
  let told: (() => void)[] = [];

  const finish = (reason: 'unwanted' | 'late') => {
    if (over) return;
    over = true;
    streams.delete(fail);
    open.signal.removeEventListener('abort', onAbort);
    for (const entry of entries.splice(0)) {
      entry.cancelTimer();
      entry.work?.cancel(reason);
    }
    current = undefined;
  };
  const onAbort = () => finish('unwanted');
  const fail = ({ code, message, retryAfterMs }: Failure, reason: 'unwanted' | 'late' = 'unwanted') => {
    later(() => {
      finish(reason);
      onEvent({ type: 'failed', code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    }, true);
  };

  const later = (act: () => void, isCall = callsUnderWay > 0) => {
    if (over) return;
    if (!isCall && told.length === 0) return act();
    told.push(act);
    if (told.length === 1) {
      queueMicrotask(() => {
        const acts = told;
        told = [];
        for (const each of acts) if (!over) each();
      });
    }
  };
  const call = (act: () => void) => {
    callsUnderWay += 1;
    try {
      act();
    } catch (error) {
      fail({ code: 'provider_failed', message: error instanceof Error ? error.message : String(error) });
    } finally {
      callsUnderWay -= 1;
    }
  };

  const tellFinals = () => {
    for (let entry = entries[0]; entry?.heard !== undefined && !over; entry = entries[0]) {
      entries.shift();
      const { atMs, ...heard } = entry.heard;
      onEvent({
        type: 'final',
        ...heard,
        rejected: false,
        endsTurn: false,
        processingMs: Math.max(0, atMs - (entry.endedAtMs ?? atMs)),
      });
    }
    const first = entries[0];
    if (!over && first !== undefined && first.partial !== '') onEvent({ type: 'partial', text: first.partial });
  };

  const sinkOf = (entry: Entry): UtteranceSink => ({
    partial: (text) =>
      later(() => {
        if (entry.heard !== undefined || entry.partial === text) return;
        entry.partial = text;
        if (entries[0] === entry) onEvent({ type: 'partial', text });
      }),
    final: (heard) =>
      later(() => {
        if (entry.heard !== undefined) return;
        entry.cancelTimer();
        entry.heard = { ...heard, atMs: clock.nowMs() };
        tellFinals();
      }),
    failed: (failure) => fail(failure),
  });

  const endCurrent = () => {
    const entry = current;
    current = undefined;
    if (entry === undefined || over) return;
    entry.endedAtMs = clock.nowMs();
    if (entries.filter(({ endedAtMs }) => endedAtMs !== undefined).length > options.maxDue) {
      return fail({ code: 'provider_timed_out', message: `More than ${options.maxDue} utterances wait for finals.` });
    }
    entry.cancelTimer = clock.wakeAt(entry.endedAtMs + options.finalTimeoutMs, () =>
      fail({ code: 'provider_timed_out', message: `No final within ${options.finalTimeoutMs} ms.` }, 'late'),
    );
    call(() => entry.work?.end());
  };

  if (!over) {
    open.signal.addEventListener('abort', onAbort, { once: true });
    streams.add(fail);
  }
  return {
    expect(expected) {
      context = expected;
    },
    utteranceStarted(preRoll) {
      if (over) return;
      endCurrent();
      const entry: Entry = {
        work: undefined,
        endedAtMs: undefined,
        heard: undefined,
        partial: '',
        cancelTimer: () => {},
      };
      entries.push(entry);
      current = entry;
      call(() => {
        const { language, line = 'wide' } = open;
        entry.work = engine.begin({ language, line, vocabulary, context }, sinkOf(entry));
        for (const frame of preRoll) entry.work.write(frame);
      });
    },
    write(frame) {
      if (!over) call(() => current?.work?.write(frame));
    },
    utteranceEnded: endCurrent,
    fail,
  };
}
