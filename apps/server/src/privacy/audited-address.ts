import { createHash } from 'node:crypto';

/**
 * An address as the audit log may hold it, which is never changed: where it leads, and by a few digits whether it is the same as
 * another. Paths and queries of webhooks are passwords to some receivers, and those of databases begin with one.
 */
export function auditedAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const origin = url === undefined ? '' : `${url.protocol}//${url.host}`;
  if (address === origin || address === `${origin}/`) return origin;
  return `${origin}/… (${createHash('sha256').update(address).digest('hex').slice(0, 8)})`;
}
