import { fileURLToPath } from 'node:url';
import { StartError } from '../start-errors.ts';
import { configCommand } from './config-command.ts';

/** `npm run config`: see its usage. */
try {
  process.exitCode = configCommand(process.argv.slice(2), {
    write: (line) => void process.stdout.write(`${line}\n`),
    env: process.env,
    folder: fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, ''),
  });
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
