import type { Pcm } from '@parley/engine/ports/audio.ts';
import type {
  Recognizer,
  RecognizerEvent,
  RecognizerOptions,
  RecognizerStream,
  RecognizerVocabulary,
} from '@parley/engine/ports/recognizer.ts';
import type { RecognizerReply, RecognizerRequest, RecognizerWorkerData } from './soundswallower/recognizer-messages.ts';
import { createWorkerHost, type WorkerHost } from './worker-host.ts';

export interface EmbeddedRecognizerOptions {
  /** Threads. One does 15 voices at once on one core; more than the machine's cores less one gains nothing. */
  readonly workers?: number;
  /** Utterances decoded at once by a thread, about 40 MB each with 12,000 phrases; further ones wait, their audio kept, and are caught up. */
  readonly maxDecoders?: number;
  /** Grammars (the whole vocabulary's, then the contexts') for which `prepare` makes a decoder: others are made ready when expected. */
  readonly prewarmed?: number;
  /** Below this confidence speech is rejected; see `soundswallower/confidence.ts` for the scale. */
  readonly rejectBelow?: number;
  /** Longest utterance; what comes later is not heard. A telephone number dictated slowly takes 15 s. */
  readonly maxUtteranceMs?: number;
  /** Finals take a few milliseconds; after 10 s the thread hangs and is replaced. */
  readonly timeoutMs?: number;
}

/** Short of 0.7, from where a turn is acted on; what lies between is the domain's own speech in noise, to be asked again. */
const REJECT_BELOW = 0.6;
const MAX_VOCABULARIES = 64;

type UtteranceReply = Extract<RecognizerReply, { utterance: number }>;

/** One thread and what was asked of it. */
interface Lane {
  readonly host: WorkerHost<RecognizerRequest>;
  readonly preparing: Map<number, { resolve(): void; reject(error: Error): void }>;
  readonly utterances: Map<number, (reply: UtteranceReply) => void>;
  readonly streams: Set<(code: string, message: string) => void>;
}

/**
 * Recognition on this machine, without a key: soundswallower (PocketSphinx) in worker threads shared by all
 * conversations. It knows the words and turns of its vocabulary and rejects the rest: a domain recogniser, English only.
 * Failure codes: `language_not_supported`, `vocabulary_not_prepared`, `recognizer_failed`, `recognizer_closed`.
 */
