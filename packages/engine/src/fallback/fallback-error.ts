/** What a chain of parts reports: to the log for what it got over, to its user for what it could not. */
export const fallbackErrors = {
  no_parts: 'A fallback needs at least one part. Name one in the settings.',
  part_failed: 'A part failed and another one takes over. Look into the part; callers notice a short pause.',
  part_hung: 'A part gave no sign in time and another one takes over. Look into the part or its network.',
  part_not_prepared: 'A part could not be made ready and is left out; it is tried again later. Look into the part.',
  part_not_closed: 'A part did not close in time or failed to. What it holds may stay until the process ends.',
  parts_exhausted: 'All parts failed one after the other. Look into each of them, or name another one.',
} as const;

export type FallbackErrorCode = keyof typeof fallbackErrors;

export class FallbackError extends Error {
  readonly code: FallbackErrorCode;

  constructor(code: FallbackErrorCode, detail = '', cause?: unknown) {
    super(detail === '' ? fallbackErrors[code] : `${fallbackErrors[code]} (${detail})`, { cause });
    this.name = 'FallbackError';
    this.code = code;
  }
}
