import { randomBytes } from 'node:crypto';
import type { DataKeyStore, StoredDataKey } from '../privacy/data-key-store.ts';
import { createEnvelopeSealer } from '../privacy/envelope-sealer.ts';
import { openKeyRing } from '../privacy/key-ring.ts';
import { createLocalMasterKey } from '../privacy/master-key.ts';
import type { Sealer } from '../privacy/sealer.ts';

/** The server's sealer with keys of its own, kept in memory: for tests of what seals. */
export async function createTestSealer(): Promise<Sealer> {
  const keys = await openKeyRing(createMemoryKeyStore(), [createLocalMasterKey(randomBytes(32))]);
  return createEnvelopeSealer(keys, () => {});
}

function createMemoryKeyStore(): DataKeyStore {
  const stored: StoredDataKey[] = [];
  const inService = () => stored.find(({ retiredAt }) => retiredAt === undefined);
  return {
    find: async (id) => stored.find((key) => key.id === id),
    inService: async () => inService(),
    all: async () => stored,
    putFirst: async (key) => {
      const first = inService() ?? { ...key, createdAt: new Date(), retiredAt: undefined };
      if (!stored.includes(first)) stored.push(first);
      return first;
    },
    replace: async (key) => {
      const at = stored.findIndex(({ retiredAt }) => retiredAt === undefined);
      const [old] = stored.splice(at, 1, { ...key, createdAt: new Date(), retiredAt: undefined });
      if (old !== undefined) stored.push({ ...old, retiredAt: new Date() });
    },
    rewrapped: async () => {},
  };
}
