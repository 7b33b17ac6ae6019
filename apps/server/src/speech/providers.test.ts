import type { ParleyClient } from '@parley/client/create-client.ts';
import { contextOf } from '@parley/speech/provider/guarded-account.ts';
import type { Provider } from '@parley/speech/provider/provider.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createConnectionGuard } from '../edge/outgoing-hosts.ts';
import { type ApiServer, startApiServer } from '../testing/api-server.ts';
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createTestSealer } from '../testing/sealer.ts';
import { createOrganizationAccounts, type OrganizationAccounts } from './organization-accounts.ts';
import { createProviderAccountsRepository } from './provider-accounts-repository.ts';
import { providerRoutes } from './provider-routes.ts';
import { tenantLookup } from './tenant-account.ts';

const ours = crypto.randomUUID();
const theirs = crypto.randomUUID();

/** A vendor of the usual kind: a key, and an address for those who run its server themselves. */
const vendor: Provider = {
  name: 'vendor',
  title: 'Vendor',
  settings: {},
  account: z.strictObject({
    apiKey: z.string().min(1).meta({ isSecret: true }),
    baseUrl: z.url().optional(),
    region: z.string().optional(),
  }),
  accountOf: () => undefined,
  recognizers: {},
  synthesizers: {},
  languageModels: {},
  connectsByLookup: true,
};
/** One whose engines connect by themselves. */
const stubborn: Provider = { ...vendor, name: 'stubborn', title: 'Stubborn', connectsByLookup: false };
const local: Provider = { ...vendor, name: 'local', title: 'Here', account: z.strictObject({}), accountOf: () => ({}) };

/** A folder of the server, which tenants may not name. */
const folder: Provider = { ...local, name: 'folder', title: 'A folder', accountOf: () => undefined };

const guard = createConnectionGuard(['203.0.114.8', '10.9.0.0/16'], [80, 443, 8443]);
const server = { stubborn: { apiKey: 'the key of the server' } };

let stored: TestDatabase;
let api: ApiServer;
let accounts: OrganizationAccounts;
let we: ParleyClient;

beforeAll(async () => {
  stored = await openTestDatabase('embedded');
  for (const id of [ours, theirs]) {
    await stored.pool.query('insert into organizations (organization_id, name) values ($1, $2)', [id, 'A shop']);
  }
  const sealer = await createTestSealer(stored.database);
  const repository = createProviderAccountsRepository(stored.database, sealer);
  accounts = createOrganizationAccounts({ repository, server, lookup: tenantLookup(guard), onError: () => {} });
  const routes = providerRoutes({ providers: [vendor, stubborn, local, folder], repository, accounts, server, guard });
  api = await startApiServer(routes, { database: stored.database, sealer });
  we = api.as(ours);
});
afterAll(async () => {
  await api?.close();
  await stored?.close();
});

const put = (provider: string, account: Record<string, string>, label = '') =>
  we.putProviderAccount({ provider, body: { account, label } });
const shown = async (client: ParleyClient, name: string) =>
  (await client.listProviders()).providers.find(({ provider }) => provider === name)?.account;

