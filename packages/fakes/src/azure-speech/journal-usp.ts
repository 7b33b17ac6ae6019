import { parseJson } from '../wire/fake-request.ts';
import { parseUspBinary, parseUspText } from './usp.ts';

/** What the journal keeps of a message in text: its path and body. */
export function journalOfText(text: string): { readonly type: 'message'; readonly body: unknown } {
  const message = parseUspText(text);
  if (message === undefined) return { type: 'message', body: text };
  const { path, requestId, headers, body } = message;
  const contentType = headers['content-type'] ?? '';
  return { type: 'message', body: { path, requestId, contentType, body: parseJson(body) ?? body } };
}

/** What the journal keeps of a message in bytes: how much sound is in it. */
export function journalOfBinary(bytes: Uint8Array): number {
  return parseUspBinary(bytes)?.body.length ?? bytes.length;
}
