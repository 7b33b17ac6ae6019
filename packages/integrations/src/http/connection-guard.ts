import { type AddressGuard, type AllowedPrivate, createAddressGuard } from './address-guard.ts';

/** What integrations may connect to, as whoever runs them decides. */
export interface ConnectionGuard {
  /** Whether the address may be connected to when it is what the host stands for. A literal address stands for itself. */
  mayReach(hostname: string, address: string): boolean;
  /** Whether this port of the host may be connected to. */
  mayUsePort(hostname: string, port: number, protocol: 'http' | 'postgres'): boolean;
  /** Whether keys may be sent to the host without TLS. */
  mayUseClearText(hostname: string): boolean;
}

/** Of a definition that its own maker answers for: the addresses that it lists, on any port. */
export function createOwnGuard(allowed: AllowedPrivate): ConnectionGuard {
  const guard = createAddressGuard(allowed);
  return { mayReach: (_hostname, address) => guard(address), mayUsePort: () => true, mayUseClearText: () => true };
}

/** The guard of one host, as a look-up of its name needs it. */
export function addressGuardOf(guard: ConnectionGuard, hostname: string): AddressGuard {
  return (address) => guard.mayReach(hostname, address);
}
