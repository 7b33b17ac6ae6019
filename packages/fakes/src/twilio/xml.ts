/** An element of an XML document; text between elements stands among its children as it is. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

/** The document is not well-formed; the message says where. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/** Deeper than any TwiML, and shallow enough for the stack. */
const maxDepth = 20;
const namePattern = /[A-Za-z_][\w.:-]*/y;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The root of a document as TwiML is written: elements, attributes, text, CDATA, comments. No document types.
 * @throws XmlError
 */
export function parseXml(text: string): XmlElement {
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  const fail = (why: string): never => {
    const before = text.slice(0, at).split('\n');
    throw new XmlError(`Line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${why}`);
  };
  const past = (end: string, what: string): string => {
    const found = text.indexOf(end, at);
    if (found < 0) return fail(`${what} has no end.`);
    const inside = text.slice(at, found);
    at = found + end.length;
    return inside;
  };
  const skipSpace = () => {
    while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
  };
  const readName = (): string => {
    namePattern.lastIndex = at;
    const name = namePattern.exec(text)?.[0];
    if (name === undefined) return fail('A name is missing.');
    at += name.length;
    return name;
  };
  const decode = (raw: string): string =>
    raw.replace(/&([^;]{0,10})(;?)/g, (_whole, name: string, end: string) => {
      const number = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(name);
      const code =
        number === null ? Number.NaN : Number.parseInt(number[1] ?? number[2] ?? '', number[1] === undefined ? 10 : 16);
      if (end !== '' && code > 0 && code <= 0x10_ffff) return String.fromCodePoint(code);
      return (end === '' ? undefined : entities[name]) ?? fail('An "&" begins no entity.');
    });
  /** Comments and processing instructions, which say nothing. */
  const skipAside = (): boolean => {
    if (text.startsWith('<!--', at)) {
      at += 4;
      past('-->', 'A comment');
    } else if (text.startsWith('<?', at)) {
      at += 2;
      past('?>', 'An instruction');
    } else return false;
    return true;
  };
  const skipAround = () => {
    skipSpace();
    while (skipAside()) skipSpace();
  };
  const readAttributes = (): Record<string, string> => {
    const attributes: Record<string, string> = {};
    for (;;) {
      const before = at;
      skipSpace();
      if (text.startsWith('>', at) || text.startsWith('/>', at)) return attributes;
      if (at === before) return fail('A space is missing.');
      const name = readName();
      skipSpace();
      if (text.charAt(at) !== '=') return fail(`The attribute "${name}" has no value.`);
      at += 1;
      skipSpace();
      const quote = text.charAt(at);
      if (quote !== '"' && quote !== "'") return fail(`The value of "${name}" is not in quotes.`);
      at += 1;
      if (Object.hasOwn(attributes, name)) return fail(`The attribute "${name}" is there twice.`);
      const value = past(quote, 'A value');
      if (value.includes('<')) return fail('A value has a "<" in it.');
      attributes[name] = decode(value);
    }
  };
  const readElement = (depth: number): XmlElement => {
    if (depth > maxDepth) return fail('Elements are nested too deep.');
    if (text.charAt(at) !== '<') return fail('An element was expected.');
    at += 1;
    const name = readName();
    const attributes = readAttributes();
    if (text.startsWith('/>', at)) {
      at += 2;
      return { name, attributes, children: [] };
    }
    at += 1;
    const children: (XmlElement | string)[] = [];
    for (;;) {
      if (text.startsWith('</', at)) {
        at += 2;
        const closing = past('>', 'An end').trimEnd();
        return closing === name ? { name, attributes, children } : fail(`"${closing}" ends "${name}".`);
      }
      if (text.startsWith('<![CDATA[', at)) {
        at += 9;
        children.push(past(']]>', 'A CDATA section'));
      } else if (skipAside()) {
        // Nothing was said.
      } else if (text.charAt(at) === '<') children.push(readElement(depth + 1));
      else {
        const end = text.indexOf('<', at);
        if (end < 0) return fail(`"${name}" has no end.`);
        children.push(decode(text.slice(at, end)));
        at = end;
      }
    }
  };

  skipAround();
  const root = readElement(1);
  skipAround();
  return at === text.length ? root : fail('Something follows the document.');
}

export function elementsOf({ children }: XmlElement): readonly XmlElement[] {
  return children.filter((child) => typeof child !== 'string');
}

/** All text inside, of elements too, without the space around it. */
export function textOf({ children }: XmlElement): string {
  return children
    .map((child) => (typeof child === 'string' ? child : textOf(child)))
    .join('')
    .trim();
}
