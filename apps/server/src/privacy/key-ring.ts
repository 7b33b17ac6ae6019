import { createHmac, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { StartError } from '../start-errors.ts';
import type { DataKeyStore, StoredDataKey } from './data-key-store.ts';
import type { MasterKey } from './master-key.ts';
import type { DataKey } from './sealed-text.ts';

export interface KeyRingOptions {
  /** How long a replica may go on sealing with a key that another one has replaced. */
  readonly refreshAfterMs: number;
}

export const keyRingDefaults: KeyRingOptions = {
  // Opening works with any key at any time; only what a rotation must re-wrap grows with this.
  refreshAfterMs: 30_000,
};

/** Data keys, unwrapped and kept in memory: there are as many as there were rotations. */
export interface KeyRing {
  /** Of the master key that wraps. */
  readonly masterKeyId: string;
  /** The one that seals. */
  current(): Promise<DataKey>;
  /** @throws Error when there is none of that id, or no master key at hand unwraps it */
  byId(id: string): Promise<DataKey>;
  /** Put a new one in service. */
  rotate(): Promise<DataKey>;
  /** 32 bytes for that purpose, the same at all replicas and whatever is rotated: for what they sign, and check for each other. */
  sharedSecret(purpose: string): Promise<Buffer>;
  /** Let the first master key wrap all data keys; how many it did not wrap before. */
  rewrapKeys(): Promise<number>;
}

/**
 * @param masterKeys the first wraps; each unwraps what it wrapped (the one before, until all is re-wrapped)
 * @throws StartError `config_invalid` when what is stored was wrapped by none of them
 */
export async function openKeyRing(
  store: DataKeyStore,
  masterKeys: readonly [MasterKey, ...MasterKey[]],
  options: KeyRingOptions = keyRingDefaults,
): Promise<KeyRing> {
  const [master] = masterKeys;
  const unwrapped = new Map<string, Promise<DataKey>>();
  let inService: DataKey;
  let askedAtMs: number;

  const unwrap = async ({ id, wrappedKey, masterKeyId }: StoredDataKey): Promise<DataKey> => {
    const wrapper = masterKeys.find((key) => key.id === masterKeyId);
    if (wrapper === undefined) throw new Error(`Data key ${id} was wrapped by master key ${masterKeyId}`);
    return { id, key: createSecretKey(await wrapper.unwrap(wrappedKey)) };
  };
  /** Asked once for each, also by many at once; what failed is asked again. */
  const remember = (id: string, load: () => Promise<DataKey>): Promise<DataKey> => {
    const known = unwrapped.get(id);
    if (known !== undefined) return known;
    const loading = load();
    unwrapped.set(id, loading);
    loading.catch(() => unwrapped.delete(id));
    return loading;
  };
  const keep = (stored: StoredDataKey) => remember(stored.id, () => unwrap(stored));
  const make = async () => {
    const bytes = randomBytes(dataKeyBytes);
    return { id: randomUUID(), wrappedKey: await master.wrap(bytes), masterKeyId: master.id };
  };

  const first = (await store.inService()) ?? (await store.putFirst(await make()));
  if (!masterKeys.some(({ id }) => id === first.masterKeyId)) {
    throw new StartError(
      'config_invalid',
      `What is stored was sealed under another master key (${first.masterKeyId}; this one is ${master.id}). Set PARLEY_MASTER_KEY (or VAULT_ADDR) to that one, or PARLEY_MASTER_KEY_PREVIOUS and run: npm run keys -- rewrap`,
    );
  }
  inService = await keep(first);
  askedAtMs = performance.now();

  let asking: Promise<void> | undefined;
  const refresh = async () => {
    const stored = await store.inService();
    if (stored !== undefined) inService = await keep(stored);
  };
  return {
    masterKeyId: master.id,
    current: async () => {
      if (performance.now() - askedAtMs < options.refreshAfterMs) return inService;
      askedAtMs = performance.now();
      // While the database is away, what is known goes on sealing.
      asking ??= refresh()
        .catch(() => {})
        .finally(() => {
          asking = undefined;
        });
      await asking;
      return inService;
    },
    byId: (id) =>
      remember(id, async () => {
        const stored = await store.find(id);
        if (stored === undefined) throw new Error(`There is no data key ${id}`);
        return unwrap(stored);
      }),
    rotate: async () => {
      const made = await make();
      await store.replace(made);
      inService = await keep({ ...made, createdAt: new Date(), retiredAt: undefined });
      askedAtMs = performance.now();
      return inService;
    },
    sharedSecret: async (purpose) => {
      // Data keys stay for what they sealed, so that the oldest is the one that every replica knows.
      const oldest = (await store.all()).at(-1);
      if (oldest === undefined) throw new Error('There is no data key');
      const { key } = await keep(oldest);
      return createHmac('sha256', key).update(`shared secret: ${purpose}`).digest();
    },
    rewrapKeys: async () => {
      let count = 0;
      for (const stored of await store.all()) {
        if (stored.masterKeyId === master.id) continue;
        const { key } = await keep(stored);
        await store.rewrapped({ id: stored.id, wrappedKey: await master.wrap(key.export()), masterKeyId: master.id });
        count += 1;
      }
      return count;
    },
  };
}

const dataKeyBytes = 32;
