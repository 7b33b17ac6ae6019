/** RFC 3261 §25.1 `token`. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** As a quoted string: what would end it is escaped, line ends become spaces. */
export function quote(text: string): string {
  return `"${text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}"`;
}

/** What a whole quoted string says; undefined where the text is not exactly one. */
export function unquote(text: string): string | undefined {
  if (text.length < 2 || !text.startsWith('"')) return undefined;
  if (text.indexOf('\\') < 0) return text.indexOf('"', 1) === text.length - 1 ? text.slice(1, -1) : undefined;
  let said = '';
  for (let at = 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return at === text.length - 1 ? said : undefined;
    if (character !== '\\') said += character;
    else {
      at += 1;
      said += text.charAt(at);
    }
  }
  return undefined;
}

/** Digits alone, at most `max`; undefined otherwise. Leading zeros are allowed, however many. */
export function parseDigits(text: string, max: number): number | undefined {
  if (!DIGITS.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const DIGITS = /^[0-9]+$/;
