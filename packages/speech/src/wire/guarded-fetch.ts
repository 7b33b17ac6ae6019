import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { z } from 'zod';

/**
 * To one host at once, for all tenants of the server: what is beyond waits, and a caller with it. How much of an account is used is for
 * the limits of accounts to say; this one keeps a fault of ours from taking all of the machine's sockets.
 */
const maxConnections = 2000;
/** DNS, TCP and TLS to another continent take 300–600 ms. */
const connectTimeoutMs = 4000;

/** One a look-up: connections are kept for what is asked next. A server has one look-up for all tenants. */
const dispatchers = new WeakMap<LookupFunction, Dispatcher>();

/** As `fetch` takes it: the types of Node's own copy of undici are others than those of the package, of the same version even. */
type Dispatcher = NonNullable<RequestInit['dispatcher']>;
const dispatcherSchema = z.custom<Dispatcher>((value) => value instanceof Agent);

/** What connects by the look-up alone. Connections that nobody uses end by themselves within seconds. */
export function dispatcherOf(lookup: LookupFunction): Dispatcher {
  const known = dispatchers.get(lookup);
  if (known !== undefined) return known;
  const agent = new Agent({ connections: maxConnections, connect: { lookup, timeout: connectTimeoutMs } });
  const made = dispatcherSchema.parse(agent);
  dispatchers.set(lookup, made);
  return made;
}

/**
 * `fetch` for libraries that take one, such as the AI SDK: connects by the look-up, and goes nowhere else than it was sent. A redirect
 * to a literal address would be connected to without a look-up, and one to anybody else would take keys along that stand in headers of a
 * vendor's own.
 */
export function fetchBy(lookup: LookupFunction | undefined): typeof fetch {
  if (lookup === undefined) return (input, init) => fetch(input, { ...init, redirect: 'error' });
  return (input, init) => fetch(input, { ...init, redirect: 'error', dispatcher: dispatcherOf(lookup) });
}
