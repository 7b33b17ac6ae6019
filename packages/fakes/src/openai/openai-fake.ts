import { type FakeVendor, fakeKey } from '../fake-vendor.ts';
import {
  type ApiDialect,
  apiError,
  bearerOf,
  errorOfStatus,
  isOperation,
  noSuchModel,
  wrongKey,
} from '../openai-api/api-dialect.ts';
import { createApiFake } from '../openai-api/api-fake.ts';
import { openaiModels } from '../openai-api/api-models.ts';

export const openaiVoiceNames = [
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'fable',
  'onyx',
  'nova',
  'sage',
  'shimmer',
  'verse',
  'marin',
  'cedar',
];

const dialect: ApiDialect = {
  name: 'openai',
  read(request) {
    if (bearerOf(request) !== fakeKey) return { status: 401, body: wrongKey(bearerOf(request)) };
    const operation = request.path.replace(/^\/v1\//, '');
    if (request.path === '/v1/realtime') return { operation: 'realtime', deployment: undefined };
    return isOperation(operation)
      ? { operation, deployment: undefined }
      : { status: 404, body: apiError(`Invalid URL (${request.method} ${request.path})`, null) };
  },
  modelOf: (_asked, named) =>
    named !== undefined && Object.hasOwn(openaiModels, named) ? openaiModels[named] : undefined,
  noModel: noSuchModel,
  refusal: errorOfStatus,
  environment: (url) => ({ OPENAI_API_KEY: fakeKey, OPENAI_BASE_URL: `${url}/v1` }),
};

/** OpenAI: transcriptions, speech, sessions that transcribe, chat completions. */
export const openaiFake: FakeVendor = createApiFake(dialect, { voices: openaiVoiceNames, rateHz: 24_000 });
