/** What a `Range` header asks for of so many bytes. */
export type ByteRange =
  | { readonly kind: 'whole' }
  /** `end` is exclusive. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

/** Longer than any number of bytes. */
const maxDigits = 15;

/**
 * One range, as RFC 9110 section 14 has it. Another unit, several ranges and what is no range at all are answered with the whole,
 * as the RFC allows.
 */
export function parseByteRange(header: string | undefined, bytes: number): ByteRange {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(/[ \t]/g, '') ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '')) return { kind: 'whole' };
  if (from === '') {
    const length = to.length > maxDigits ? bytes : Math.min(bytes, Number(to));
    return length === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', start: bytes - length, end: bytes };
  }
  if (from.length > maxDigits) return { kind: 'unsatisfiable' };
  const start = Number(from);
  const last = to === '' || to.length > maxDigits ? bytes - 1 : Number(to);
  // Backwards: that is no range.
  if (last < start && to !== '') return { kind: 'whole' };
  if (start >= bytes) return { kind: 'unsatisfiable' };
  return { kind: 'part', start, end: Math.min(bytes, last + 1) };
}
