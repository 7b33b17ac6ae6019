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
import type { ApiModel } from '../openai-api/api-models.ts';

/** Like a server with Whisper, one voice of 22,050 Hz and one language model: it does not look at names, and has no sessions. */
const models: Readonly<Record<string, ApiModel>> = {
  'audio/transcriptions': {
    kind: 'transcription',
    isWhisper: true,
    logprobs: false,
    takesKeywords: false,
    takesPrompt: true,
    isLive: false,
    onlyRealtime: false,
  },
  'audio/speech': { kind: 'speech', takesInstructions: true },
  'chat/completions': { kind: 'chat' },
};

const dialect: ApiDialect = {
  name: 'openai-compatible',
  read(request) {
    if (bearerOf(request) !== fakeKey) return { status: 401, body: wrongKey(bearerOf(request)) };
    const operation = request.path.replace(/^\/v1\//, '');
    return isOperation(operation) && operation !== 'responses'
      ? { operation, deployment: undefined }
      : { status: 404, body: apiError('Not found', null) };
  },
  modelOf: ({ operation }) => models[operation],
  noModel: noSuchModel,
  refusal: errorOfStatus,
  environment: (url) => ({ OPENAI_COMPATIBLE_BASE_URL: `${url}/v1`, OPENAI_COMPATIBLE_API_KEY: fakeKey }),
};

/** A server of one's own that speaks OpenAI's API. */
export const openaiCompatibleFake: FakeVendor = createApiFake(dialect, { voices: undefined, rateHz: 22_050 });
