import { type TokenSource, withToken } from '@parley/agent-worlds/client-credentials.ts';
import { type HttpAnswer, httpCall } from '@parley/agent-worlds/http-call.ts';
import { outcome } from './cloudbeds-wire.ts';
import { asPropertyErrors, readAnswer, refusalByStatus } from './property-call.ts';
import { PropertyError } from './property-error.ts';

/** An API key of the property, or the access tokens of an OAuth 2 app and their renewal. */
export type CloudbedsCredentials =
  | { readonly type: 'api_key'; readonly apiKey: string }
  | { readonly type: 'oauth'; readonly tokens: TokenSource };

type Fields = Readonly<Record<string, string>>;

/** Calls methods of the API: a query to read, a form to write. Reject with a `PropertyError`. */
export interface CloudbedsClient {
  /** `refused` says what it means when the answer is none; the vendor says it in words alone. */
  get(
    method: string,
    signal: AbortSignal,
    query: Fields,
    refused?: (words: string) => PropertyError,
  ): Promise<HttpAnswer>;
  post(method: string, signal: AbortSignal, form: Fields): Promise<HttpAnswer>;
  put(method: string, signal: AbortSignal, form: Fields): Promise<HttpAnswer>;
}

export function cloudbedsClient(options: {
  readonly propertyId: string;
  readonly credentials: CloudbedsCredentials;
  /** With the version. */
  readonly apiUrl: string;
  readonly timeoutMs?: number;
}): CloudbedsClient {
  return {
    get: (method, signal, query, refused = refusal) =>
      ask('GET', `${method}?${new URLSearchParams(query)}`, undefined, signal, refused),
    post: (method, signal, form) => ask('POST', method, new URLSearchParams(form), signal, refusal),
    put: (method, signal, form) => ask('PUT', method, new URLSearchParams(form), signal, refusal),
  };

  async function ask(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: URLSearchParams | undefined,
    signal: AbortSignal,
    refused: (words: string) => PropertyError,
  ): Promise<HttpAnswer> {
    const { credentials } = options;
    const call = (auth: Fields) =>
      httpCall({
        method,
        url: `${options.apiUrl}/${path}`,
        headers: { ...auth, 'x-property-id': options.propertyId },
        body,
        signal,
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      });
    const answer = await asPropertyErrors(() =>
      credentials.type === 'api_key'
        ? call({ 'x-api-key': credentials.apiKey })
        : withToken(credentials.tokens, signal, (token) => call({ authorization: `Bearer ${token}` })),
    );
    if (answer.status >= 400) {
      const said = outcome.safeParse(answer.json);
      throw refusalByStatus(answer.status, said.success ? (said.data.message ?? '') : '');
    }
    const said = readAnswer(outcome, answer);
    if (!said.success) throw refused(said.message ?? 'no reason given');
    return answer;
  }
}

function refusal(words: string): PropertyError {
  return new PropertyError('refused', `Cloudbeds refused it: ${words}`);
}
