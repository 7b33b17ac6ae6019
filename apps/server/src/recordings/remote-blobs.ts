import { BlobStoreError } from './blob-store.ts';

/** Answers that are not a blob: lists of names, and what an error says. A page of a thousand names is about 300 kB. */
const maxTextBytes = 2 * 1024 * 1024;

/** Blobs that are removed at once: enough to be quick, few enough to be polite. */
const removalsAtOnce = 8;

/**
 * The answer of a store over HTTP, or what went wrong in words of ours. The body of a refusal is read, for its code.
 * @throws BlobStoreError, or the signal's reason
 */
export async function answered(what: string, signal: AbortSignal, ask: () => Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await ask();
  } catch (error) {
    signal.throwIfAborted();
    throw new BlobStoreError('blob_unavailable', `The store could not be asked for ${what}.`, { cause: error });
  }
  if (response.ok) return response;
  const code = /<Code>(\w{1,80})<\/Code>/.exec(await textOf(response))?.[1] ?? '';
  const message = `The store answered ${response.status} ${code} to ${what}.`;
  if (response.status === 404 && !/NoSuchBucket|ContainerNotFound/.test(code)) {
    throw new BlobStoreError('blob_missing', message);
  }
  // Nobody is asked again whose answer will be the same; a clock that is off or too many requests pass by.
  const isFinal = [400, 401, 403, 404, 405].includes(response.status) && !/Skewed|Timeout|SlowDown/i.test(code);
  throw new BlobStoreError(isFinal ? 'blob_refused' : 'blob_unavailable', message);
}

/** @throws BlobStoreError when it is too long */
export async function textOf(response: Response): Promise<string> {
  return (await bytesOf(response, maxTextBytes)).toString('utf8');
}

/** At most so many bytes: a store that sends more is none. @throws BlobStoreError */
export async function bytesOf(response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > maxBytes) throw new BlobStoreError('blob_unavailable', 'The store sent more than it was asked for.');
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof BlobStoreError) throw error;
    throw new BlobStoreError('blob_unavailable', 'The store broke off in the middle of its answer.', { cause: error });
  }
  return Buffer.concat(chunks);
}

/** The text of every element of the name, at any depth. For lists of names of our own making, which need no more than this. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => unescapeXml(text));
}

/** The insides of every element of the name that has others in it. */
export function sections(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, text = '']) => text);
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** Remove all, some at a time; what is not there is no error. Those that failed are tried once more, one by one, as stores ask for. */
export async function removeEach(
  names: readonly string[],
  removeOne: (name: string) => Promise<Response>,
): Promise<void> {
  const left = [...names];
  const failed: string[] = [];
  const remove = async (name: string) => {
    try {
      await bytesOf(await removeOne(name), maxTextBytes);
    } catch (error) {
      if (!(error instanceof BlobStoreError) || error.code !== 'blob_missing') throw error;
    }
  };
  const worker = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const tried = name;
      await remove(tried).catch((error: unknown) => {
        if (!(error instanceof BlobStoreError) || error.code !== 'blob_unavailable') throw error;
        failed.push(tried);
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(removalsAtOnce, names.length) }, worker));
  for (const name of failed) await remove(name);
}
