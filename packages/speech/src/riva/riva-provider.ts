import { z } from 'zod';
import { accountKey } from '../provider/account-key.ts';
import { defineSpeechEngine } from '../provider/define-engine.ts';
import type { Provider } from '../provider/provider.ts';
import { parseRivaUrl } from './riva-channel.ts';
import { createRivaOfflineRecognizer } from './riva-offline.ts';
import { rivaOfflineOptionsSchema, rivaStreamingOptionsSchema } from './riva-options.ts';
import { createRivaRecognizer } from './riva-streaming.ts';

const account = z
  .strictObject({
    url: address().exactOptional().meta({
      description: 'Its address: host:port, grpc://host:port or grpcs://host:port; the hosted service when left out.',
    }),
    apiKey: accountKey.exactOptional().meta({ description: 'Key of the hosted service.', isSecret: true }),
    functionId: z
      .string()
      // As headers can hold it.
      .regex(/^[\x21-\x7e]{1,200}$/)
      .exactOptional()
      .meta({ description: 'The function of the hosted service to call: each model is one.' }),
  })
  .refine(({ url, apiKey, functionId }) => url !== undefined || (apiKey !== undefined && functionId !== undefined), {
    message: 'The hosted service needs a key and a function; a server of your own needs its address.',
  });

const settings = z.object({
  RIVA_URL: address().optional().meta({
    description: 'Address of a Riva server: host:port (TLS on port 443), grpc://host:port or grpcs://host:port.',
    example: 'localhost:50051',
  }),
  RIVA_API_KEY: z.string().min(1).optional().meta({
    description: 'Key for Riva as the vendor hosts it; a server of your own needs none.',
    example: 'nvapi-…',
    isSecret: true,
  }),
  RIVA_FUNCTION_ID: z.string().min(1).optional().meta({
    description: 'Which function of the hosted Riva to call: each model is one.',
    example: '1598d209-5e27-4d3c-8079-4751568b1081',
  }),
});

/** A server has the languages of the models that were deployed on it. */
const languages = () => 'any' as const;
const abilities = { wordTimes: true, turnEvents: false, vocabulary: 'key-terms', phoneAudio: true } as const;

/** NVIDIA Riva, on a server of one's own or hosted: speech recognition over gRPC. */
export const rivaProvider: Provider = {
  name: 'riva',
  title: 'NVIDIA Riva',
  settings: settings.shape,
  account,
  accountOf(given) {
    const { RIVA_URL, RIVA_API_KEY, RIVA_FUNCTION_ID } = settings.parse(given);
    if (RIVA_URL === undefined && (RIVA_API_KEY === undefined || RIVA_FUNCTION_ID === undefined)) return undefined;
    return {
      ...(RIVA_URL !== undefined && { url: RIVA_URL }),
      ...(RIVA_API_KEY !== undefined && { apiKey: RIVA_API_KEY }),
      ...(RIVA_FUNCTION_ID !== undefined && { functionId: RIVA_FUNCTION_ID }),
    };
  },
  recognizers: {
    riva: defineSpeechEngine({
      title: 'NVIDIA Riva (streaming)',
      account,
      options: rivaStreamingOptionsSchema,
      languages,
      abilities: { ...abilities, partials: true },
      create: (given, options, { clock }) => createRivaRecognizer(given, options, clock),
    }),
    'riva-offline': defineSpeechEngine({
      title: 'NVIDIA Riva (whole utterances)',
      account,
      options: rivaOfflineOptionsSchema,
      languages,
      abilities: { ...abilities, partials: false },
      create: (given, options, { clock }) => createRivaOfflineRecognizer(given, options, clock),
    }),
  },
  synthesizers: {},
  languageModels: {},
};

function address() {
  return z.string().refine(
    (url) => {
      try {
        parseRivaUrl(url);
        return true;
      } catch {
        return false;
      }
    },
    { message: 'This is not host:port, grpc://host:port or grpcs://host:port.' },
  );
}
