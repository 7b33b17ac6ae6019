import type { DataFolder } from '../storage/data-folder.ts';
import type { Database } from '../storage/database.ts';
import { createDataKeyStore } from './data-key-store.ts';
import { openKeys } from './open-keys.ts';
import type { PrivacySettings } from './privacy-settings.ts';
import { rewrapValues } from './rewrap.ts';
import { sealedColumns } from './sealed-columns.ts';
import { createSealedValuesRepository } from './sealed-values-repository.ts';

export interface KeysCommandParts {
  readonly database: Database;
  readonly folder: Pick<DataFolder, 'secret'>;
  readonly settings: PrivacySettings;
}

const usage = `npm run keys -- status   which keys there are and what each seals
npm run keys -- rotate   put a new data key in service; servers seal with it within half a minute
npm run keys -- rewrap   bring all that is stored under the master key and the data key in service
                         (may be stopped and run again; servers may run meanwhile)`;

/** @returns the exit code: 0, 1 when something is left to be re-wrapped, 2 for a command that does not exist */
export async function keysCommand(
  args: readonly string[],
  parts: KeysCommandParts,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const [command, ...more] = args;
  if (more.length > 0 || command === undefined || !['status', 'rotate', 'rewrap'].includes(command)) {
    print(usage);
    return 2;
  }
  const keys = await openKeys(parts.database, parts.settings, parts.folder);
  const values = createSealedValuesRepository(parts.database);
  if (command === 'rotate') {
    const { id } = await keys.rotate();
    print(`Data key ${id} is in service. Run: npm run keys -- rewrap (in half a minute, when all servers know it)`);
    return 0;
  }
  if (command === 'rewrap') {
    const count = await keys.rewrapKeys();
    if (count > 0) print(`${count} data key(s) are now wrapped by master key ${keys.masterKeyId}.`);
    const { rewrapped, left } = await rewrapValues(keys, values, signal);
    print(`${rewrapped} value(s) were brought under data key ${(await keys.current()).id}.`);
    if (left > 0) print(`${left} value(s) were written or held meanwhile. Run it again.`);
    return left > 0 ? 1 : 0;
  }
  const counts = new Map<string, number>();
  for (const column of sealedColumns) {
    for (const [id, count] of await values.countByKey(column)) counts.set(id, (counts.get(id) ?? 0) + count);
  }
  print(`Master key ${keys.masterKeyId}`);
  for (const { id, masterKeyId, createdAt, retiredAt } of await createDataKeyStore(parts.database).all()) {
    const state = retiredAt === undefined ? 'in service' : `retired ${retiredAt.toISOString().slice(0, 10)}`;
    const other = masterKeyId === keys.masterKeyId ? '' : `, wrapped by ${masterKeyId}: run rewrap`;
    print(`  ${id}  made ${createdAt.toISOString().slice(0, 10)}, ${state}, seals ${counts.get(id) ?? 0}${other}`);
  }
  return 0;
}
