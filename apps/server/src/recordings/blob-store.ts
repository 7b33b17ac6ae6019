/** The longest name, and what may stand in it: words of letters, digits, dots and dashes, divided by slashes. */
export const blobNamePattern = /^(?!.*\/\.)[a-z0-9][a-z0-9./-]{0,200}$/;

/**
 * Where the parts of recordings lie: small blobs that are written once and never changed. All that is in them is sealed already.
 * Methods reject with a BlobStoreError when the store cannot be reached or refuses, and with the signal's reason when it is aborted.
 */
export interface BlobStore {
  /** Names the store in `recordings.url`. */
  readonly kind: 'disk' | 's3' | 'azure';
  /** Resolves once the bytes would survive a crash of this machine's process (and, on a disk, a loss of its power). */
  put(name: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** The bytes from `start` (0-based) up to `end` (exclusive); fewer when the blob is shorter. */
  read(name: string, start: number, end: number, signal: AbortSignal): Promise<Buffer>;
  /** Names below the prefix (which ends with a slash) in order; none when there is nothing. */
  list(prefix: string, signal: AbortSignal): Promise<readonly BlobEntry[]>;
  /** Blobs that are not there are no error. */
  remove(names: readonly string[], signal: AbortSignal): Promise<void>;
}

export interface BlobEntry {
  readonly name: string;
  readonly bytes: number;
}

export type BlobStoreErrorCode =
  /** It is not there. */
  | 'blob_missing'
  /** The keys or the bucket are wrong: trying again is of no use until somebody corrects them. */
  | 'blob_refused'
  /** Full, away or slow: try again. */
  | 'blob_unavailable';

export class BlobStoreError extends Error {
  readonly code: BlobStoreErrorCode;

  constructor(code: BlobStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BlobStoreError';
    this.code = code;
  }
}