export function createEmbeddedRecognizer(options: EmbeddedRecognizerOptions = {}): Recognizer {
  const {
    workers = 1,
    maxDecoders = 10,
    prewarmed = 2,
    rejectBelow = REJECT_BELOW,
    maxUtteranceMs = 30_000,
    timeoutMs = 10_000,
  } = options;
  const workerData: RecognizerWorkerData = { maxDecoders, prewarmed: Math.min(prewarmed, maxDecoders), rejectBelow };
  const lanes = Array.from({ length: Math.max(1, workers) }, () => startLane());
  const vocabularies = new Map<string, { vocabulary: RecognizerVocabulary; ready: Promise<void> }>();
  let closed = false;
  let nextId = 1;
  let nextLane = 0;

  function startLane(): Lane {
    const lane: Lane = {
      host: createWorkerHost<RecognizerRequest, RecognizerReply>(
        new URL('./soundswallower/recognizer-worker.ts', import.meta.url),
        workerData,
        {
          message(reply) {
            if ('utterance' in reply) {
              lane.utterances.get(reply.utterance)?.(reply);
              return;
            }
            const waiting = lane.preparing.get(reply.id);
            lane.preparing.delete(reply.id);
            if (reply.type === 'prepared') waiting?.resolve();
            else waiting?.reject(new Error(reply.message));
          },
          died(reason) {
            failAll(
              lane,
              'recognizer_failed',
              `The recogniser's thread died (${reason}). A new one is started; open another stream.`,
            );
            if (closed) return;
            // The new thread knows nothing: it is told all vocabularies before anything else.
            for (const entry of vocabularies.values()) {
              const again = prepareLane(lane, entry.vocabulary);
              again.catch(() => undefined);
            }
          },
        },
      ),
      preparing: new Map(),
      utterances: new Map(),
      streams: new Set(),
    };
    return lane;
  }

  function failAll(lane: Lane, code: string, message: string): void {
    lane.utterances.clear();
    for (const fail of [...lane.streams]) fail(code, message);
    for (const { reject } of lane.preparing.values()) reject(new Error(message));
    lane.preparing.clear();
  }

  function prepareLane(lane: Lane, vocabulary: RecognizerVocabulary): Promise<void> {
    return new Promise((resolve, reject) => {
      const id = nextId++;
      lane.preparing.set(id, { resolve, reject });
      // Structured cloning takes own data only; a frozen or richer object is reduced to the port's fields.
      const { phrases, contexts } = vocabulary;
      if (lane.host.post({ type: 'prepare', id, vocabulary: { id: vocabulary.id, phrases, contexts } })) return;
      lane.preparing.delete(id);
      reject(new Error('The recogniser crashes again and again, or is closed. Try again in a minute.'));
    });
  }

  async function prepare(vocabulary: RecognizerVocabulary, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (closed) throw new Error('The recogniser is closed.');
    let entry = vocabularies.get(vocabulary.id);
    if (entry === undefined) {
      if (vocabularies.size >= MAX_VOCABULARIES)
        throw new Error(`At most ${MAX_VOCABULARIES} vocabularies can be prepared; start another process for more.`);
      const ready = Promise.all(lanes.map((lane) => prepareLane(lane, vocabulary))).then(() => undefined);
      entry = { vocabulary, ready };
      vocabularies.set(vocabulary.id, entry);
      const made = entry;
      ready.catch(() => {
        if (vocabularies.get(vocabulary.id) === made) vocabularies.delete(vocabulary.id);
      });
    }
    await abortable(entry.ready, signal);
  }

  function open(streamOptions: RecognizerOptions, onEvent: (event: RecognizerEvent) => void): RecognizerStream {
    const { language, vocabularyId, signal } = streamOptions;
    const lane = lanes[nextLane++ % lanes.length] ?? startLane();
    const speaker = nextId++;
    let context: string | undefined;
    let utterance: number | undefined;
    let heardMs = 0;
    let over = false;
    /** Utterances whose final is due, with their deadlines. */
    const due = new Map<number, NodeJS.Timeout | undefined>();

    const fail = (code: string, message: string): void => {
      if (over) return;
      finish();
      onEvent({ type: 'failed', code, message });
    };
    function finish(): void {
      over = true;
      lane.streams.delete(fail);
      signal.removeEventListener('abort', onAbort);
      for (const [id, deadline] of due) {
        clearTimeout(deadline);
        if (lane.utterances.delete(id)) lane.host.post({ type: 'cancel', utterance: id });
      }
      due.clear();
    }
    function onAbort(): void {
      if (!over) finish();
    }
    const refuse = (code: string, message: string): void => {
      setImmediate(() => fail(code, message));
    };

    if (signal.aborted) over = true;
    else signal.addEventListener('abort', onAbort);
    lane.streams.add(fail);
    if (over) lane.streams.delete(fail);
    if (closed) refuse('recognizer_closed', 'The recogniser is closed.');
    else if (!/^en\b/i.test(language)) {
      refuse(
        'language_not_supported',
        `The embedded recogniser understands English, not ${language}. Configure another recogniser for it.`,
      );
    } else if (!vocabularies.has(vocabularyId)) {
      refuse(
        'vocabulary_not_prepared',
        `The vocabulary "${vocabularyId}" is not prepared. Call prepare with it first.`,
      );
    }

    function onReply(reply: UtteranceReply): void {
      if (over) return;
      if (reply.type === 'partial') {
        onEvent({ type: 'partial', text: reply.text });
        return;
      }
      clearTimeout(due.get(reply.utterance));
      due.delete(reply.utterance);
      lane.utterances.delete(reply.utterance);
      if (reply.type === 'utterance_failed') {
        fail('recognizer_failed', `The utterance could not be recognised: ${reply.message}`);
        return;
      }
      const { text, confidence, rejected, words, processingMs } = reply;
      onEvent({ type: 'final', text, confidence, rejected, endsTurn: false, words, processingMs });
    }

    function send(request: RecognizerRequest): void {
      if (!lane.host.post(request))
        refuse('recognizer_failed', 'The recogniser crashes again and again. Try again in a minute.');
    }

    return {
      expect(next) {
        if (context === next) return;
        context = next;
        // The grammar is made ready while the agent still speaks.
        if (!over) send({ type: 'expect', speaker, vocabularyId, context });
      },
      utteranceStarted(preRoll) {
        if (over) return;
        utterance = nextId++;
        heardMs = 0;
        due.set(utterance, undefined);
        lane.utterances.set(utterance, onReply);
        send({ type: 'start', utterance, speaker, vocabularyId, context, samples: joined(preRoll) });
      },
      write(frame) {
        if (over || utterance === undefined || heardMs > maxUtteranceMs) return;
        heardMs += frame.length / 16;
        // A frame may be a view of a longer piece, all of which would be copied to the other thread.
        send({ type: 'audio', utterance, samples: frame.slice() });
      },
      utteranceEnded() {
        if (over || utterance === undefined) return;
        const ended = utterance;
        utterance = undefined;
        due.set(
          ended,
          setTimeout(() => lane.host.kill(), timeoutMs),
        );
        send({ type: 'end', utterance: ended });
      },
    };
  }

  return {
    name: 'embedded',
    prepare,
    open,
    async close() {
      if (closed) return;
      closed = true;
      for (const lane of lanes) failAll(lane, 'recognizer_closed', 'The recogniser is closed.');
      await Promise.all(lanes.map((lane) => lane.host.close()));
    },
  };
}

function joined(frames: readonly Pcm[]): Int16Array<ArrayBuffer> {
  const all = new Int16Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return all;
}

function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
