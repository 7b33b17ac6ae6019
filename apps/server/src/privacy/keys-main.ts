import { withEnvFile } from '../config/env-file.ts';
import { readConfig } from '../config.ts';
import { StartError } from '../start-errors.ts';
import { openToolStorage } from '../storage/open-tool-database.ts';
import { keysCommand } from './keys-command.ts';
import { VaultError } from './vault-master-key.ts';

// npm run keys -- status|rotate|rewrap
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('Stopped. Run it again to do the rest.')));
const print = (line: string) => process.stdout.write(`${line}\n`);
try {
  const config = readConfig(withEnvFile(process.env));
  const storage = await openToolStorage(config, print, stop.signal);
  try {
    process.exitCode = await keysCommand(
      process.argv.slice(2),
      { ...storage, settings: config.privacy },
      print,
      stop.signal,
    );
  } finally {
    await storage.close();
  }
} catch (error) {
  const isKnown = error instanceof StartError || error instanceof VaultError || stop.signal.aborted;
  const text = error instanceof Error ? (isKnown ? error.message : error.stack) : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
