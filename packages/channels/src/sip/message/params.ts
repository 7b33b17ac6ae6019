import { splitOutsideQuotes } from './split.ts';
import { isToken, quote, unquote } from './tokens.ts';

/**
 * What follows a value after semicolons: `;tag=abc;lr`. Names in lower case; a value without its quotes and escapes; undefined: a name
 * alone. Where a name stands twice, the first counts.
 */
export type SipParams = readonly SipParam[];
export interface SipParam {
  readonly name: string;
  readonly value: string | undefined;
}

/** The value of a parameter; '' when it stands without one; undefined when it is not there. */
export function param(params: SipParams, name: string): string | undefined {
  for (const each of params) if (each.name === name) return each.value ?? '';
  return undefined;
}

/** With this parameter alone under that name, in its old place or at the end. */
export function withParam(params: SipParams, name: string, value: string | undefined): SipParams {
  const made = params.map((each) => (each.name === name ? { name, value } : each));
  return made.some((each) => each.name === name) ? made : [...made, { name, value }];
}

/**
 * Reads a header's parameters.
 * @param text from the first semicolon on, or empty
 * @returns undefined where it is not `*( SEMI name [ EQUAL value ] )`
 */
export function parseParams(text: string): SipParams | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return NONE;
  if (!trimmed.startsWith(';')) return undefined;
  const pieces = splitOutsideQuotes(trimmed.slice(1), ';');
  if (pieces === undefined) return undefined;
  const params: SipParam[] = [];
  for (const piece of pieces) {
    const read = parseParam(piece);
    if (read === undefined) return undefined;
    params.push(read);
  }
  return params;
}

/** `;name=value;name`, quoted where needed. */
export function writeParams(params: SipParams): string {
  let text = '';
  for (const { name, value } of params) text += value === undefined ? `;${name}` : `;${name}=${writeValue(value)}`;
  return text;
}

const NONE: SipParams = [];
/** A value that may stand without quotes: a token, or a host with its colons and brackets. */
const BARE_VALUE = /^[^\s;,"<>]*$/;
const PLAIN_VALUE = /^[A-Za-z0-9\-.!%*_+`'~:[\]/@&$]+$/;

function parseParam(piece: string): SipParam | undefined {
  const at = piece.indexOf('=');
  const name = (at < 0 ? piece : piece.slice(0, at)).trim();
  if (!isToken(name)) return undefined;
  if (at < 0) return { name: name.toLowerCase(), value: undefined };
  const raw = piece.slice(at + 1).trim();
  const value = raw.startsWith('"') ? unquote(raw) : BARE_VALUE.test(raw) ? raw : undefined;
  return value === undefined ? undefined : { name: name.toLowerCase(), value };
}

function writeValue(value: string): string {
  return PLAIN_VALUE.test(value) ? value : quote(value);
}
