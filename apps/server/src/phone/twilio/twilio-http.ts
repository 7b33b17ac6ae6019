import RequestClient from 'twilio/lib/base/RequestClient.js';
import type responses from 'twilio/lib/http/response.js';
import { z } from 'zod';

/** Answers of Twilio are a few kilobytes; a stranger's may not fill the memory. */
const maxAnswerBytes = 1024 * 1024;
const twilioOrigin = 'https://api.twilio.com';

/** How Twilio's own client reaches its API: at the address that was set, for as long as the signal lets it. */
export function createTwilioHttp(apiBaseUrl: string, signal: AbortSignal): RequestClient {
  return new TwilioHttp(apiBaseUrl, signal);
}

const fieldSchema = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const fieldsSchema = z.record(z.string(), z.union([fieldSchema, z.array(fieldSchema)]).optional());

class TwilioHttp extends RequestClient {
  readonly #apiBaseUrl: string;
  readonly #signal: AbortSignal;

  constructor(apiBaseUrl: string, signal: AbortSignal) {
    super();
    this.#apiBaseUrl = apiBaseUrl;
    this.#signal = signal;
  }

  override async request<TData>(options: RequestClient.RequestOptions<TData>): Promise<responses.default<TData>> {
    const { uri, method, username = '', password = '', headers = {} } = options;
    const url = new URL(uri.startsWith(twilioOrigin) ? this.#apiBaseUrl + uri.slice(twilioOrigin.length) : uri);
    for (const [name, value] of fields(options.params)) url.searchParams.append(name, value);
    const data = fields(options.data);
    const answer = await fetch(url, {
      method: method.toUpperCase(),
      redirect: 'error',
      signal: this.#signal,
      headers: {
        ...headers,
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
      ...(data.length > 0 && { body: new URLSearchParams(data) }),
    });
    const text = await readBounded(answer);
    const body: TData = JSON.parse(text === '' ? '{}' : text);
    // Twilio's class for it is found under another name by Node than by tests; nothing but its fields is used.
    return { statusCode: answer.status, body, headers: {}, toString: () => text };
  }
}

function fields(values: unknown): [string, string][] {
  return Object.entries(fieldsSchema.parse(values ?? {})).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return typeof value === 'string' ? [[name, value]] : value.map((one): [string, string] => [name, one]);
  });
}

async function readBounded(answer: globalThis.Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxAnswerBytes) throw new Error('The answer of Twilio is too long.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
