import { WireError } from '@parley/contract/errors.ts';
import { withEnvFile } from '../config/env-file.ts';
import { readConfig } from '../config.ts';
import { StartError } from '../start-errors.ts';
import { openToolStorage } from '../storage/open-tool-database.ts';
import { privacyCommand } from './privacy-command.ts';

// npm run privacy -- export|erase --person …
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('Stopped. Run it again to do the rest.')));
const print = (line: string) => process.stdout.write(`${line}\n`);
try {
  const storage = await openToolStorage(
    readConfig(withEnvFile(process.env)),
    (line) => process.stderr.write(`${line}\n`),
    stop.signal,
  );
  try {
    process.exitCode = await privacyCommand(process.argv.slice(2), storage.database, print, stop.signal);
  } finally {
    await storage.close();
  }
} catch (error) {
  const isKnown = error instanceof StartError || error instanceof WireError || stop.signal.aborted;
  const text = error instanceof Error ? (isKnown ? error.message : error.stack) : String(error);
  const details = error instanceof WireError && error.details !== undefined ? ` ${JSON.stringify(error.details)}` : '';
  process.stderr.write(`${text}${details}\n`);
  process.exitCode = 1;
}
