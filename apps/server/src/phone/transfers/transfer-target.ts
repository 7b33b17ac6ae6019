import { WireError } from '@parley/contract/errors.ts';
import type { HandOffTarget } from '@parley/dialogue/flow/runner/parts.ts';
import { type OutboundRules, outboundTarget } from '../outbound-targets.ts';
import type { DialTarget } from '../phone-desk.ts';

/** A telephone that callers are put through to. */
export type TelephoneTarget = Exclude<HandOffTarget, { readonly kind: 'inbox' }>;

/** As it is dialled: without what people write between the digits. */
export function toDialTarget(to: TelephoneTarget): DialTarget {
  if (to.kind === 'sip') return { kind: 'sip', address: to.address.trim() };
  return { kind: 'number', number: to.number.replaceAll(/[\s().-]/g, '') };
}

/** An extension of one's own house; longer ones may cost money. */
const extension = /^[\d*#]{1,6}$/;

/**
 * Whether the server's rules for calls from here let it be called.
 * @throws WireError `number_not_allowed`
 */
export async function checkTransferTarget(target: DialTarget, rules: OutboundRules): Promise<void> {
  if (target.kind === 'sip') await outboundTarget(target.address, rules);
  else if (target.number.startsWith('+')) await outboundTarget(target.number, rules);
  else if (rules.prefixes.length > 0 && !extension.test(target.number)) {
    throw new WireError('number_not_allowed', {
      to: `Write it as an international number: ${rules.prefixes.join(', ')}.`,
    });
  }
}
