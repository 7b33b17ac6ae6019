/**
 * Splits at a separator that stands outside quoted strings and outside `<>`.
 * @returns the pieces, trimmed; undefined where a quote or a bracket stays open
 */
export function splitList(text: string, separator: string): string[] | undefined {
  return split(text, separator, true);
}

/** The same, with angle brackets being nothing special. */
export function splitOutsideQuotes(text: string, separator: string): string[] | undefined {
  return split(text, separator, false);
}

/**
 * Where the character stands first outside quoted strings; -1: nowhere.
 * @returns undefined where a quote stays open before it was found
 */
export function indexOutsideQuotes(text: string, wanted: string): number | undefined {
  if (text.indexOf('"') < 0) return text.indexOf(wanted);
  const code = wanted.charCodeAt(0);
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const here = text.charCodeAt(at);
    if (quoted) {
      if (here === BACKSLASH) at += 1;
      else if (here === QUOTE) quoted = false;
    } else if (here === QUOTE) quoted = true;
    else if (here === code) return at;
  }
  return quoted ? undefined : -1;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x3c;
const CLOSE = 0x3e;

function split(text: string, separator: string, brackets: boolean): string[] | undefined {
  // Most values have neither quotes nor separators.
  if (text.indexOf(separator) < 0 && text.indexOf('"') < 0 && text.indexOf('<') < 0) return [text.trim()];
  const code = separator.charCodeAt(0);
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  let inside = false;
  for (let at = 0; at < text.length; at += 1) {
    const here = text.charCodeAt(at);
    if (quoted) {
      if (here === BACKSLASH) at += 1;
      else if (here === QUOTE) quoted = false;
    } else if (here === QUOTE && !inside) quoted = true;
    else if (brackets && here === OPEN) inside = true;
    else if (brackets && here === CLOSE) inside = false;
    else if (here === code && !inside) {
      pieces.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  if (quoted || inside) return undefined;
  pieces.push(text.slice(start).trim());
  return pieces;
}
