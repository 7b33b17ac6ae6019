import { StartError } from '../start-errors.ts';
import type { DataFolder } from '../storage/data-folder.ts';
import type { Database } from '../storage/database.ts';
import { createDataKeyStore } from './data-key-store.ts';
import { type KeyRing, openKeyRing } from './key-ring.ts';
import { createLocalMasterKey, type MasterKey, parseMasterKey } from './master-key.ts';
import type { PrivacySettings } from './privacy-settings.ts';
import { createVaultMasterKey, VaultError } from './vault-master-key.ts';

/**
 * The keys of what is sealed, by configuration.
 * @throws StartError `config_invalid` when the master key is not the one that wrapped them, or Vault does not let us
 */
export async function openKeys(
  database: Database,
  { masterKey, previousMasterKey }: Pick<PrivacySettings, 'masterKey' | 'previousMasterKey'> & Partial<PrivacySettings>,
  folder: Pick<DataFolder, 'secret'>,
): Promise<KeyRing> {
  // The folder's own always unwraps what it wrapped: whoever sets a master key later needs to do nothing about it at first.
  const own = createLocalMasterKey(folderKey(await folder.secret('master-key')));
  const others = [...(previousMasterKey === undefined ? [] : [createLocalMasterKey(previousMasterKey)]), own];
  try {
    return await openKeyRing(createDataKeyStore(database), [wrapper(masterKey, own), ...others]);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    throw new StartError('config_invalid', `The master key cannot be used. ${error.message}`, { cause: error });
  }
}

function wrapper(masterKey: PrivacySettings['masterKey'], own: MasterKey): MasterKey {
  switch (masterKey.kind) {
    case 'vault':
      return createVaultMasterKey(masterKey.vault);
    case 'given':
      return createLocalMasterKey(masterKey.key);
    case 'data_folder':
      return own;
  }
}

/** @throws StartError `data_folder_broken` */
function folderKey(secret: string): Buffer {
  const key = parseMasterKey(secret);
  if (key !== undefined) return key;
  throw new StartError(
    'data_folder_broken',
    'secrets/master-key in the data folder is damaged. Restore it from a backup: without it, what is sealed cannot be read.',
  );
}
