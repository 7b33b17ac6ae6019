import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { reachOf } from './reach.ts';
import { signAsTwilio, type WebhookParams } from './signature.ts';

/** A request that the fake made, and what came of it. */
export interface SentWebhook {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: WebhookParams;
  /** 0 while there is no answer, and when none came. */
  readonly status: number;
  readonly body: string;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The server could not be asked: Twilio's error 11205 (no connection) or 11200 (no answer in time, or none that can be used). */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly code: 11200 | 11205;
  constructor(code: 11200 | 11205, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Webhooks {
  /** All that were made, oldest first; the oldest are forgotten in the end. */
  readonly sent: readonly SentWebhook[];
  /** @throws WebhookError */
  send(url: string, method: 'GET' | 'POST', params: WebhookParams): Promise<WebhookAnswer>;
}

export interface WebhookOptions {
  readonly authToken: string;
  readonly reach: Readonly<Record<string, string>>;
  /** Told when one was made, and when it was answered. */
  readonly onChange: () => void;
}

/** As Twilio. */
const timeoutMs = 15_000;
const maxBodyBytes = 64 * 1024;
const maxKept = 5_000;

/** Requests signed as Twilio's are, over the address as it was given. */
export function createWebhooks({ authToken, reach, onChange }: WebhookOptions): Webhooks {
  const sent: SentWebhook[] = [];
  return {
    sent,
    async send(url, method, params) {
      const address = URL.canParse(url) ? new URL(url) : undefined;
      if (address === undefined || !/^https?:$/.test(address.protocol)) {
        throw new WebhookError(11200, `"${url}" is no address.`);
      }
      if (method === 'GET')
        for (const [name, value] of Object.entries(params)) address.searchParams.append(name, value);
      const signed = method === 'GET' ? address.href : url;
      const place = sent.push({ url, method, params, status: 0, body: '' }) - 1;
      const kept = sent[place];
      onChange();
      const answer = await ask(
        address,
        method,
        params,
        signAsTwilio(authToken, signed, method === 'GET' ? {} : params),
      );
      const at = kept === undefined ? -1 : sent.indexOf(kept);
      if (at >= 0) sent[at] = { url, method, params, status: answer.status, body: answer.body };
      if (sent.length > maxKept) sent.splice(0, maxKept / 2);
      onChange();
      return answer;
    },
  };

  function ask(address: URL, method: 'GET' | 'POST', params: WebhookParams, signature: string): Promise<WebhookAnswer> {
    const reached = reachOf(address, reach);
    const form = method === 'POST' ? new URLSearchParams(params).toString() : '';
    const { promise, resolve, reject } = Promise.withResolvers<WebhookAnswer>();
    const send = reached.url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(
      reached.url,
      {
        method,
        headers: {
          'user-agent': 'TwilioProxy/1.1',
          accept: '*/*',
          'x-twilio-signature': signature,
          ...(method === 'POST' && {
            'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
            'content-length': Buffer.byteLength(form),
          }),
          ...reached.headers,
        },
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > maxBodyBytes) request.destroy(new WebhookError(11200, 'The answer is larger than 64 kB.'));
          else chunks.push(chunk);
        });
        response.on('error', (error) => reject(new WebhookError(11200, error.message)));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    request.on('error', (error) =>
      reject(
        error instanceof WebhookError
          ? error
          : new WebhookError(error.name === 'TimeoutError' ? 11200 : 11205, `${address.origin}: ${error.message}`),
      ),
    );
    request.end(form);
    return promise;
  }
}
