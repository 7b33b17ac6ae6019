import { withEnvFile } from '../config/env-file.ts';
import { verifyCommand } from './verify-command.ts';

/** `npm run verify`: see its usage. */
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('Stopped.')));
process.exitCode = await verifyCommand(
  process.argv.slice(2),
  { write: (text) => void process.stdout.write(`${text}\n`), env: withEnvFile(process.env) },
  stop.signal,
);
