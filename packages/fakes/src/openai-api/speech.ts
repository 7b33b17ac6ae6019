import { z } from 'zod';
import type { Brain } from '../brain.ts';
import type { FakeExchange } from '../wire/fake-exchange.ts';
import { audioChunks } from '../wire/outgoing.ts';
import { apiError } from './api-dialect.ts';
import { atRate, littleEndian, streamedWavHeader } from './sound.ts';

const ownVoice = z.strictObject({ id: z.string().regex(/^voice_/) });

const body = z.strictObject({
  model: z.string(),
  input: z.string().min(1).max(4096),
  voice: z.union([z.string(), ownVoice]),
  instructions: z.string().optional(),
  response_format: z.enum(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']).default('mp3'),
  speed: z.number().min(0.25).max(4).optional(),
  stream_format: z.enum(['audio', 'sse']).default('audio'),
});

const modelSchema = z.looseObject({ model: z.string() });

/** The field `model` of a body of JSON. */
export function modelOfJson(json: unknown): string | undefined {
  return modelSchema.safeParse(json).data?.model;
}

export interface SpeechFakeOptions {
  /** Undefined: it takes any voice. */
  readonly voices: readonly string[] | undefined;
  readonly rateHz: number;
}

/** A tenth of a second of sound or so is what comes at once. */
const chunkBytes = 4096;

/** `audio/speech`, in the formats that need no encoder. */
export async function answerSpeech(
  exchange: FakeExchange,
  { takesInstructions }: { readonly takesInstructions: boolean },
  brain: Brain,
  { voices, rateHz }: SpeechFakeOptions,
) {
  const { request, faults, signal, json, stream } = exchange;
  const refuse = (message: string, param: string) => json(400, apiError(message, null, param));
  const read = body.safeParse(request.json);
  if (!read.success) return refuse(z.prettifyError(read.error), String(read.error.issues[0]?.path[0] ?? ''));
  const { input, voice, instructions, response_format: format, stream_format: form } = read.data;
  if (voices !== undefined && typeof voice === 'string' && !voices.includes(voice)) {
    return refuse(`Invalid voice '${voice}'.`, 'voice');
  }
  if (instructions !== undefined && !takesInstructions)
    return refuse('Instructions are not supported here.', 'instructions');
  if (format !== 'pcm' && format !== 'wav') return refuse(`This fake has no encoder of ${format}.`, 'response_format');
  const { samples } = await brain.speak(input, 'en-US', signal);
  const sound = littleEndian(atRate(samples, rateHz));
  const bytes = format === 'wav' ? Buffer.concat([streamedWavHeader(rateHz), sound]) : sound;
  if (form === 'sse') {
    const answer = stream(200, { 'content-type': 'text/event-stream' });
    const send = (event: object) => answer.write(`data: ${JSON.stringify(event)}\n\n`);
    for (const chunk of audioChunks(bytes, chunkBytes, faults)) {
      send({ type: 'speech.audio.delta', audio: Buffer.from(chunk).toString('base64') });
    }
    const output = Math.ceil(samples.length / 800);
    send({
      type: 'speech.audio.done',
      usage: { input_tokens: input.length, output_tokens: output, total_tokens: input.length + output },
    });
    return answer.end();
  }
  const answer = stream(200, { 'content-type': format === 'wav' ? 'audio/wav' : 'audio/pcm' });
  for (const chunk of audioChunks(bytes, chunkBytes, faults)) answer.write(chunk);
  answer.end();
}
