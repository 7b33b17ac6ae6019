import { runAgentCommand } from './agent-command.ts';

process.exitCode = await runAgentCommand(process.argv.slice(2), {
  input: process.stdin,
  write: (text) => void process.stdout.write(text),
  fail: (text) => void process.stderr.write(text),
});
