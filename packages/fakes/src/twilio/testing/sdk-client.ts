import twilio from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import type responses from 'twilio/lib/http/response.js';
import { z } from 'zod';

/** Twilio's own client, its base address changed on the way out, as one has to. */
export function sdkClient(baseUrl: string, accountSid: string, authToken: string): ReturnType<typeof twilio> {
  return twilio(accountSid, authToken, { httpClient: new ElsewhereClient(baseUrl) });
}

const field = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const fields = z.record(z.string(), z.union([field, z.array(field)]).optional());

class ElsewhereClient extends RequestClient {
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    super();
    this.#baseUrl = baseUrl;
  }

  override async request<TData>(options: RequestClient.RequestOptions<TData>): Promise<responses.default<TData>> {
    const { method, uri, username = '', password = '' } = options;
    const { pathname, search } = new URL(uri);
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(fields.parse(options.data ?? {}))) {
      for (const one of typeof value === 'string' ? [value] : (value ?? [])) form.append(name, one);
    }
    const response = await fetch(this.#baseUrl + pathname + search, {
      method: method.toUpperCase(),
      headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
      ...(method.toLowerCase() === 'post' && { body: form }),
    });
    const text = await response.text();
    const body: TData = JSON.parse(text === '' ? '{}' : text);
    // Their class is found under another name by Node than by the bundler of the tests; nothing but its fields is used.
    return { statusCode: response.status, body, headers: {}, toString: () => text };
  }
}
