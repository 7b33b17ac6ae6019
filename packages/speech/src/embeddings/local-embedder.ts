import type { WorkerHost, WorkerHostEvents } from '../embedded/worker-host.ts';
import { isOnnxInstalled } from '../onnx-installed.ts';
import { SpeechError } from '../speech-error.ts';
import type { EmbeddingReply, EmbeddingRequest, EmbeddingStart } from './embedding-messages.ts';
import { createProcessHost } from './process-host.ts';

export interface LocalEmbedderOptions {
  /** What comes before each text, such as `query: `; what the model's folder says when undefined. */
  readonly prefix: string | undefined;
  /** Of one text; what is longer is cut. */
  readonly maxTokens: number;
  /** Texts that the model is run on at once. */
  readonly batchTexts: number;
  /** Requests that may wait; one more is refused. */
  readonly maxWaiting: number;
  /** A batch that takes longer never ends: the process is replaced. */
  readonly batchTimeoutMs: number;
  /** Loading the model. */
  readonly startTimeoutMs: number;
}

export const localEmbedderDefaults: LocalEmbedderOptions = {
  prefix: undefined,
  // What a caller says in one turn; the time grows with the longest of a batch.
  maxTokens: 128,
  // Larger ones are hardly faster on one core, and what is said in a call waits for the batch that is under way.
  batchTexts: 16,
  // A second's worth of calls on a busy server; by then classifiers have turned to their fallback.
  maxWaiting: 256,
  // A batch of a large model takes a second.
  batchTimeoutMs: 15_000,
  // Half a gigabyte from a slow disk.
  startTimeoutMs: 60_000,
};

/** Sentence vectors from a model on this machine. Owns a process: `close` ends it. */
export interface LocalEmbedder {
  readonly name: string;
  /**
   * A vector of length 1 for each text. What is asked for in a call goes before long lists: the request with the fewest texts left is served first.
   *
   * @throws SpeechError `embeddings_failed`; the signal's reason when it was aborted
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

/**
 * Load a sentence model from a folder as `sentence-transformers` publishes them (see `readModelFolder`).
 *
 * @throws SpeechError `embeddings_missing` when the package that runs models is not installed, `embeddings_folder` when the folder
 *   cannot be used
 */
export async function createLocalEmbedder(
  folder: string,
  overrides: Partial<LocalEmbedderOptions> = {},
): Promise<LocalEmbedder> {
  if (!isOnnxInstalled()) throw new SpeechError('embeddings_missing');
  const options = { ...localEmbedderDefaults, ...overrides };
  const waiting = new Set<Request>();
  let underWay: { readonly batch: number; readonly request: Request; late: NodeJS.Timeout } | undefined;
  /** The process has loaded the model. */
  let isReady = false;
  let lastBatch = 0;
  let closed = false;

  const started = Promise.withResolvers<void>();
  const { maxTokens, prefix } = options;
  const host = startProcess(
    { folder, maxTokens, ...(prefix !== undefined && { prefix }) },
    {
      message(reply) {
        if (reply.type === 'ready') onReady();
        else if (reply.type === 'embedded') onEmbedded(reply);
        else started.reject(new SpeechError('embeddings_folder', reply.reason));
      },
      died(reason) {
        isReady = false;
        started.reject(new SpeechError('embeddings_failed', reason));
        // Only the batch that was with the process: it may be what killed it.
        const request = endUnderWay();
        if (request !== undefined) {
          // Before the next is taken: otherwise it would be given to the new process too.
          waiting.delete(request);
          request.reject(new SpeechError('embeddings_failed', `Its process died: ${reason}`));
        }
        postNext();
      },
    },
  );

  const postNext = () => {
    if (closed || underWay !== undefined) return;
    const request = [...waiting].sort((a, b) => left(a) - left(b))[0];
    if (request === undefined) return;
    lastBatch += 1;
    const batch = lastBatch;
    const from = request.vectors.length;
    if (!host.post({ batch, texts: request.texts.slice(from, from + options.batchTexts) })) {
      for (const each of [...waiting]) {
        each.reject(new SpeechError('embeddings_failed', 'Its process dies again and again.'));
      }
      return;
    }
    // A process that was started anew loads the model first.
    const lateMs = isReady ? options.batchTimeoutMs : options.startTimeoutMs;
    underWay = { batch, request, late: setTimeout(() => host.kill(), lateMs) };
  };

  const onReady = () => {
    isReady = true;
    started.resolve();
    if (underWay === undefined) return;
    clearTimeout(underWay.late);
    underWay.late = setTimeout(() => host.kill(), options.batchTimeoutMs);
  };

  const endUnderWay = (): Request | undefined => {
    clearTimeout(underWay?.late);
    const request = underWay?.request;
    underWay = undefined;
    return request;
  };

  const onEmbedded = ({ batch, vectors, size }: Extract<EmbeddingReply, { type: 'embedded' }>) => {
    if (underWay?.batch !== batch) return;
    const request = endUnderWay();
    for (let at = 0; at + size <= vectors.length && size > 0; at += size) {
      request?.vectors.push(vectors.slice(at, at + size));
    }
    if (request !== undefined && left(request) <= 0) {
      waiting.delete(request);
      request.resolve();
    }
    postNext();
  };

  const timeout = setTimeout(
    () => started.reject(new SpeechError('embeddings_failed', 'The model does not load in time.')),
    options.startTimeoutMs,
  );
  try {
    await started.promise;
  } catch (error) {
    closed = true;
    await host.close();
    throw error;
  } finally {
    clearTimeout(timeout);
  }

  return {
    name: folder,
    async embed(texts, signal) {
      signal.throwIfAborted();
      if (closed) throw new SpeechError('embeddings_failed', 'It was closed.');
      if (texts.length === 0) return [];
      if (waiting.size >= options.maxWaiting) throw new SpeechError('embeddings_failed', 'Too many wait for it.');
      const done = Promise.withResolvers<void>();
      const request: Request = { texts, vectors: [], resolve: done.resolve, reject: done.reject };
      const onAbort = () => done.reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(request);
      postNext();
      try {
        await done.promise;
        return request.vectors;
      } finally {
        waiting.delete(request);
        signal.removeEventListener('abort', onAbort);
      }
    },
    async close() {
      closed = true;
      endUnderWay();
      for (const request of [...waiting]) request.reject(new SpeechError('embeddings_failed', 'It was closed.'));
      await host.close();
    },
  };
}

interface Request {
  readonly texts: readonly string[];
  readonly vectors: Float32Array[];
  resolve(): void;
  reject(reason: unknown): void;
}

function left({ texts, vectors }: Request): number {
  return texts.length - vectors.length;
}

function startProcess(start: EmbeddingStart, events: WorkerHostEvents<EmbeddingReply>): WorkerHost<EmbeddingRequest> {
  return createProcessHost<EmbeddingRequest, EmbeddingReply>(
    new URL('./embedding-process.ts', import.meta.url),
    start,
    events,
  );
}
