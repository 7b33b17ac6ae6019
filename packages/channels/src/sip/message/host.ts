import { isIPv4, isIPv6 } from 'node:net';
import { parseDigits } from './tokens.ts';

/** Where something is, as URIs and Vias write it. */
export interface HostPort {
  /** Lower case; an IPv6 address without brackets. */
  readonly host: string;
  /** 1–65535; undefined: the protocol's own. */
  readonly port: number | undefined;
}

/** Reads `host`, `host:5060`, `[2001:db8::1]:5060`, with white space around the colon; undefined for anything else. */
export function parseHostPort(text: string): HostPort | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) {
    const end = trimmed.indexOf(']');
    if (end < 0) return undefined;
    const host = trimmed.slice(1, end);
    if (!isIPv6(host) || host.includes('%')) return undefined;
    return withPort(host.toLowerCase(), trimmed.slice(end + 1));
  }
  const colon = trimmed.indexOf(':');
  const host = (colon < 0 ? trimmed : trimmed.slice(0, colon)).trimEnd();
  if (!isHostname(host)) return undefined;
  return withPort(host.toLowerCase(), colon < 0 ? '' : trimmed.slice(colon));
}

/** `host:port`, an IPv6 address in brackets. */
export function writeHostPort({ host, port }: HostPort): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}

const HOSTNAME_MAX_CHARACTERS = 255;
/** Letters of any label; the underscore is no hostname's, yet container networks use it. */
const HOSTNAME = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;
const ONLY_DIGITS_AND_DOTS = /^[0-9.]+$/;

function isHostname(text: string): boolean {
  if (text.length === 0 || text.length > HOSTNAME_MAX_CHARACTERS) return false;
  if (ONLY_DIGITS_AND_DOTS.test(text)) return isIPv4(text);
  return HOSTNAME.test(text);
}

function withPort(host: string, rest: string): HostPort | undefined {
  const trimmed = rest.trim();
  if (trimmed === '') return { host, port: undefined };
  if (!trimmed.startsWith(':')) return undefined;
  const port = parseDigits(trimmed.slice(1).trim(), 65_535);
  return port === undefined || port === 0 ? undefined : { host, port };
}
