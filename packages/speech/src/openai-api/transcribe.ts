import { encodeWav } from '@parley/engine/audio/wav.ts';
import { type Pcm, SAMPLE_RATE_HZ } from '@parley/engine/ports/audio.ts';
import type { RecognizedWord } from '@parley/engine/ports/recognizer.ts';
import { z } from 'zod';
import { primaryLanguage } from '../provider/languages.ts';
import { ProviderError } from '../provider/provider-failure.ts';
import { type ProviderAnswer, readAll, requestProvider } from '../wire/provider-request.ts';
import { serverEvents } from '../wire/server-events.ts';
import { apiErrorSchema, explainRefusal, failureOfApiError } from './api-failure.ts';
import type { ApiServer } from './api-server.ts';
import { confidenceOfSegments, confidenceOfTokens, isSilence } from './confidence.ts';
import type { Hints } from './hints.ts';
import { encodeForm, type FormPart } from './multipart.ts';
import type { TranscriptionForm } from './transcription-model.ts';

export interface TranscriptionAsk {
  readonly server: ApiServer;
  readonly model: string;
  readonly form: TranscriptionForm;
  /** BCP 47; undefined for the model to find out. */
  readonly language: string | undefined;
  readonly hints: Hints;
  /** Ask for the times of words, which takes Whisper longer. */
  readonly wordTimes: boolean;
  /** To the answer's head: for models that do not stream, to the whole answer. */
  readonly timeoutMs: number;
  /** The longest silence in the middle of the answer. */
  readonly stallTimeoutMs: number;
}

export interface Transcript {
  readonly text: string;
  /** 0–1; undefined when the server says nothing of it. */
  readonly confidence: number | undefined;
  readonly words: readonly RecognizedWord[];
}

/**
 * One request for what was said in a stretch of sound.
 * @param onText told what was written so far, as it grows; only by models that stream
 * @throws ProviderError, or the signal's reason
 */
export async function transcribe(
  audio: Pcm,
  ask: TranscriptionAsk,
  signal: AbortSignal,
  onText: (soFar: string) => void,
): Promise<Transcript> {
  const address = ask.server.request('audio/transcriptions', ask.model);
  const { type, body } = encodeForm(formOf(audio, ask));
  const answer = await requestProvider(
    {
      ...address,
      method: 'POST',
      headers: { ...address.headers, 'content-type': type },
      body,
      explain: explainRefusal,
    },
    signal,
    {
      headTimeoutMs: ask.timeoutMs,
      stallTimeoutMs: ask.stallTimeoutMs,
      // A minute of speech is some kilobytes of text; with the probability of each token some hundreds.
      maxBodyBytes: 2_000_000,
    },
  );
  // Whisper ignores the wish to stream [spec].
  const streams = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
  return streams ? await readEvents(answer, onText) : readJson((await readAll(answer)).toString('utf8'));
}

function formOf(audio: Pcm, { model, form, language, hints, wordTimes }: TranscriptionAsk): readonly FormPart[] {
  const wav = encodeWav([audio], SAMPLE_RATE_HZ);
  const parts: FormPart[] = [
    { name: 'file', fileName: 'speech.wav', type: 'audio/wav', bytes: wav },
    { name: 'model', text: model },
    { name: 'response_format', text: form.answer === 'verbose_json' ? 'verbose_json' : 'json' },
  ];
  const add = (name: string, text: string) => parts.push({ name, text });
  if (form.answer === 'stream') add('stream', 'true');
  if (form.logprobs) add('include[]', 'logprobs');
  if (language !== undefined) add(form.language === 'one' ? 'language' : 'languages[]', primaryLanguage(language));
  if (hints.prompt !== undefined) add('prompt', hints.prompt);
  for (const keyword of hints.keywords ?? []) add('keywords[]', keyword);
  if (wordTimes && form.answer === 'verbose_json') {
    for (const granularity of ['word', 'segment']) add('timestamp_granularities[]', granularity);
  }
  return parts;
}

const logprobsSchema = z.array(z.looseObject({ logprob: z.number().optional() })).nullish();

