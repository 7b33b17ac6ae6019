import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import { z } from 'zod';

/** What is heard in one language, in which form. Names as in riva-asr.proto. */
export interface RivaConfig {
  readonly encoding: 'LINEAR_PCM' | 'MULAW' | 'ALAW';
  readonly sampleRateHertz: number;
  readonly languageCode: string;
  readonly maxAlternatives: number;
  readonly profanityFilter: boolean;
  readonly speechContexts: readonly { readonly phrases: readonly string[]; readonly boost: number }[];
  readonly audioChannelCount: number;
  readonly enableWordTimeOffsets: boolean;
  readonly enableAutomaticPunctuation: boolean;
  readonly model: string;
  readonly verbatimTranscripts: boolean;
  readonly endpointingConfig?: { readonly stopHistory: number };
}

export interface RivaRequest {
  readonly config: RivaConfig;
  readonly audio: Uint8Array;
}

/** The first of a stream has the configuration, all others audio. */
export type RivaStreamingRequest =
  | { readonly streamingConfig: { readonly config: RivaConfig; readonly interimResults: boolean } }
  | { readonly audioContent: Uint8Array };

const wordSchema = z.object({
  word: z.string(),
  /** From the start of the stream's audio, of which each utterance has one of its own. */
  startTime: z.number(),
  endTime: z.number(),
  confidence: z.number(),
});
const alternativeSchema = z.object({
  transcript: z.string(),
  /** 0: not told. See riva-confidence.ts. */
  confidence: z.number(),
  words: z.array(wordSchema),
});
const responseSchema = z.object({ results: z.array(z.object({ alternatives: z.array(alternativeSchema) })) });
const streamingResponseSchema = z.object({
  results: z.array(z.object({ alternatives: z.array(alternativeSchema), isFinal: z.boolean() })),
});

export type RivaAlternative = z.infer<typeof alternativeSchema>;
export type RivaResponse = z.infer<typeof responseSchema>;
export type RivaStreamingResponse = z.infer<typeof streamingResponseSchema>;

/** A method of the service: its path, and its messages to bytes and back. */
export interface RivaMethod<Request, Response> {
  readonly path: string;
  serialize(request: Request): Buffer;
  /** @throws z.ZodError or of the decoder, for what is no such message */
  deserialize(bytes: Buffer): Response;
}

export interface RivaMethods {
  readonly recognize: RivaMethod<RivaRequest, RivaResponse>;
  readonly streamingRecognize: RivaMethod<RivaStreamingRequest, RivaStreamingResponse>;
}

let methods: RivaMethods | undefined;

/** Read from the folder's own .proto when first asked for. */
export function rivaMethods(): RivaMethods {
  methods ??= {
    recognize: method('Recognize', responseSchema),
    streamingRecognize: method('StreamingRecognize', streamingResponseSchema),
  };
  return methods;
}

function method<Request extends object, Response>(
  name: string,
  schema: z.ZodType<Response>,
): RivaMethod<Request, Response> {
  const service = loadSync(fileURLToPath(new URL('./riva-asr.proto', import.meta.url)), {
    enums: String,
    longs: Number,
    defaults: true,
    arrays: true,
  })['nvidia.riva.asr.RivaSpeechRecognition'];
  const definition = service === undefined || 'format' in service ? undefined : service[name];
  if (definition === undefined || typeof definition === 'function') {
    throw new Error(`riva-asr.proto has no method ${name}.`);
  }
  return {
    path: definition.path,
    serialize: (request) => definition.requestSerialize(request),
    deserialize: (bytes) => schema.parse(definition.responseDeserialize(bytes)),
  };
}
