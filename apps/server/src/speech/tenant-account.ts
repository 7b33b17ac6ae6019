import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { WireError } from '@parley/contract/errors.ts';
import { AddressRefusedError, guardLookup, literalAddress } from '@parley/integrations/http/address-guard.ts';
import { addressGuardOf, type ConnectionGuard } from '@parley/integrations/http/connection-guard.ts';
import type { Provider } from '@parley/speech/provider/provider.ts';
import { z } from 'zod';
import type { EnteredAccount } from './provider-accounts-repository.ts';

/** What is known of an account's fields from its provider's schema. */
export interface AccountFields {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly secrets: ReadonlySet<string>;
  /** The provider is reached without: it is on this machine. */
  readonly isEmpty: boolean;
}

export function accountFields({ account }: Pick<Provider, 'account'>): AccountFields {
  const schema = schemaSchema.parse(z.toJSONSchema(account, { io: 'input', unrepresentable: 'any' }));
  const objects = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const fields = objects.flatMap(({ properties }) => Object.entries(properties ?? {}));
  return {
    schema,
    secrets: new Set(fields.flatMap(([name, { isSecret }]) => (isSecret === true ? [name] : []))),
    isEmpty: fields.length === 0,
  };
}

const propertiesSchema = z.record(z.string(), z.looseObject({ isSecret: z.boolean().optional() })).optional();
const objectSchema = z.looseObject({ properties: propertiesSchema });
const schemaSchema = objectSchema.extend({
  anyOf: z.array(objectSchema).optional(),
  oneOf: z.array(objectSchema).optional(),
  allOf: z.array(objectSchema).optional(),
});

/** What people recognise the key by. Of a short one nothing is shown: four characters would be much of it. */
export function hintOf(account: EnteredAccount, { secrets }: AccountFields): string {
  const key = [...secrets].map((name) => account[name]).find((value) => typeof value === 'string');
  return typeof key === 'string' && key.length >= leastHintedLength ? `…${key.slice(-4)}` : '';
}
const leastHintedLength = 16;

/** What may be shown of the account. */
export function shownValues(account: EnteredAccount, { secrets }: AccountFields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(account).flatMap(([name, value]) => (secrets.has(name) ? [] : [[name, String(value)]])),
  );
}

/**
 * Refuses an account through which a tenant would reach what only the server may: addresses that are not public, ports that nobody
 * should knock at, names that would become addresses. What passes is still connected to by `tenantLookup` alone.
 *
 * @throws WireError `account_invalid`, `address_refused`
 */
export async function checkTenantAccount(
  provider: Pick<Provider, 'title' | 'account' | 'connectsByLookup'>,
  account: EnteredAccount,
  guard: ConnectionGuard,
): Promise<void> {
  const parsed = provider.account.safeParse(account);
  if (!parsed.success) throw new WireError('account_invalid', z.treeifyError(parsed.error));
  const { secrets } = accountFields(provider);
  for (const [name, value] of Object.entries(account)) {
    if (secrets.has(name) || typeof value !== 'string') continue;
    if (isAddress(name, value)) {
      if (provider.connectsByLookup !== true) {
        throw new WireError('address_refused', {
          [name]: `An address of ${provider.title} can be set by whoever runs the server only.`,
        });
      }
      await checkAddress(name, value, guard);
    } else if (!namePattern.test(value)) {
      // It may become part of an address: nothing in it may end the host's name.
      throw new WireError('account_invalid', { [name]: 'Letters, digits, dots, hyphens and underscores.' });
    }
  }
}

const namePattern = /^[\w.-]{1,200}$/;

function isAddress(name: string, value: string): boolean {
  return /url|uri|host|endpoint|address|server/i.test(name) || value.includes('://');
}

/** Whoever enters it is waiting. */
const lookupTimeoutMs = 5000;

async function checkAddress(name: string, value: string, guard: ConnectionGuard): Promise<void> {
  const refuse = (why: string) => new WireError('address_refused', { [name]: why });
  const url = URL.parse(value.includes('://') ? value : `https://${value}`);
  if (url === null || !ports.has(url.protocol)) throw refuse('This is no address that begins with https:// or wss://.');
  if (url.username !== '' || url.password !== '') throw refuse('Passwords do not belong into addresses.');
  if (/^(http|ws):$/.test(url.protocol) && !guard.mayUseClearText(url.hostname)) {
    throw refuse('The key would go there in the clear: begin with https:// or wss://.');
  }
  const port = url.port === '' ? (ports.get(url.protocol) ?? 443) : Number(url.port);
  if (!guard.mayUsePort(url.hostname, port, 'http')) throw refuse(`Port ${port} may not be connected to.`);
  const literal = literalAddress(url.hostname);
  if (literal !== undefined) {
    if (guard.mayReach(url.hostname, literal)) return;
    throw refuse('The address is not public.');
  }
  const found = await resolve(url.hostname, tenantLookup(guard));
  if (found === 'refused') throw refuse('The name stands for an address that is not public.');
  if (found === 'unknown') throw refuse('The name is not known.');
}

const ports: ReadonlyMap<string, number> = new Map([
  ['https:', 443],
  ['wss:', 443],
  ['http:', 80],
  ['ws:', 80],
]);

/** How names of tenants' accounts become addresses, at each connection anew: what changes after the check gains nothing. */
export function tenantLookup(guard: ConnectionGuard, lookup: LookupFunction = systemLookup): LookupFunction {
  return (hostname, options, callback) =>
    guardLookup(addressGuardOf(guard, hostname), lookup)(hostname, options, callback);
}

async function resolve(hostname: string, lookup: LookupFunction): Promise<'public' | 'refused' | 'unknown'> {
  const { promise, resolve: tell } = Promise.withResolvers<'public' | 'refused' | 'unknown'>();
  const late = setTimeout(() => tell('unknown'), lookupTimeoutMs);
  lookup(hostname, { all: true }, (error) => {
    if (error === null) return tell('public');
    tell(error instanceof AddressRefusedError ? 'refused' : 'unknown');
  });
  try {
    return await promise;
  } finally {
    clearTimeout(late);
  }
}
