import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { type BlobEntry, type BlobStore, BlobStoreError, blobNamePattern } from './blob-store.ts';
import type { S3Settings } from './recordings-settings.ts';
import { answered, bytesOf, elements, removeEach, sections, textOf } from './remote-blobs.ts';

/** Pages of a thousand names: more than a call of a day has. */
const maxPages = 100;

/** Blobs as objects of a bucket, in any store that speaks S3. Each is put whole: there are no uploads that could be left half done. */
export function createS3BlobStore(settings: S3Settings): BlobStore {
  const { accessKeyId, secretAccessKey, region } = settings;
  // Whoever asks decides what is tried again, and when.
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  const bucketUrl = bucketUrlOf(settings);

  const ask = (
    method: string,
    path: string,
    signal: AbortSignal,
    init: { readonly headers?: Record<string, string>; readonly body?: Uint8Array<ArrayBuffer> } = {},
  ) => {
    const { headers = {}, body } = init;
    // Signed with the rest: what arrives is what was sent.
    const hash = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    return answered(`${method} ${path}`, signal, () =>
      client.fetch(`${bucketUrl}${path}`, {
        method,
        headers: { ...headers, 'x-amz-content-sha256': hash },
        signal,
        ...(body !== undefined && { body }),
      }),
    );
  };

  return {
    kind: 's3',
    async put(name, bytes, signal) {
      await bytesOf(await ask('PUT', pathOf(name), signal, { body: new Uint8Array(bytes) }), maxAnswerBytes);
    },
    async read(name, start, end, signal) {
      if (end <= start) return Buffer.alloc(0);
      const range = { range: `bytes=${start}-${end - 1}` };
      return bytesOf(await ask('GET', pathOf(name), signal, { headers: range }), end - start);
    },
    async list(prefix, signal) {
      const found: BlobEntry[] = [];
      let token: string | undefined;
      for (let page = 0; page < maxPages; page += 1) {
        const query = new URLSearchParams({ 'list-type': '2', prefix });
        if (token !== undefined) query.set('continuation-token', token);
        const xml = await textOf(await ask('GET', `/?${query}`, signal));
        for (const entry of sections(xml, 'Contents')) {
          const [name, size] = [elements(entry, 'Key')[0], elements(entry, 'Size')[0]];
          if (name !== undefined) found.push({ name, bytes: Number(size) });
        }
        token = elements(xml, 'NextContinuationToken')[0];
        if (token === undefined) return found;
      }
      throw new BlobStoreError('blob_unavailable', `There are too many objects below ${prefix}.`);
    },
    remove: (names, signal) => removeEach(names, (name) => ask('DELETE', pathOf(name), signal)),
  };
}

/** @throws BlobStoreError */
function pathOf(name: string): string {
  if (blobNamePattern.test(name)) return `/${name}`;
  throw new BlobStoreError('blob_refused', `No object can be named ${name}.`);
}

/** What a store says to an object that it took. */
const maxAnswerBytes = 64 * 1024;

function bucketUrlOf({ endpoint, bucket, isPathStyle }: S3Settings): string {
  const url = new URL(endpoint);
  if (isPathStyle) url.pathname = `${url.pathname.replace(/\/$/, '')}/${bucket}`;
  else url.hostname = `${bucket}.${url.hostname}`;
  return url.href.replace(/\/$/, '');
}
