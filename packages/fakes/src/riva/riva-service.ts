import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import { z } from 'zod';

/** What is asked for, with the names that the vendor publishes; what a client leaves out has the wire's default. */
const configSchema = z.object({
  encoding: z.string(),
  sample_rate_hertz: z.number(),
  language_code: z.string(),
  max_alternatives: z.number(),
  speech_contexts: z.array(z.object({ phrases: z.array(z.string()), boost: z.number() })),
  audio_channel_count: z.number(),
  enable_word_time_offsets: z.boolean(),
  model: z.string(),
  endpointing_config: z.object({ stop_history: z.number().optional() }).nullish(),
});
export type ServiceConfig = z.infer<typeof configSchema>;

const requestSchema = z.object({ config: configSchema.nullish(), audio: z.instanceof(Uint8Array) });
const streamingRequestSchema = z.object({
  streaming_config: z.object({ config: configSchema.nullish(), interim_results: z.boolean() }).optional(),
  audio_content: z.instanceof(Uint8Array).optional(),
});

export interface ServiceWord {
  readonly start_time: number;
  readonly end_time: number;
  readonly word: string;
  readonly confidence: number;
}
export interface ServiceResult {
  readonly alternatives: readonly {
    readonly transcript: string;
    readonly confidence: number;
    readonly words: readonly ServiceWord[];
  }[];
  readonly audio_processed: number;
}

/** A message as it came, for the journal, and what of it is understood. */
export interface Received<Understood> {
  readonly raw: unknown;
  readonly understood: Understood;
}

interface Coder<Understood, Answer> {
  readonly path: string;
  read(bytes: Buffer): Received<Understood>;
  write(answer: Answer): Buffer;
}

export interface RivaService {
  readonly recognize: Coder<z.infer<typeof requestSchema>, { readonly results: readonly ServiceResult[] }>;
  readonly streaming: Coder<
    z.infer<typeof streamingRequestSchema>,
    { readonly results: readonly (ServiceResult & { readonly is_final: boolean; readonly stability: number })[] }
  >;
  readonly config: Coder<
    unknown,
    { readonly model_config: readonly { model_name: string; parameters: Readonly<Record<string, string>> }[] }
  >;
}

/** Messages to bytes and back, by the published definition. */
export function loadRivaService(): RivaService {
  const service = loadSync(fileURLToPath(new URL('./riva-service.proto', import.meta.url)), {
    keepCase: true,
    enums: String,
    longs: Number,
    defaults: true,
  })['nvidia.riva.asr.RivaSpeechRecognition'];
  if (service === undefined || 'format' in service) throw new Error('riva-service.proto has no service.');
  const coder = <Understood, Answer extends object>(
    name: string,
    schema: z.ZodType<Understood>,
  ): Coder<Understood, Answer> => {
    const method = service[name];
    if (method === undefined || typeof method === 'function') throw new Error(`riva-service.proto has no ${name}.`);
    return {
      path: method.path,
      read(bytes) {
        const raw = method.requestDeserialize(bytes);
        return { raw, understood: schema.parse(raw) };
      },
      write: (answer) => method.responseSerialize(answer),
    };
  };
  return {
    recognize: coder('Recognize', requestSchema),
    streaming: coder('StreamingRecognize', streamingRequestSchema),
    config: coder('GetRivaSpeechRecognitionConfig', z.unknown()),
  };
}
