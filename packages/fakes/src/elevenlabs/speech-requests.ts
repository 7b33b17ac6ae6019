import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Brain } from '../brain.ts';
import type { FakeExchange } from '../wire/fake-exchange.ts';
import { modelProblem } from './fake-models.ts';
import { type OutputFormat, outputFormat, type SpokenChunk, speakInChunks } from './fake-speech.ts';
import { fakeVoices } from './fake-voices.ts';
import { invalid, refusal } from './refusals.ts';

/** Requests whose sound was sent to the end: only those may be named as what was said before. */
export interface SpokenRequests {
  add(requestId: string): void;
  has(requestId: string): boolean;
}

export function createSpokenRequests(): SpokenRequests {
  const ids = new Set<string>();
  return {
    add(requestId) {
      ids.add(requestId);
      const oldest = ids.values().next();
      if (ids.size > maxRemembered && oldest.done !== true) ids.delete(oldest.value);
    },
    has: (requestId) => ids.has(requestId),
  };
}
const maxRemembered = 10_000;

const fraction = z.number().min(0).max(1);
const voiceSettings = z.object({
  stability: fraction.optional(),
  similarity_boost: fraction.optional(),
  style: fraction.optional(),
  use_speaker_boost: z.boolean().optional(),
  speed: z.number().min(0.7).max(1.2).optional(),
});
const ids = z.array(z.string()).max(3);
const bodySchema = z.object({
  text: z.string().min(1),
  model_id: z.string().default('eleven_multilingual_v2'),
  language_code: z.string().optional(),
  voice_settings: voiceSettings.optional(),
  previous_text: z.string().optional(),
  next_text: z.string().optional(),
  previous_request_ids: ids.optional(),
  next_request_ids: ids.optional(),
});

/** Answers `/v1/text-to-speech/{voice}` in its four forms. */
export async function answerSpeech(
  { request, faults, signal, json, stream }: FakeExchange,
  { voice, isStream, hasTimes }: { readonly voice: string; readonly isStream: boolean; readonly hasTimes: boolean },
  { brain, spoken }: { readonly brain: Brain; readonly spoken: SpokenRequests },
): Promise<void> {
  const parsed = bodySchema.safeParse(request.json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return json(422, invalid(String(issue?.path.join('.') ?? 'body'), issue?.message ?? 'Invalid.'));
  }
  const body = parsed.data;
  const format = outputFormat(request.query.get('output_format') ?? 'mp3_44100_128');
  const problem = problemOf(body, voice, format, spoken);
  if (problem !== undefined) return json(problem.status, problem.body);
  if (format === undefined) return;

  const requestId = randomUUID();
  const chunks = await speakInChunks(brain, body.text, body.language_code ?? 'en', format, faults, signal);
  const headers = { 'request-id': requestId, 'history-item-id': randomUUID() };
  if (!isStream) {
    const bytes = Buffer.concat(chunks.map((chunk) => chunk.bytes));
    spoken.add(requestId);
    if (hasTimes)
      return json(200, timed({ bytes, startMs: 0, characters: chunks.flatMap((one) => one.characters) }), headers);
    const whole = stream(200, { ...headers, 'content-type': contentType(request.query) });
    whole.write(bytes);
    return whole.end();
  }
  const answer = stream(200, {
    ...headers,
    'content-type': hasTimes ? 'application/json' : contentType(request.query),
  });
  for (const chunk of chunks) answer.write(hasTimes ? `${JSON.stringify(timed(chunk))}\n` : chunk.bytes);
  // Sent to the end, from where the vendor sees it.
  spoken.add(requestId);
  answer.end();
}

function problemOf(
  body: z.infer<typeof bodySchema>,
  voice: string,
  format: OutputFormat | undefined,
  spoken: SpokenRequests,
): { readonly status: number; readonly body: object } | undefined {
  if (!fakeVoices.some(({ voice_id }) => voice_id === voice)) {
    const message = `A voice with the voice_id ${voice} was not found.`;
    return { status: 404, body: refusal('not_found', 'voice_not_found', message, 'voice_id') };
  }
  const wrong = modelProblem(body.model_id, body.language_code);
  if (wrong !== undefined) return { status: 400, body: { detail: { status: wrong.code, message: wrong.message } } };
  if (format === undefined)
    return {
      status: 400,
      body: refusal('validation_error', 'output_format_not_allowed', 'The fake has PCM and G.711.'),
    };
  if (body.text.length > 40_000)
    return { status: 400, body: refusal('validation_error', 'max_character_limit_exceeded', 'Too long.') };
  if (body.model_id === 'eleven_v3' && (body.previous_request_ids ?? body.previous_text) !== undefined)
    return { status: 400, body: refusal('validation_error', 'unsupported_model', 'eleven_v3 does not stitch.') };
  // Stricter than what is known of the vendor, so that a client that names them too early is found out.
  if ((body.previous_request_ids ?? []).some((id) => !spoken.has(id)))
    return { status: 400, body: refusal('validation_error', 'invalid_previous_request_ids', 'Not spoken to the end.') };
  return undefined;
}

/** Times count from the beginning of the whole answer. */
function timed({ bytes, characters }: SpokenChunk): object {
  const alignment = {
    characters: characters.map(({ character }) => character),
    character_start_times_seconds: characters.map(({ startMs }) => startMs / 1000),
    character_end_times_seconds: characters.map(({ endMs }) => endMs / 1000),
  };
  const isTimed = characters.length > 0;
  return {
    audio_base64: Buffer.from(bytes).toString('base64'),
    alignment: isTimed ? alignment : null,
    normalized_alignment: isTimed ? alignment : null,
  };
}

function contentType(query: URLSearchParams): string {
  return /^[ua]law/.test(query.get('output_format') ?? '') ? 'audio/basic' : 'audio/pcm';
}
