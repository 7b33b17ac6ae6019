/** Undoes `%41`; undefined where an escape is not whole or what comes out is not UTF-8. */
export function unescapeUri(text: string): string | undefined {
  if (text.indexOf('%') < 0) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** RFC 3261 §25.1: what each part of a URI may hold unescaped, besides letters, digits and marks. */
export const escapeUser = escaper('&=+$,;?/');
export const escapePassword = escaper('&=+$,');
export const escapeParam = escaper('[]/:&+$');
export const escapeHeader = escaper('[]/?:+$');

function escaper(alsoAllowed: string): (text: string) => string {
  const special = new RegExp(`[^A-Za-z0-9\\-_.!~*'()${alsoAllowed.replace(/[\]$]/g, '\\$&')}]+`, 'g');
  return (text) => text.replace(special, escapeBytes);
}

function escapeBytes(text: string): string {
  let escaped = '';
  for (const byte of Buffer.from(text, 'utf8')) escaped += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return escaped;
}
