import { z } from 'zod';
import { defineRoute } from './route.ts';

const tag = 'Speech';

const languageSchema = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'A language is a BCP 47 tag such as vi-VN or en.')
  .max(35)
  .meta({ description: 'BCP 47, such as `vi-VN`.' });

const engineSchema = z.string().min(1).max(300).meta({
  description: 'An engine of GET /v1/providers, in place of those that the settings name.',
});

export const listVoices = defineRoute({
  id: 'list_voices',
  method: 'GET',
  path: '/v1/voices',
  tag,
  summary: 'Voices that agents of the organization can have',
  description:
    'Of the engines that its settings or the server name, and of all providers with which there is an account. Engines that cannot be reached are left out.',
  access: { kind: 'permission', permission: 'providers:read' },
  input: z.object({
    query: z.object({ language: languageSchema.optional() }),
  }),
  reply: {
    status: 200,
    schema: z.object({
      voices: z.array(
        z.object({
          engine: z.string(),
          voice: z.string().meta({ description: "Its id in the engine's own catalogue." }),
          title: z.string(),
          language: z.string(),
        }),
      ),
    }),
  },
});

export const synthesize = defineRoute({
  id: 'synthesize',
  method: 'POST',
  path: '/v1/synthesize',
  tag,
  summary: 'Have a text spoken',
  description:
    'By the voices of the organization, with those that stand in for them. `pcm_16000` (16-bit little-endian) and `mulaw_8000` are sent as they are made; a WAV file once it is whole. With `Accept: application/json` the answer is `{"audio": base64, "format", "sample_rate_hz", "duration_ms", "words": [{"text", "start_ms", "end_ms"}], "engine"}`.',
  access: { kind: 'permission', permission: 'speech:synthesize' },
  input: z.object({
    body: z
      .strictObject({
        text: z.string().trim().min(1).max(5000).optional(),
        ssml: z.string().trim().min(1).max(10_000).optional().meta({
          description:
            'A fragment without the `speak` element, in place of the text; voices that cannot read it speak its words.',
        }),
        language: languageSchema,
        voice: z.string().min(1).max(200).optional().meta({ description: 'Of GET /v1/voices.' }),
        engine: engineSchema.optional(),
        format: z.enum(['wav', 'pcm_16000', 'mulaw_8000']).default('wav'),
        tone: z.enum(['warm', 'neutral', 'energetic']).default('neutral'),
      })
      .refine(({ text, ssml }) => (text === undefined) !== (ssml === undefined), 'Give either text or ssml.'),
  }),
  reply: { status: 200, mediaType: 'audio/wav' },
  errors: ['speech_invalid', 'speech_unavailable', 'too_many_messages', 'overloaded'],
});

export const transcribe = defineRoute({
  id: 'transcribe',
  method: 'POST',
  path: '/v1/transcribe',
  tag,
  summary: 'Have sound written down',
  description:
    'Send JSON; or the file itself as `audio/wav` (PCM, 16 bit) or `audio/basic` (µ-law, 8 kHz) with `language` in the address; or a form (`multipart/form-data`) with the file as `audio`. At most two minutes. Of what is said the words of an agent (`agent_id`) are expected.',
  access: { kind: 'permission', permission: 'speech:transcribe' },
  input: z.object({
    query: z.object({
      language: languageSchema.optional(),
      engine: engineSchema.optional(),
      agent_id: z.string().min(1).max(100).optional(),
    }),
    body: z.strictObject({
      audio_url: z.string().min(1).max(8_000_000).meta({
        description: 'An https: address, a `data:` URL or base64: WAV, or µ-law as `data:audio/basic;base64,…`.',
      }),
      language: languageSchema.optional(),
      engine: engineSchema.optional(),
      agent_id: z.string().min(1).max(100).optional(),
    }),
  }),
  reply: {
    status: 200,
    schema: z.object({
      text: z.string(),
      language: z.string(),
      confidence: z
        .number()
        .min(0)
        .max(1)
        .meta({ description: 'Of the least sure stretch of voice; 0 when nothing was made out.' }),
      words: z.array(z.object({ text: z.string(), start_ms: z.number(), end_ms: z.number() })).meta({
        description: 'With their places in the sound, from recognisers that know them.',
      }),
      engine: z.string().nullable(),
    }),
  },
  errors: [
    'speech_invalid',
    'speech_unavailable',
    'audio_not_usable',
    'address_refused',
    'outside_failed',
    'agent_not_found',
    'too_many_messages',
    'overloaded',
  ],
  bodyLimitBytes: 8 * 1024 * 1024,
});

export const detectLanguage = defineRoute({
  id: 'detect_language',
  method: 'POST',
  path: '/v1/detect-language',
  tag,
  summary: 'In which language a text is',
  access: { kind: 'permission', permission: 'speech:transcribe' },
  input: z.object({
    body: z.strictObject({
      text: z.string().min(1).max(10_000),
      languages: z
        .array(languageSchema)
        .min(1)
        .max(50)
        .optional()
        .meta({ description: 'Those that it may be; the fewer, the surer.' }),
    }),
  }),
  reply: {
    status: 200,
    schema: z.object({
      language: z.string().nullable().meta({ description: 'Null when it has no words.' }),
      confidence: z.number().min(0).max(1),
    }),
  },
});
