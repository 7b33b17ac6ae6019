import { randomBytes } from 'node:crypto';
import { createDataKeyStore } from '../privacy/data-key-store.ts';
import { createEnvelopeSealer } from '../privacy/envelope-sealer.ts';
import { openKeyRing } from '../privacy/key-ring.ts';
import { createLocalMasterKey } from '../privacy/master-key.ts';
import type { Sealer } from '../privacy/sealer.ts';
import type { Database } from '../storage/database.ts';

/** The server's own sealer over a database of a test, under a master key of its own. */
export async function createTestSealer(database: Database): Promise<Sealer> {
  const keys = await openKeyRing(createDataKeyStore(database), [createLocalMasterKey(randomBytes(32))]);
  return createEnvelopeSealer(keys, () => {});
}
