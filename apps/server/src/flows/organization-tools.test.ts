import { expect, test } from 'vitest';
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

const toolsOver = (stored: readonly StoredIntegration[]) =>
  createOrganizationTools({
    integrations: { all: async () => stored },
    allowPrivateAddresses: false,
    onCall: () => {},
    onError: (error) => {
      throw error;
    },
  });

test('tools that made room for other organizations and were opened again are not taken for those that were closed', async () => {
  const tools = toolsOver([crm]);
  const first = await tools.get('ours');
  expect((await tools.get('ours')).revision).toBe(first.revision);
  for (let n = 0; n < 200; n += 1) await tools.get(`other ${n}`);
  const again = await tools.get('ours');
  expect(again.tools[0]).not.toBe(first.tools[0]);
  // An agent made with the first ones would talk to connections that are closed.
  expect(again.revision).not.toBe(first.revision);
  await tools.close();
});

test('one that this version cannot read takes the others with it nowhere', async () => {
  const tools = toolsOver([{ ...crm, name: 'old', mappings: { operations: 'as they once were' } }, crm]);
  expect(await tools.names('ours')).toEqual(['crm_open_hours']);
  await tools.close();
});
