import { parseArgs } from 'node:util';
import { check } from './check.ts';
import { createFolder } from './create-folder.ts';
import { talk } from './talk.ts';
import type { Terminal } from './terminal.ts';
import { walk } from './walk.ts';

const usage = `Make and try agents that are folders of flows: see docs/flows.md.

  npm run agent -- new FOLDER      a small working agent to start from
  npm run agent -- check FOLDER    what is wrong with it, by file and line
  npm run agent -- talk FOLDER     talk to it in text; an empty line is silence, Ctrl-D hangs up
  npm run agent -- walk FOLDER     random callers who change their minds

  --language LANGUAGE   talk, walk: one of the agent's languages (default: its first)
  --calls N             walk: how many callers (default 500)
  --seed N              walk: of the first caller (default 1)
  --help

Exit code: 0 all is well, 1 something is wrong with the agent, 2 the command line is.
`;

/** @returns the exit code */
export async function runAgentCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    terminal.fail(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  const { command, folder, help, language, calls, seed } = options;
  if (help) {
    terminal.write(usage);
    return 0;
  }
  if (folder === undefined) {
    terminal.fail(usage);
    return 2;
  }
  try {
    switch (command) {
      case 'new':
        return await createFolder(folder, terminal);
      case 'check':
        return await check(folder, terminal);
      case 'talk':
        return await talk(folder, language, terminal);
      case 'walk':
        return await walk(folder, { language, calls, seed }, terminal);
      default:
        terminal.fail(`There is no command "${command}".\n\n${usage}`);
        return 2;
    }
  } catch (error) {
    terminal.fail(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function readOptions(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      language: { type: 'string' },
      calls: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  const [command, folder, ...rest] = positionals;
  if (rest.length > 0) throw new Error(`One folder at a time: ${rest.join(', ')} is too much.`);
  const { help = false, language } = values;
  const calls = wholeNumber('calls', values.calls, 500);
  return { command, folder, help, language, calls, seed: wholeNumber('seed', values.seed, 1) };
}

function wholeNumber(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name} takes a whole number.`);
  return Number(value);
}
