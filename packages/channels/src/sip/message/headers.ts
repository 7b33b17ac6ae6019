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

function isNamed(candidate: SipHeader, canonicalName: string): boolean {
  if (candidate.name === canonicalName) return true;
  if (candidate.name.length !== canonicalName.length) return false;
  return candidate.name.toLowerCase() === canonicalName.toLowerCase();
}
