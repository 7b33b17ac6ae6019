import { canonicalHeaderName } from './header-names.ts';
import type { SipHeader, SipHeaders } from './sip-message.ts';

/** The first header of that name (long form, any case), or undefined. */
export function header(headers: SipHeaders, name: string): string | undefined {
  const wanted = canonicalHeaderName(name);
  for (const each of headers) if (isNamed(each, wanted)) return each.value;
  return undefined;
}

/** All values of that name, in their order. */
export function headersNamed(headers: SipHeaders, name: string): readonly string[] {
  const wanted = canonicalHeaderName(name);
  const values: string[] = [];
  for (const each of headers) if (isNamed(each, wanted)) values.push(each.value);
  return values;
}

/** With this value alone under that name: where the first one stood, else at the end. */
export function withHeader(headers: SipHeaders, name: string, value: string): SipHeaders {
  const wanted = canonicalHeaderName(name);
  const made: SipHeader[] = [];
  let placed = false;
  for (const each of headers) {
    if (!isNamed(each, wanted)) made.push(each);
    else if (!placed) {
      made.push({ name: wanted, value });
      placed = true;
    }
  }
  if (!placed) made.push({ name: wanted, value });
  return made;
}

export function withoutHeader(headers: SipHeaders, name: string): SipHeaders {
  const wanted = canonicalHeaderName(name);
  return headers.filter((each) => !isNamed(each, wanted));
}

/** One more value before all others of that name: a Via of one's own, a Record-Route. */
export function prepend(headers: SipHeaders, name: string, value: string): SipHeaders {
  return [{ name: canonicalHeaderName(name), value }, ...headers];
}

/** One more value after all others of that name. */
export function append(headers: SipHeaders, name: string, value: string): SipHeaders {
  return [...headers, { name: canonicalHeaderName(name), value }];
}

function isNamed(candidate: SipHeader, canonicalName: string): boolean {
  if (candidate.name === canonicalName) return true;
  if (candidate.name.length !== canonicalName.length) return false;
  return candidate.name.toLowerCase() === canonicalName.toLowerCase();
}
