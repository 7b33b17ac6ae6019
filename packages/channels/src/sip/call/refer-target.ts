import { parseUri, writeUri } from '../message/uri.ts';

/**
 * Whom the far side is to call, as a URI: a SIP address as it is, a number at the house that the call came from.
 * @param target `+353861234567`, or `sip:person@example.com`
 * @param farUri who they are, as a URI
 */
export function referTarget(target: string, farUri: string): string | undefined {
  const uri = parseUri(target);
  if (uri?.kind === 'sip') return writeUri(uri);
  const number = uri?.kind === 'tel' ? target.slice('tel:'.length) : target;
  const digits = number.replace(/[\s().-]/g, '');
  const far = parseUri(farUri);
  if (!/^\+?[0-9*#]{2,32}$/.test(digits) || far?.kind !== 'sip') return undefined;
  return writeUri({
    kind: 'sip',
    secure: far.secure,
    user: digits,
    password: undefined,
    host: far.host,
    port: far.port,
    params: [{ name: 'user', value: 'phone' }],
    headers: [],
  });
}
