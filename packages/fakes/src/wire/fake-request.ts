import type { IncomingMessage } from 'node:http';
import type { JournalEntry } from '../journal.ts';

/** A request as a vendor reads it. */
export interface FakeRequest {
  readonly method: string;
  /** Without the fault's part. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** The body of JSON; undefined for any other. */
  readonly json: unknown;
  /** The body of a form; undefined for any other. */
  readonly form: FormData | undefined;
}

/** Whisper's limit is 25 MB; nothing that is sent is larger. */
const maxBodyBytes = 30_000_000;

/** The whole of a request. Rejects for one that is too large or breaks off. */
export async function readRequest(message: IncomingMessage, url: URL): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > maxBodyBytes) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(Buffer.concat(chunks));
  const headers = headersOf(message);
  const type = headers['content-type'] ?? '';
  const isForm = /^multipart\/form-data|^application\/x-www-form-urlencoded/.test(type);
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    bytes,
    json: /\bjson\b/.test(type) ? parseJson(Buffer.from(bytes).toString('utf8')) : undefined,
    form: isForm ? await new Response(bytes, { headers: { 'content-type': type } }).formData() : undefined,
  };
}

/** The handshake of a WebSocket, which has no body. */
export function handshakeRequest(message: IncomingMessage, url: URL): FakeRequest {
  return {
    method: 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: headersOf(message),
    bytes: new Uint8Array(0),
    json: undefined,
    form: undefined,
  };
}

/** What the journal keeps of a request. */
export function entryOf({ method, path, query, headers, bytes, json, form }: FakeRequest): JournalEntry {
  const values: Record<string, string[]> = {};
  for (const [name, value] of query) values[name] = [...(values[name] ?? []), value];
  const body = form === undefined ? (json ?? bytes.byteLength) : formEntry(form);
  return { type: 'request', method, path, query: values, headers, body };
}

/** Each field's value, or a list of them; of files what they are called, their type and length. */
function formEntry(form: FormData): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    const values = form
      .getAll(name)
      .map((value) => (typeof value === 'string' ? value : { name: value.name, type: value.type, bytes: value.size }));
    fields[name] = values.length === 1 ? values[0] : values;
  }
  return fields;
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
