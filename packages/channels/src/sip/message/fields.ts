import { headersNamed } from './headers.ts';
import { param, parseParams } from './params.ts';
import type { SipHeaders } from './sip-message.ts';
import { isToken, parseDigits } from './tokens.ts';

/** RFC 4028 §4. */
export interface SessionExpires {
  readonly intervalSeconds: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** RFC 3891: the call that an INVITE takes the place of. */
export interface Replaces {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  readonly earlyOnly: boolean;
}

export function parseSessionExpires(text: string): SessionExpires | undefined {
  const read = parseSeconds(text);
  if (read === undefined) return undefined;
  const refresher = param(read.params, 'refresher')?.toLowerCase();
  if (refresher !== undefined && refresher !== 'uac' && refresher !== 'uas') return undefined;
  return { intervalSeconds: read.seconds, refresher };
}

export function writeSessionExpires({ intervalSeconds, refresher }: SessionExpires): string {
  return refresher === undefined ? String(intervalSeconds) : `${intervalSeconds};refresher=${refresher}`;
}

/** Min-SE, Expires, Min-Expires: seconds; undefined where they are no number below 2³². */
export function parseDeltaSeconds(text: string): number | undefined {
  return parseSeconds(text)?.seconds;
}

/** Retry-After, with or without its comment: `18000;duration=3600`, `120 (I'm in a meeting)`. */
export function parseRetryAfter(text: string): number | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  return parseDeltaSeconds(open < 0 || close < open ? text : `${text.slice(0, open)} ${text.slice(close + 1)}`);
}

/** Everything that Supported, Require, Allow and their like name, in one list; `Require: ` is none. */
export function parseTokens(headers: SipHeaders, name: string): readonly string[] {
  const tokens: string[] = [];
  for (const value of headersNamed(headers, name)) {
    for (const piece of value.split(',')) {
      const token = piece.trim();
      if (isToken(token)) tokens.push(token);
    }
  }
  return tokens;
}

/** Whether an option or a method is among them, whatever its case (option tags are lower case by rule). */
export function hasToken(headers: SipHeaders, name: string, token: string): boolean {
  return parseTokens(headers, name).some((each) => each.toLowerCase() === token.toLowerCase());
}

export function parseReplaces(text: string): Replaces | undefined {
  const { first, params } = valueAndParams(text);
  if (first === '' || /\s/.test(first) || params === undefined) return undefined;
  const toTag = param(params, 'to-tag');
  const fromTag = param(params, 'from-tag');
  if (!toTag || !fromTag) return undefined;
  return { callId: first, toTag, fromTag, earlyOnly: param(params, 'early-only') !== undefined };
}

/** `application/sdp;charset=utf-8` → `application/sdp`, in lower case. */
export function mediaType(text: string): string {
  return valueAndParams(text).first.replace(/\s/g, '').toLowerCase();
}

const MAX_SECONDS = 2 ** 32 - 1;

function parseSeconds(text: string) {
  const { first, params } = valueAndParams(text);
  const seconds = parseDigits(first, MAX_SECONDS);
  return seconds === undefined || params === undefined ? undefined : { seconds, params };
}

function valueAndParams(text: string) {
  const semicolon = text.indexOf(';');
  if (semicolon < 0) return { first: text.trim(), params: [] };
  return { first: text.slice(0, semicolon).trim(), params: parseParams(text.slice(semicolon)) };
}
