import { help, readFakesCommand, UsageError } from './cli/fakes-command.ts';
import { describeRunning, runFakes } from './cli/run-fakes.ts';

// npm run fakes: runs until it is stopped; exit code 1 when they cannot be started, 2 for a wrong command line.
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());

try {
  const command = await readFakesCommand(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (command === 'help') process.stdout.write(help);
  else {
    const running = await runFakes(command);
    process.stdout.write(describeRunning(running.fakes));
    if (!stopped.signal.aborted) {
      await new Promise<void>((resolve) => stopped.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    await running.close();
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
