import type { FakeRequest } from '../wire/fake-request.ts';
import type { ApiModel } from './api-models.ts';

/** What can be asked of a server of the API. */
export type Operation = 'audio/transcriptions' | 'audio/speech' | 'chat/completions' | 'responses' | 'models';

export interface Refusal {
  readonly status: number;
  readonly body: unknown;
}

/** In what the servers that speak the API differ. */
export interface ApiDialect {
  /** Of the provider in the registry of speech. */
  readonly name: string;
  /** What a request is for, by its path; or how it is refused: no such path, a wrong key. */
  read(request: FakeRequest): AskedFor | Refusal;
  /** The model that a request names, in the path or in its body; undefined: there is none of that name. */
  modelOf(asked: AskedFor, named: string | undefined): ApiModel | undefined;
  /** How a model that is not there is refused. */
  noModel(name: string): Refusal;
  /** A refusal that a fault asks for. */
  refusal(status: number): unknown;
  environment(url: string): Readonly<Record<string, string>>;
}

export interface AskedFor {
  readonly operation: Operation | 'realtime';
  /** Where it is in the path. */
  readonly deployment: string | undefined;
}

export function isRefusal(read: AskedFor | Refusal): read is Refusal {
  return 'status' in read;
}

const operations: ReadonlySet<string> = new Set([
  'audio/transcriptions',
  'audio/speech',
  'chat/completions',
  'responses',
  'models',
]);

export function isOperation(text: string): text is Operation {
  return operations.has(text);
}

/** The key that a request carries as a bearer. */
export function bearerOf({ headers }: FakeRequest): string {
  return /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** An error in OpenAI's form. */
export function apiError(
  message: string,
  code: string | null,
  param: string | null = null,
  type = 'invalid_request_error',
) {
  return { error: { message, type, param, code } };
}

/** Errors as OpenAI words them, by status; others have the form all the same. */
export function errorOfStatus(status: number): unknown {
  if (status === 401) return wrongKey('sk-none');
  if (status === 429) {
    return apiError(
      'Rate limit reached for requests. Please try again later.',
      'rate_limit_exceeded',
      null,
      'requests',
    );
  }
  return status >= 500
    ? apiError('The server had an error while processing your request. Sorry about that!', null, null, 'server_error')
    : apiError('The request is wrong.', null);
}

/** The key is quoted with its middle left out, as OpenAI does. */
export function wrongKey(key: string): unknown {
  const quoted = key.length <= 8 ? key : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;
  return apiError(
    `Incorrect API key provided: ${quoted}. You can find your API key in your account.`,
    'invalid_api_key',
  );
}

export function noSuchModel(name: string): Refusal {
  const message = `The model \`${name}\` does not exist or you do not have access to it.`;
  return { status: 404, body: apiError(message, 'model_not_found') };
}
