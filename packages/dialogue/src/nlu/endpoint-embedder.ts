import { z } from 'zod';
import { NluError } from './nlu-error.ts';
import type { SentenceEmbedder } from './sentence-embedder.ts';

/** A server that speaks OpenAI's embeddings: hosted, or on one's own machine. */
export interface EmbeddingService {
  /** Up to and with the version: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly model: string;
}

/** Sentences sent at once; servers take a few hundred, and each answer stays under some MB. */
const batchSize = 64;

/** Numbers of 64 sentences in the longest form that servers write them. */
const maxAnswerBytes = 16 * 1024 * 1024;

const answerSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1).max(16_384) })),
});

/** An embedder that asks a server. `embed` throws NluError `service_failed` or `answer_invalid`; the signal's reason when it was aborted. */
export function createEndpointEmbedder(service: EmbeddingService): SentenceEmbedder {
  return { name: service.model, embed: (texts, signal) => embed(service, texts, signal) };
}

async function embed(
  service: EmbeddingService,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let from = 0; from < texts.length; from += batchSize) {
    const batch = texts.slice(from, from + batchSize);
    vectors.push(...(await embedBatch(service, batch, signal).catch((cause: unknown) => fail(service, cause, signal))));
  }
  const [first] = vectors;
  if (vectors.some(({ length }) => length !== first?.length)) {
    throw new NluError('answer_invalid', `${service.model} gave vectors of different lengths.`);
  }
  return vectors;
}

async function embedBatch({ baseUrl, apiKey, model }: EmbeddingService, input: readonly string[], signal: AbortSignal) {
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/embeddings`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ model, input, encoding_format: 'float' }),
    signal,
  });
  // Not the body: it may repeat what the caller said.
  if (!response.ok) {
    await response.body?.cancel();
    throw new NluError('service_failed', `Embeddings of ${model} were refused with status ${response.status}.`);
  }
  const parsed = answerSchema.safeParse(parseJson(await readBounded(response)));
  if (!parsed.success) throw new NluError('answer_invalid', `Embeddings of ${model}: ${z.prettifyError(parsed.error)}`);
  const byIndex = new Map(parsed.data.data.map(({ index, embedding }) => [index, embedding]));
  return input.map((_, at) => {
    const embedding = byIndex.get(at);
    if (embedding === undefined) throw new NluError('answer_invalid', `Embeddings of ${model} lack one of the texts.`);
    return unit(embedding);
  });
}

/** A server that is away or breaks off is told of as one that refuses. */
function fail({ model }: EmbeddingService, cause: unknown, signal: AbortSignal): never {
  signal.throwIfAborted();
  if (cause instanceof NluError) throw cause;
  // What `fetch` throws says little; its cause says which address did not answer.
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = inner instanceof Error ? inner.message : String(inner);
  throw new NluError('service_failed', `Embeddings of ${model} cannot be had: ${reason}`, { cause });
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes)
      throw new NluError('answer_invalid', `The answer has more than ${maxAnswerBytes} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NluError('answer_invalid', 'The answer is no JSON.', { cause });
  }
}

function unit(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
}
