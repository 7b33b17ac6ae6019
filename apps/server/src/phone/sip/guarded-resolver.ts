import { createSystemResolver, type NameResolver } from '@parley/channels/sip/location/resolver.ts';
import type { OutgoingHosts } from '../../edge/outgoing-hosts.ts';

/**
 * What names lead to, without the addresses that tenants' calls may not reach: whoever owns a name may let it lead anywhere at any
 * time, so that looking once, when a call is asked for, is not enough.
 * @param own hosts that whoever runs the server chose: they may be anywhere
 */
export function guardResolver(
  hosts: Pick<OutgoingHosts, 'guardOf'>,
  own: readonly string[],
  resolver: NameResolver = createSystemResolver(),
): NameResolver {
  const chosen = new Set(own.map((host) => host.toLowerCase()));
  return {
    addresses: async (host, signal) => {
      const found = await resolver.addresses(host, signal);
      return chosen.has(host.toLowerCase()) ? found : found.filter(hosts.guardOf(host));
    },
    services: (name, signal) => resolver.services(name, signal),
  };
}
