import { type BlobStore, BlobStoreError } from '../recordings/blob-store.ts';
import { OutsideCallError, type OutsideCalls } from './outside-call.ts';

/**
 * A store of blobs elsewhere (S3, Azure), left alone for a while when it fails again and again. Those who write and read have limits of
 * time of their own, and decide what is tried again. The disk needs no guard.
 */
export function guardBlobStore(store: BlobStore, outside: OutsideCalls): BlobStore {
  if (store.kind === 'disk') return store;
  const call = outside.of('recordings_store', {
    timeoutMs: undefined,
    // A recording writes every second or so, for each call.
    maxConcurrent: 200,
    maxWaiting: 200,
    isTrouble: (error) => error instanceof BlobStoreError && error.code === 'blob_unavailable',
  });
  const through = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    try {
      return await call.run(work, { signal });
    } catch (error) {
      if (error instanceof OutsideCallError)
        throw new BlobStoreError('blob_unavailable', error.message, { cause: error });
      throw error;
    }
  };
  return {
    kind: store.kind,
    put: (name, bytes, signal) => through(signal, () => store.put(name, bytes, signal)),
    read: (name, start, end, signal) => through(signal, () => store.read(name, start, end, signal)),
    list: (prefix, signal) => through(signal, () => store.list(prefix, signal)),
    remove: (names, signal) => through(signal, () => store.remove(names, signal)),
  };
}