describe("an organization's own account", () => {
  it("is used in place of the server's by that organization alone, and its key is never shown or stored in the clear", async () => {
    const key = 'sk-very-secret-0123456789';
    expect(await shown(we, 'stubborn')).toMatchObject({ source: 'server', hint: null });
    const set = await put('stubborn', { apiKey: key, region: 'eu-west' }, 'Marketing');
    expect(set).toMatchObject({
      source: 'organization',
      label: 'Marketing',
      hint: '…6789',
      values: { region: 'eu-west' },
    });
    expect(JSON.stringify([set, await we.listProviders()])).not.toContain('very-secret');
    expect(await accounts.of(ours)).toMatchObject({ stubborn: { apiKey: key } });
    expect(await accounts.of(theirs)).toEqual(server);
    expect(await shown(api.as(theirs), 'stubborn')).toMatchObject({ source: 'server' });
    const { rows } = await stored.pool.query(
      `select to_jsonb(a)::text as text from provider_accounts a
       union all select to_jsonb(l)::text from audit_logs l where resource_type = 'provider_account'`,
    );
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain('very-secret');

    await we.deleteProviderAccount({ provider: 'stubborn' });
    expect(await accounts.of(ours)).toEqual(server);
    await expect(we.deleteProviderAccount({ provider: 'stubborn' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is one and the same object until it is changed, so that its connections are kept', async () => {
    await put('vendor', { apiKey: 'first' });
    const before = (await accounts.of(ours)).vendor;
    expect((await accounts.of(ours)).vendor).toBe(before);
    await put('vendor', { apiKey: 'second' });
    expect((await accounts.of(ours)).vendor).toEqual({ apiKey: 'second' });
  });

  it('connects only by the look-up that refuses what is not public', async () => {
    await put('vendor', { apiKey: 'key' });
    const context = { clock: { nowMs: () => 0, epochMs: () => 0, wakeAt: () => () => {}, everyFrame: () => () => {} } };
    const { lookup } = contextOf((await accounts.of(ours)).vendor, { ...context, onError: () => {} });
    const found = await new Promise((resolve) =>
      lookup?.('localhost', { all: true }, (error) => resolve(error?.name ?? 'connected')),
    );
    expect(found).toBe('AddressRefusedError');
    expect(contextOf(server.stubborn, { ...context, onError: () => {} }).lookup).toBeUndefined();
  });

  it.each([
    ['an address of this machine', 'vendor', { baseUrl: 'https://127.0.0.1/v1' }, 'address_refused'],
    ['an address in another spelling', 'vendor', { baseUrl: 'https://[::ffff:7f00:1]/v1' }, 'address_refused'],
    ['where machines keep their credentials', 'vendor', { baseUrl: 'http://169.254.169.254:443/' }, 'address_refused'],
    ['a name of this machine', 'vendor', { baseUrl: 'https://localhost/v1' }, 'address_refused'],
    ['a port that nobody should knock at', 'vendor', { baseUrl: 'https://203.0.114.7:22/' }, 'address_refused'],
    [
      'an address that the key would go to in the clear',
      'vendor',
      { baseUrl: 'http://203.0.114.7/v1' },
      'address_refused',
    ],
    ['the same of a socket', 'vendor', { baseUrl: 'ws://203.0.114.7/v1' }, 'address_refused'],
    ['another kind of address', 'vendor', { baseUrl: 'file:///etc/passwd' }, 'address_refused'],
    ['a password in an address', 'vendor', { baseUrl: 'https://me:secret@203.0.114.7/' }, 'address_refused'],
    ['a name that ends the host of an address', 'vendor', { region: '10.0.0.1/' }, 'account_invalid'],
    [
      'an address where the engines connect by themselves',
      'stubborn',
      { baseUrl: 'https://203.0.114.7' },
      'address_refused',
    ],
    ['a field that there is not', 'vendor', { typo: 'x' }, 'account_invalid'],
    ['an account where none is needed', 'local', {}, 'account_not_needed'],
    ['an account with nobody', 'nobody', {}, 'not_found'],
  ])('is refused with %s', async (_what, provider, fields, code) => {
    await expect(put(provider, { apiKey: 'key', ...fields })).rejects.toMatchObject({ code });
  });

  it('is not needed for what is on this machine, unless whoever runs it must set something first', async () => {
    expect(await shown(we, 'local')).toMatchObject({ source: 'not_needed' });
    expect(await shown(we, 'folder')).toMatchObject({ source: 'none' });
    await expect(put('folder', { modelDir: '/etc' })).rejects.toMatchObject({ code: 'account_not_needed' });
  });

  it.each(['http://203.0.114.8:5000/v1', 'http://10.9.0.7/v1', 'ws://10.9.0.7:9000/'])(
    'may go in the clear to a host that whoever runs the server lists: %s',
    async (baseUrl) => {
      expect(await put('vendor', { apiKey: 'key', baseUrl })).toMatchObject({ values: { baseUrl } });
    },
  );

  it('may be at a public address', async () => {
    expect(await put('vendor', { apiKey: 'key', baseUrl: 'https://203.0.114.7/v1' })).toMatchObject({
      values: { baseUrl: 'https://203.0.114.7/v1' },
    });
  });
});
