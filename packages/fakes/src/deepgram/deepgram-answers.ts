import { randomUUID } from 'node:crypto';
import { fakeKey } from '../fake-vendor.ts';

/** A refusal in the vendor's shape. */
export function refusal(status: number, message: string) {
  return { status, body: refusalBody(status, message), headers: { 'dg-request-id': randomUUID() } } as const;
}

export function refusalBody(status: number, message?: string) {
  const [code, text] = refusals[status] ?? ['Bad Request', 'Bad Request'];
  return { err_code: code, err_msg: message ?? text, request_id: randomUUID() };
}

const refusals: Readonly<Record<number, readonly [code: string, text: string]>> = {
  400: ['Bad Request', 'Bad Request'],
  401: ['INVALID_AUTH', 'Invalid credentials.'],
  402: [
    'ASR_PAYMENT_REQUIRED',
    'Project does not have enough credits for an ASR request and does not have an overage agreement.',
  ],
  403: ['INSUFFICIENT_PERMISSIONS', 'Project does not have access to the requested model.'],
  429: ['TOO_MANY_REQUESTS', 'Too many requests. Please try again later'],
  500: ['INTERNAL_SERVER_ERROR', 'Internal server error.'],
  503: ['SERVICE_UNAVAILABLE', 'Service unavailable.'],
};

/** A key stands in a header, or, from browsers, in the protocols of the socket. */
export function isAuthorized(headers: Readonly<Record<string, string>>): boolean {
  const given = headers.authorization ?? (headers['sec-websocket-protocol'] ?? '').replace(/\s*,\s*/, ' ');
  return /^(token|bearer) /i.test(given) && given.replace(/^\w+ /, '').trim() === fakeKey;
}

/** Key terms are counted by the vendor's tokenizer; this comes near it for words of English. */
export function tokensOf(terms: readonly string[]): number {
  return terms
    .join(' ')
    .split(/\s+/)
    .reduce((sum, word) => sum + Math.ceil(Buffer.byteLength(word) / 4), 0);
}
export const maxKeytermTokens = 500;

/** Levels above the noise of a quiet line. */
export function isLoud(samples: Int16Array): boolean {
  return samples.some((sample) => Math.abs(sample) >= 500);
}

/** To the hundredth of a second, as the vendor's times are. */
export function seconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}
