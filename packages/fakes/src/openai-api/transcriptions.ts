import { decodeWav } from '@parley/engine/audio/wav.ts';
import { createPcmStream } from '@parley/speech/wire/pcm-stream.ts';
import { z } from 'zod';
import type { Brain, Heard } from '../brain.ts';
import type { FakeExchange } from '../wire/fake-exchange.ts';
import { apiError, type Refusal } from './api-dialect.ts';
import { isLanguageCode, type TranscriptionModel } from './api-models.ts';
import { littleEndian } from './sound.ts';

const truth = z.stringbool();
const languageCode = z.string().refine(isLanguageCode);

/** The fields of the form, each as a list, by their names without `[]`. */
const fields = z.strictObject({
  model: z.tuple([z.string()]),
  language: z.tuple([languageCode]).optional(),
  languages: z.array(languageCode).optional(),
  prompt: z.tuple([z.string()]).optional(),
  keywords: z.array(z.string().regex(/^[^<>\r\n]+$/)).optional(),
  response_format: z.tuple([z.enum(['json', 'text', 'verbose_json'])]).optional(),
  temperature: z.tuple([z.coerce.number().min(0).max(1)]).optional(),
  stream: z.tuple([truth]).optional(),
  include: z.array(z.literal('logprobs')).optional(),
  timestamp_granularities: z.array(z.enum(['word', 'segment'])).optional(),
});
type Fields = z.infer<typeof fields>;

/** The field `model` of a form. */
export function modelField(form: FormData | undefined): string | undefined {
  const model = form?.get('model');
  return typeof model === 'string' ? model : undefined;
}

/** `audio/transcriptions`. */
export async function answerTranscription(exchange: FakeExchange, model: TranscriptionModel, brain: Brain) {
  const { request, json } = exchange;
  const { form } = request;
  const refuse = ({ status, body }: Refusal) => json(status, body);
  if (form === undefined) return refuse(wrong('The body is no form.', null));
  const file = form.get('file');
  if (!(file instanceof File)) return refuse(wrong('The file is missing.', 'file'));
  const read = fields.safeParse(fieldsOf(form));
  if (!read.success) return refuse(wrong(z.prettifyError(read.error), String(read.error.issues[0]?.path[0] ?? '')));
  const asked = read.data;
  const refusal = refusalOf(model, asked);
  if (refusal !== undefined) return refuse(refusal);
  const sound = await soundOf(file);
  if (sound === undefined) return refuse(wrong('Invalid file format.', 'file'));
  const seconds = sound.length / 16_000;
  if (seconds < 0.1) {
    return refuse(wrong('Audio file is too short. Minimum audio length is 0.1 seconds.', 'file', 'audio_too_short'));
  }
  const language = asked.language?.[0] ?? asked.languages?.[0] ?? 'en';
  const heard = await listen(brain, language, sound);
  if (model.isWhisper) return answerWhisper(exchange, asked, heard, language, seconds);
  const withLogprobs = asked.include !== undefined;
  if (asked.stream?.[0] === true) return streamHeard(exchange, heard, withLogprobs);
  json(200, {
    text: heard.text,
    ...(withLogprobs && { logprobs: tokensOf(heard).flatMap(({ logprobs }) => logprobs) }),
    usage: usageOf(heard, seconds),
  });
}

/** What each of the models does not take [spec]. */
function refusalOf(model: TranscriptionModel, asked: Fields): Refusal | undefined {
  const format = asked.response_format?.[0] ?? 'json';
  if (model.onlyRealtime) return wrong('This model is only supported in the Realtime API.', 'model');
  if (format === 'verbose_json' && !model.isWhisper) {
    return wrong(
      `response_format 'verbose_json' is not compatible with this model. Use 'json' or 'text'.`,
      'response_format',
      'unsupported_value',
    );
  }
  if (asked.include !== undefined && !(model.logprobs && format === 'json')) {
    return wrong('logprobs are not supported here.', 'include', 'unsupported_value');
  }
  if ((asked.keywords !== undefined || asked.languages !== undefined) && !model.takesKeywords) {
    return wrong(
      'Unknown parameter for this model.',
      asked.keywords === undefined ? 'languages' : 'keywords',
      'unknown_parameter',
    );
  }
  if (asked.language !== undefined && asked.languages !== undefined) {
    return wrong('Give either language or languages.', 'language');
  }
  if (asked.timestamp_granularities !== undefined && format !== 'verbose_json') {
    return wrong('Timestamps need verbose_json.', 'timestamp_granularities');
  }
  return undefined;
}

