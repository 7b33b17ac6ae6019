import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { openBytes, sealBytes } from './aes-gcm.ts';

/** A data key, unwrapped. */
export interface DataKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * The form of what is sealed, with three keys in a chain: the master key wraps data keys, a data key wraps the key of each value,
 * and that seals the value, bound to its purpose. So a value moves to another data key by re-wrapping 32 bytes: whoever rotates
 * keys needs no purpose and never sees a value.
 *
 * `p1.<data key id>.<wrapped key>.<sealed value>`; the first part is the version of this form.
 */
export function sealText(plain: string, purpose: string, dataKey: DataKey, valueKey = newValueKey(dataKey)): string {
  const body = sealBytes(valueKey.key, plain, boundTo(purpose)).toString('base64url');
  return `${valueKey.beginning}${body}`;
}

/** The key of one value, and what a text that is sealed with it begins with. */
export interface ValueKey {
  readonly dataKeyId: string;
  readonly key: KeyObject;
  readonly beginning: string;
}

export function newValueKey(dataKey: DataKey): ValueKey {
  const bytes = randomBytes(valueKeyBytes);
  return { dataKeyId: dataKey.id, key: createSecretKey(bytes), beginning: beginningOf(dataKey, bytes) };
}

/** @throws when it was sealed for another purpose or changed */
export function openText(parts: SealedParts, purpose: string, dataKey: DataKey): string {
  const valueKey = openBytes(dataKey.key, decode(parts.wrappedKey), boundToKey(dataKey));
  return openBytes(valueKey, decode(parts.body), boundTo(purpose)).toString('utf8');
}

/** The same value, from then on under another data key. */
export function rewrapText(parts: SealedParts, from: DataKey, to: DataKey): string {
  return `${beginningOf(to, openBytes(from.key, decode(parts.wrappedKey), boundToKey(from)))}${parts.body}`;
}

export interface SealedParts {
  readonly dataKeyId: string;
  readonly wrappedKey: string;
  readonly body: string;
}

/** Undefined for what was not sealed in this form. */
export function parseSealed(text: string): SealedParts | undefined {
  const [version, dataKeyId, wrappedKey, body, more] = text.split('.');
  if (version !== formVersion || dataKeyId === undefined || wrappedKey === undefined || body === undefined) {
    return undefined;
  }
  return more === undefined && keyIds.test(dataKeyId) ? { dataKeyId, wrappedKey, body } : undefined;
}

/** What a sealed text begins with, if it is sealed with this key. */
export function sealedPrefix(dataKeyId: string): string {
  return `${formVersion}.${dataKeyId}.`;
}

export const formVersion = 'p1';
/** In lower case, as they are written: a database would find others too. */
const keyIds = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const valueKeyBytes = 32;

function beginningOf(dataKey: DataKey, valueKey: Buffer): string {
  const wrapped = sealBytes(dataKey.key, valueKey, boundToKey(dataKey)).toString('base64url');
  return `${sealedPrefix(dataKey.id)}${wrapped}.`;
}

/** @throws for a text that stands for the same bytes without being the one that was written */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new RangeError('Not as it was sealed');
  return bytes;
}

const boundTo = (purpose: string) => `${formVersion}:value:${purpose}`;
const boundToKey = ({ id }: DataKey) => `${formVersion}:key:${id}`;
