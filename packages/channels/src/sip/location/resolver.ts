import { lookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';

/** What names lead to. Both give nothing, and never reject, where a name is not known. */
export interface NameResolver {
  /** Addresses of a host, IPv4 and IPv6. */
  addresses(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Services by DNS (RFC 2782): `_sip._udp.example.com`. */
  services(name: string, signal: AbortSignal): Promise<readonly Service[]>;
}

export interface Service {
  readonly name: string;
  readonly port: number;
  /** Lower first. */
  readonly priority: number;
  /** Among those of one priority: how often it should come first. */
  readonly weight: number;
}

/** The machine's own: hosts by its files and name servers, services by its name servers. */
export function createSystemResolver(): NameResolver {
  return {
    addresses: (host, signal) =>
      new Promise((resolve) => {
        // The look-up itself cannot be stopped; nobody waits for it any longer.
        signal.addEventListener('abort', () => resolve([]), { once: true });
        lookup(host, { all: true }, (error, found) =>
          resolve(error === null ? found.map(({ address }) => address) : []),
        );
      }),
    async services(name, signal) {
      const resolver = new Resolver({ timeout: 2_000, tries: 2 });
      const cancel = () => resolver.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        const found = await resolver.resolveSrv(name);
        // A single dot says that there is no such service here.
        return found.filter((service) => service.name !== '' && service.name !== '.');
      } catch {
        return [];
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}

/** RFC 2782: by priority; within one, at random by weight. */
export function orderServices(services: readonly Service[], random: () => number): readonly Service[] {
  const left = [...services].sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: Service[] = [];
  while (left.length > 0) {
    const priority = left[0]?.priority;
    const group = left.filter((service) => service.priority === priority);
    const total = group.reduce((sum, { weight }) => sum + weight, 0);
    let drawn = random() * total;
    const chosen = group.find(({ weight }) => {
      drawn -= weight;
      return drawn < 0;
    });
    const next = chosen ?? group[0];
    if (next === undefined) break;
    ordered.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return ordered;
}
