import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openBytes, sealBytes } from './aes-gcm.ts';
import { createVaultMasterKey, type VaultSettings } from './vault-master-key.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

const quick = { timeoutMs: 300, tries: 3, waitMs: 1 };
const dataKey = Buffer.alloc(32, 7);

/** Speaks the transit engine's documented JSON, and encrypts for real. */
async function startVault(
  token: string,
  before: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<{ address: string; requests: IncomingMessage[]; bodies: string[] }> {
  const key = Buffer.alloc(32, 1);
  const requests: IncomingMessage[] = [];
  const bodies: string[] = [];
  const server: Server = createServer(async (request, response) => {
    requests.push(request);
    const body = Buffer.concat(await request.toArray()).toString();
    bodies.push(body);
    if (before(request, response)) return;
    const answer = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value));
    if (request.headers['x-vault-token'] !== token) return answer(403, { errors: ['permission denied'] });
    const { plaintext, ciphertext } = z
      .object({ plaintext: z.base64().optional(), ciphertext: z.string().optional() })
      .parse(JSON.parse(body));
    if (request.url === '/v1/transit/encrypt/parley' && plaintext !== undefined) {
      const sealed = sealBytes(key, Buffer.from(plaintext, 'base64'), '');
      return answer(200, { data: { ciphertext: `vault:v1:${sealed.toString('base64')}`, key_version: 1 } });
    }
    if (request.url === '/v1/transit/decrypt/parley' && ciphertext !== undefined) {
      try {
        const plain = openBytes(key, Buffer.from(ciphertext.replace('vault:v1:', ''), 'base64'), '');
        return answer(200, { data: { plaintext: plain.toString('base64') } });
      } catch {
        return answer(400, { errors: ['cipher: message authentication failed'] });
      }
    }
    return answer(404, { errors: [] });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { address: `http://127.0.0.1:${address.port}`, requests, bodies };
}

const settings = (address: string, token: VaultSettings['token']): VaultSettings => ({
  address,
  transitKey: 'parley',
  mount: 'transit',
  namespace: undefined,
  token,
});

describe('a master key in Vault', () => {
  it('wraps and unwraps without ever leaving it', async () => {
    const vault = await startVault('t1');
    const key = createVaultMasterKey(settings(`${vault.address}/`, { kind: 'text', text: 't1' }), quick);
    const wrapped = await key.wrap(dataKey);
    expect(wrapped).toMatch(/^vault:v1:/);
    expect(await key.unwrap(wrapped)).toEqual(dataKey);
    expect(key.id).toBe('vault:transit/parley');
  });

  it('takes the token that its file holds now', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-vault-'));
    opened.push(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'token');
    await writeFile(path, 'old\n');
    const vault = await startVault('new');
    const key = createVaultMasterKey(settings(vault.address, { kind: 'file', path }), quick);
    await expect(key.wrap(dataKey)).rejects.toThrow(/403: permission denied.*VAULT_TRANSIT_KEY/);
    // A refusal is not asked again.
    expect(vault.requests).toHaveLength(1);
    await writeFile(path, 'new\n');
    expect(await key.unwrap(await key.wrap(dataKey))).toEqual(dataKey);
  });

  it('is asked again while it is sealed or changes its leader, and not for ever', async () => {
    let failures = 2;
    const vault = await startVault('t', (_request, response) => {
      failures -= 1;
      if (failures < 0) return false;
      response.writeHead(503).end(JSON.stringify({ errors: ['Vault is sealed'] }));
      return true;
    });
    const key = createVaultMasterKey(settings(vault.address, { kind: 'text', text: 't' }), quick);
    const wrapped = await key.wrap(dataKey);
    expect(vault.requests).toHaveLength(3);
    failures = 100;
    await expect(key.unwrap(wrapped)).rejects.toThrow(/503: Vault is sealed/);
    expect(vault.requests).toHaveLength(6);
  });

  it('does not hang on a Vault that says nothing, and tells where there is none', async () => {
    const silent = await startVault('t', () => true);
    const key = createVaultMasterKey(settings(silent.address, { kind: 'text', text: 't' }), { ...quick, tries: 1 });
    await expect(key.wrap(dataKey)).rejects.toThrow(/did not answer.*VAULT_ADDR/);
    const nobody = createVaultMasterKey(settings('http://127.0.0.1:1', { kind: 'text', text: 't' }), quick);
    await expect(nobody.wrap(dataKey)).rejects.toThrow(/did not answer.*VAULT_ADDR/);
  });
});
