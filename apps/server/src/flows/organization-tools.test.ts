import { sendJson, startApiServer, testContext } from '@parley/integrations/testing/api-server.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createConnectionGuard } from '../edge/outgoing-hosts.ts';
import type { StoredIntegration } from './integrations-repository.ts';
import { createOrganizationTools } from './organization-tools.ts';

const crm: StoredIntegration = {
  integrationId: 'crm-1',
  name: 'crm',
  type: 'rest',
  baseUrl: 'https://crm.example',
  auth: { type: 'none' },
  mappings: { operations: [{ name: 'open_hours', description: 'When we are open', method: 'GET', path: '/hours' }] },
  timeoutMs: 5000,
  ratePerMinute: 600,
  credentials: {},
  version: 1,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

const toolsOver = (
  stored: readonly StoredIntegration[],
  allowed: readonly string[] = [],
  ports: readonly number[] = [443],
) =>
  createOrganizationTools({
    integrations: { all: async () => stored },
    guard: createConnectionGuard(allowed, ports),
    onCall: () => {},
    onError: (error) => {
      throw error;
    },
  });

test('tools that made room for other organizations and were opened again are not taken for those that were before', async () => {
  const tools = toolsOver([crm]);
  const first = await tools.get('ours');
  expect((await tools.get('ours')).revision).toBe(first.revision);
  for (let n = 0; n < 200; n += 1) await tools.get(`other ${n}`);
  const again = await tools.get('ours');
  expect(again.tools[0]).not.toBe(first.tools[0]);
  // Conversations from now on share one limit of rate: none of them goes on with the first ones.
  expect(again.revision).not.toBe(first.revision);
  await tools.close();
});

test('one that this version cannot read takes the others with it nowhere', async () => {
  const tools = toolsOver([{ ...crm, name: 'old', mappings: { operations: 'as they once were' } }, crm]);
  expect(await tools.names('ours')).toEqual(['crm_open_hours']);
  await tools.close();
});

describe('what integrations of organizations reach', () => {
  let server: Awaited<ReturnType<typeof startApiServer>>;
  beforeAll(async () => {
    server = await startApiServer((_request, response) => sendJson(response, { open: true }));
  });
  afterAll(() => server.close());

  test('is still reached by a call that has lasted longer than anybody thought when its integration is changed', async () => {
    const baseUrl = `http://localhost:${server.port}`;
    const mappings = { ...crm.mappings, allowPrivateAddresses: true };
    const stored = [{ ...crm, baseUrl, mappings }];
    const tools = toolsOver(stored, ['localhost']);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const before = await tools.get('ours');
      stored.splice(0, 1, { ...crm, baseUrl, mappings, version: 2 });
      tools.forget('ours');
      expect((await tools.get('ours')).revision).not.toBe(before.revision);
      await vi.advanceTimersByTimeAsync(3 * 60 * 60_000);
      vi.useRealTimers();
      expect(await before.tools[0]?.run({}, testContext())).toEqual({ open: true });
    } finally {
      vi.useRealTimers();
      await tools.close();
    }
  });

  async function use(host: string, allowed: readonly string[], ports: readonly number[]): Promise<unknown> {
    const baseUrl = `http://${host}:${server.port}`;
    const tools = toolsOver(
      [{ ...crm, baseUrl, mappings: { ...crm.mappings, allowPrivateAddresses: true } }],
      allowed,
      ports,
    );
    try {
      const [tool] = (await tools.get('ours')).tools;
      if (tool === undefined) throw new Error('No tool.');
      return await tool.run({}, testContext());
    } finally {
      await tools.close();
    }
  }

  test('is a host that is listed by name or address, on any port', async () => {
    expect(await use('localhost', ['localhost'], [443])).toEqual({ open: true });
    expect(await use('127.0.0.1', ['127.0.0.1'], [443])).toEqual({ open: true });
  });

  test('is of a listed network what stands in the list of ports', async () => {
    const network = ['127.0.0.0/8', '::1'];
    expect(await use('localhost', network, [443, server.port])).toEqual({ open: true });
    await expect(use('localhost', network, [443])).rejects.toMatchObject({
      code: 'address_refused',
      message: expect.stringContaining(`Port ${server.port} of localhost`),
    });
  });

  test('is no other address of this machine, whatever the organization says and the port is', async () => {
    const before = server.seen.length;
    await expect(use('127.0.0.1', ['localhost'], [server.port])).rejects.toMatchObject({ code: 'address_refused' });
    await expect(use('localhost', ['crm.internal'], [server.port])).rejects.toMatchObject({ code: 'address_refused' });
    expect(server.seen).toHaveLength(before);
  });
});
