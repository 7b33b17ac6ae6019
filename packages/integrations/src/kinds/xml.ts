import type { Json } from '@parley/dialogue/tools/tool.ts';
import { XMLParser } from 'fast-xml-parser';
import type { JsonValue } from 'jsonpath-rfc9535';

export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/**
 * Elements of what is given: `{ City: 'Huế', Room: [1, 2], '@unit': 'C' }`; a list repeats its element, `@name` is an attribute
 * of the element that holds it, `#text` its text. Values are escaped; what XML cannot hold is an error.
 *
 * @throws XmlError
 */
export function writeXml(name: string, value: Json): string {
  if (!/^[A-Za-z_][\w.-]{0,199}(?::[A-Za-z_][\w.-]{0,199})?$/.test(name))
    throw new XmlError(`${name.slice(0, 60)} is no name of an element.`);
  if (Array.isArray(value)) return value.map((item) => writeXml(name, item)).join('');
  if (value === null) return `<${name}/>`;
  if (typeof value !== 'object') return `<${name}>${escapeXml(String(value))}</${name}>`;
  let attributes = '';
  let content = '';
  for (const [key, item] of Object.entries(value)) {
    if (key === '#text') content += escapeXml(textOf(item));
    else if (key.startsWith('@')) {
      if (!/^@[A-Za-z_][\w.-]{0,199}(?::[A-Za-z_][\w.-]{0,199})?$/.test(key))
        throw new XmlError(`${key.slice(0, 60)} is no name of an attribute.`);
      attributes += ` ${key.slice(1)}="${escapeXml(textOf(item))}"`;
    } else content += writeXml(key, item);
  }
  return `<${name}${attributes}>${content}</${name}>`;
}

/** @throws XmlError for characters that no XML holds */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(text))
    throw new XmlError('The text has characters that XML cannot hold.');
  // A bare carriage return would be read as a line feed.
  return text.replace(/[<>&"'\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/**
 * Elements without their prefixes, attributes as `@name`, texts as texts. A document type is refused: entities of its own are
 * how documents grow without bound or reach for files.
 *
 * @throws XmlError
 */
export function readXml(text: string): JsonValue {
  if (/<!\s*(?:DOCTYPE|ENTITY)/i.test(text)) throw new XmlError('The document declares a type, which is refused.');
  try {
    return parser.parse(text, true);
  } catch (error) {
    throw new XmlError('The document is no XML.', { cause: error });
  }
}

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  ignoreDeclaration: true,
  ignorePiTags: true,
  // "007" is a text.
  parseTagValue: false,
  parseAttributeValue: false,
  // Characters by their number, such as &#272;, are decoded only with these.
  htmlEntities: true,
  maxNestedTags: 100,
});

function textOf(item: Json): string {
  if (typeof item === 'object' && item !== null) throw new XmlError('An attribute or a text is one value.');
  return item === null ? '' : String(item);
}
