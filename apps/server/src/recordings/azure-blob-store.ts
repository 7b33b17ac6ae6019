import { createHmac } from 'node:crypto';
import { type BlobEntry, type BlobStore, BlobStoreError, blobNamePattern } from './blob-store.ts';
import type { AzureSettings } from './recordings-settings.ts';
import { answered, bytesOf, elements, removeEach, sections, textOf } from './remote-blobs.ts';

/** Of the REST interface; the oldest that every store of today has and that does all we ask. */
const apiVersion = '2021-08-06';
/** Pages of five thousand names. */
const maxPages = 20;
const maxAnswerBytes = 64 * 1024;

interface Question {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** Blobs as block blobs of a container in Azure, by its REST interface, signed with the account's key. Each is put whole. */
export function createAzureBlobStore(settings: AzureSettings): BlobStore {
  const ask = createAsk(settings);

  return {
    kind: 'azure',
    async put(name, bytes, signal) {
      const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/octet-stream' };
      await bytesOf(await ask('PUT', pathOf(name), signal, { headers, body: new Uint8Array(bytes) }), maxAnswerBytes);
    },
    async read(name, start, end, signal) {
      if (end <= start) return Buffer.alloc(0);
      const headers = { 'x-ms-range': `bytes=${start}-${end - 1}` };
      return bytesOf(await ask('GET', pathOf(name), signal, { headers }), end - start);
    },
    async list(prefix, signal) {
      const found: BlobEntry[] = [];
      let marker = '';
      for (let page = 0; page < maxPages; page += 1) {
        const query = { restype: 'container', comp: 'list', prefix, ...(marker !== '' && { marker }) };
        const xml = await textOf(await ask('GET', '', signal, { query }));
        for (const entry of sections(xml, 'Blob')) {
          const [name, size] = [elements(entry, 'Name')[0], elements(entry, 'Content-Length')[0]];
          if (name !== undefined) found.push({ name, bytes: Number(size) });
        }
        marker = elements(xml, 'NextMarker')[0] ?? '';
        if (marker === '') return found;
      }
      throw new BlobStoreError('blob_unavailable', `There are too many blobs below ${prefix}.`);
    },
    remove: (names, signal) => removeEach(names, (name) => ask('DELETE', pathOf(name), signal, {})),
  };
}

/** @throws BlobStoreError */
function pathOf(name: string): string {
  if (blobNamePattern.test(name)) return `/${name}`;
  throw new BlobStoreError('blob_refused', `No blob can be named ${name}.`);
}

/** Make the container, for whoever has none yet. @throws BlobStoreError `blob_refused` when it is there */
export async function createAzureContainer(settings: AzureSettings, signal: AbortSignal): Promise<void> {
  await bytesOf(await createAsk(settings)('PUT', '', signal, { query: { restype: 'container' } }), maxAnswerBytes);
}

function createAsk({ account, accountKey, container, endpoint }: AzureSettings) {
  const base = endpoint.replace(/\/$/, '');
  const key = Buffer.from(accountKey, 'base64');

  return (method: string, path: string, signal: AbortSignal, { query = {}, headers = {}, body }: Question) => {
    const url = new URL(`${base}/${container}${path}`);
    for (const [field, value] of Object.entries(query)) url.searchParams.set(field, value);
    const sent: Record<string, string> = {
      ...headers,
      'x-ms-date': new Date().toUTCString(),
      'x-ms-version': apiVersion,
    };
    const signature = createHmac('sha256', key)
      .update(toBeSigned(method, url, account, sent, body?.length ?? 0))
      .digest('base64');
    return answered(`${method} ${path}`, signal, () =>
      fetch(url, {
        method,
        signal,
        headers: { ...sent, authorization: `SharedKey ${account}:${signature}` },
        ...(body !== undefined && { body }),
      }),
    );
  };
}

/** What "Authorize with Shared Key" has one sign: the method, headers by name, and what is asked for. */
function toBeSigned(
  method: string,
  url: URL,
  account: string,
  headers: Readonly<Record<string, string>>,
  bodyBytes: number,
): string {
  const ofStore = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ms-'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}`);
  const asked = [...url.searchParams]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}`);
  return [
    method,
    // Content-Encoding, -Language.
    '',
    '',
    bodyBytes === 0 ? '' : String(bodyBytes),
    // Content-MD5.
    '',
    headers['content-type'] ?? '',
    // Date (x-ms-date is there), If-Modified-Since, If-Match, If-None-Match, If-Unmodified-Since, Range (x-ms-range is).
    '',
    '',
    '',
    '',
    '',
    '',
    ...ofStore,
    [`/${account}${url.pathname}`, ...asked].join('\n'),
  ].join('\n');
}
