import { z } from 'zod';

/**
 * What a fake does wrong, on request. By a parameter of the URL (`?fault=status:429,retry-after:2`), or, where a client builds the whole
 * URL itself, by the first part of the path (`http://127.0.0.1:4100/fault=silent`), so that it can stand in a base URL.
 * Several are separated by commas.
 */
export interface Faults {
  /** Answers with this HTTP status, a handshake too; with `retryAfterSeconds` in `Retry-After`. */
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** Accepts, and sends the first byte (of a stream, of an answer) only after this. */
  readonly slowStartMs: number;
  /** Accepts and never answers anything. */
  readonly silent: boolean;
  /** After so many messages or chunks sent the connection is cut without a word. */
  readonly breakAfter: number | undefined;
  /** After so many messages or chunks sent it stays open, and neither reads nor sends any more, pings included. */
  readonly freezeAfter: number | undefined;
  /** After so many messages or chunks sent comes one that is none of the vendor's: broken JSON, a wrong frame. */
  readonly garbleAfter: number | undefined;
  /** Audio comes in chunks of odd length. */
  readonly oddChunks: boolean;
  /** Only the first n connections or requests do wrong; the rest are fine. */
  readonly times: number;
}

const faultsSchema = z.strictObject({
  status: z.coerce.number().int().min(400).max(599).optional(),
  'retry-after': z.coerce.number().int().min(0).optional(),
  'slow-start': z.coerce.number().int().min(0).default(0),
  silent: z.literal('').optional(),
  'break-after': z.coerce.number().int().min(0).optional(),
  'freeze-after': z.coerce.number().int().min(0).optional(),
  'garble-after': z.coerce.number().int().min(0).optional(),
  'odd-chunks': z.literal('').optional(),
  times: z.coerce.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
});

/** @param text such as `status:429,retry-after:2`; empty for none @throws z.ZodError for what is no fault */
export function parseFaults(text: string): Faults {
  const given = Object.fromEntries(
    text
      .split(',')
      .filter((part) => part !== '')
      .map((part) => {
        const at = part.indexOf(':');
        return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
      }),
  );
  const faults = faultsSchema.parse(given);
  return {
    status: faults.status,
    retryAfterSeconds: faults['retry-after'],
    slowStartMs: faults['slow-start'],
    silent: faults.silent !== undefined,
    breakAfter: faults['break-after'],
    freezeAfter: faults['freeze-after'],
    garbleAfter: faults['garble-after'],
    oddChunks: faults['odd-chunks'] !== undefined,
    times: faults.times,
  };
}

/** Takes the faults out of a request's URL (path and query as the request has them). */
export function faultsOfUrl(url: string): { readonly faults: Faults; readonly text: string; readonly url: URL } {
  const parsed = new URL(url, 'http://fake');
  const inPath = /^\/fault=([^/]*)(\/.*|)$/.exec(parsed.pathname);
  if (inPath !== null) parsed.pathname = inPath[2] ?? '/';
  const inQuery = parsed.searchParams.get('fault');
  parsed.searchParams.delete('fault');
  const text = [inPath === null ? '' : decodeURIComponent(inPath[1] ?? ''), inQuery ?? '']
    .filter((part) => part !== '')
    .join(',');
  return { faults: parseFaults(text), text, url: parsed };
}

/** The base URL of a fake with faults in it. @param text such as `silent`; empty for none */
export function withFault(url: string, text: string): string {
  return text === '' ? url : `${url}/fault=${text}`;
}

export const noFaults: Faults = parseFaults('');