function wrong(message: string, param: string | null, code: string | null = null): Refusal {
  return { status: 400, body: apiError(message, code, param) };
}

function fieldsOf(form: FormData): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of form) {
    if (typeof value !== 'string') continue;
    const plain = name.replace(/\[\]$/, '');
    lists[plain] = [...(lists[plain] ?? []), value];
  }
  return lists;
}

/** Undefined for what is no WAV. */
async function soundOf(file: File): Promise<Int16Array | undefined> {
  try {
    const { sampleRateHz, channels } = decodeWav(new Uint8Array(await file.arrayBuffer()));
    const stream = createPcmStream({ encoding: 'pcm16', sampleRateHz });
    const begun = stream.write(littleEndian(channels[0] ?? new Int16Array(0)));
    const rest = stream.end();
    return Int16Array.from([...begun, ...rest]);
  } catch {
    return undefined;
  }
}

async function listen(brain: Brain, language: string, sound: Int16Array): Promise<Heard> {
  const listener = brain.listen(language);
  try {
    listener.write(sound);
    return await listener.end();
  } finally {
    listener.close();
  }
}

/** What the models write it in, with how sure they were. */
export function tokensOf({ text, confidence }: Heard) {
  return (text.match(/\s*\S+/g) ?? []).map((delta) => ({
    delta,
    logprobs: [{ token: delta, logprob: Math.log(Math.max(confidence, 0.01)), bytes: [...Buffer.from(delta)] }],
  }));
}

function streamHeard({ stream }: FakeExchange, heard: Heard, withLogprobs: boolean) {
  const body = stream(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const send = (event: object) => body.write(`data: ${JSON.stringify(event)}\n\n`);
  const tokens = tokensOf(heard);
  for (const { delta, logprobs } of tokens) {
    send({ type: 'transcript.text.delta', delta, ...(withLogprobs && { logprobs }) });
  }
  send({
    type: 'transcript.text.done',
    text: heard.text,
    ...(withLogprobs && { logprobs: tokens.flatMap(({ logprobs }) => logprobs) }),
    usage: usageOf(heard, 0),
  });
  body.end();
}

function usageOf({ text }: Heard, seconds: number) {
  const input = Math.ceil(seconds * 10);
  const output = text.length;
  return { type: 'tokens', input_tokens: input, output_tokens: output, total_tokens: input + output };
}

/** Whisper writes something also when nobody spoke, and says by its figures that it may be nothing. */
const whisperOfSilence = { text: ' Thank you.', avg_logprob: -1.3, no_speech_prob: 0.92 };

function answerWhisper({ json }: FakeExchange, asked: Fields, heard: Heard, language: string, seconds: number) {
  const isSilence = heard.text === '';
  const text = isSilence ? whisperOfSilence.text.trim() : heard.text;
  if (asked.response_format?.[0] !== 'verbose_json') {
    json(200, { text, usage: { type: 'duration', seconds: Math.ceil(seconds) } });
    return;
  }
  const segment = {
    id: 0,
    seek: 0,
    start: 0,
    end: seconds,
    text: ` ${text}`,
    tokens: [],
    temperature: 0,
    avg_logprob: Math.log(Math.max(heard.confidence, 0.01)),
    compression_ratio: 1.2,
    no_speech_prob: 0.01,
    ...(isSilence && whisperOfSilence),
  };
  json(200, {
    task: 'transcribe',
    language: language === 'vi' ? 'vietnamese' : 'english',
    duration: seconds,
    text,
    segments: [segment],
    ...(asked.timestamp_granularities?.includes('word') === true && {
      words: heard.words.map((word) => ({ word: word.text, start: word.startMs / 1000, end: word.endMs / 1000 })),
    }),
    usage: { type: 'duration', seconds: Math.ceil(seconds) },
  });
}