const eventSchema = z.looseObject({
  type: z.string().optional(),
  delta: z.string().optional(),
  text: z.string().optional(),
  logprobs: logprobsSchema,
  error: apiErrorSchema.optional(),
});

async function readEvents(answer: ProviderAnswer, onText: (soFar: string) => void): Promise<Transcript> {
  const events = serverEvents(answer);
  try {
    const transcript = await readTranscript(events, onText);
    void readToEnd(events);
    return transcript;
  } catch (error) {
    await events.return();
    throw error;
  }
}

async function readTranscript(
  events: AsyncGenerator<string, void, undefined>,
  onText: (soFar: string) => void,
): Promise<Transcript> {
  let soFar = '';
  const tokens: number[] = [];
  for (let next = await events.next(); next.done !== true && next.value !== '[DONE]'; next = await events.next()) {
    const event = parsed(eventSchema, next.value);
    if (event.error !== undefined) throw new ProviderError(failureOfApiError(event.error));
    if (event.type === 'transcript.text.delta' && event.delta !== undefined) {
      soFar += event.delta;
      tokens.push(...logprobsOf(event.logprobs));
      onText(soFar.trim());
    } else if (event.type === 'transcript.text.done' && event.text !== undefined) {
      const all = logprobsOf(event.logprobs);
      return { text: event.text.trim(), confidence: confidenceOfTokens(all.length > 0 ? all : tokens), words: [] };
    }
  }
  throw new ProviderError({ code: 'provider_failed', message: 'The transcript ended before it was complete.' });
}

/** A connection whose answer was read to its end serves the next request too; for that nobody waits. */
async function readToEnd(events: AsyncGenerator<string, void, undefined>): Promise<void> {
  try {
    for (let next = await events.next(); next.done !== true; ) next = await events.next();
  } catch {
    // Then it serves no other.
  }
}

const answerSchema = z.looseObject({
  text: z.string(),
  logprobs: logprobsSchema,
  segments: z
    .array(
      z.looseObject({
        text: z.string().default(''),
        start: z.number(),
        end: z.number(),
        // Compatible servers leave them out at times.
        avg_logprob: z.number().optional(),
        no_speech_prob: z.number().default(0),
      }),
    )
    .nullish(),
  words: z.array(z.looseObject({ word: z.string(), start: z.number(), end: z.number() })).nullish(),
});

function readJson(body: string): Transcript {
  const { text, logprobs, segments, words } = parsed(answerSchema, body);
  const told = (segments ?? []).flatMap(({ avg_logprob, ...segment }) =>
    avg_logprob === undefined ? [] : [{ avg_logprob, ...segment }],
  );
  const spoken = told.filter((segment) => !isSilence(segment));
  if (told.length > 0 && spoken.length === 0) return { text: '', confidence: 0, words: [] };
  const silence = told.length - spoken.length;
  return {
    text: (silence === 0 ? text : spoken.map((segment) => segment.text).join('')).trim(),
    confidence: confidenceOfSegments(spoken) ?? confidenceOfTokens(logprobsOf(logprobs)),
    words: inOrder(words ?? []),
  };
}

/** Whisper's times now and then step back by some hundredths. */
function inOrder(words: readonly { readonly word: string; readonly start: number; readonly end: number }[]) {
  let lastMs = 0;
  return words.map(({ word, start, end }) => {
    const startMs = Math.max(Math.round(start * 1000), lastMs);
    const endMs = Math.max(Math.round(end * 1000), startMs);
    lastMs = startMs;
    return { text: word.trim(), startMs, endMs };
  });
}

function logprobsOf(tokens: z.infer<typeof logprobsSchema>): readonly number[] {
  return (tokens ?? []).flatMap(({ logprob }) => (logprob === undefined ? [] : [logprob]));
}

function parsed<Value>(schema: z.ZodType<Value>, text: string): Value {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new ProviderError({ code: 'provider_protocol', message: 'What came is no JSON.' });
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ProviderError({ code: 'provider_protocol', message: 'What came has not the form of a transcript.' });
}
