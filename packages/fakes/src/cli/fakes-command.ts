import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { linesOf } from '@parley/speech/scripted/script.ts';
import type { FakeVendor } from '../fake-vendor.ts';
import { allFakes } from '../registry.ts';

/** What `npm run fakes` is to do. */
export interface FakesCommand {
  readonly fakes: readonly { readonly fake: FakeVendor; readonly port: number }[];
  /** What they hear, in order; undefined: what is said to them. */
  readonly script: readonly string[] | undefined;
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Those of the registry follow on one another from here, so that settings which were printed once stay good. */
const firstPort = 4100;

export const help = `npm run fakes -- [names] [options]

Starts servers on this machine that speak as the vendors of speech, language and telephone calls do, to try Parley without a key.

names                which of them: ${allFakes.map(({ name }) => name).join(', ')}. Left out: all.
--script <file>      they hear the lines of the file in order, one for each utterance, and speak in tones; # begins a comment.
                     Left out: they hear and speak English as the embedded parts do, with the receptionist's vocabulary.
--port <number>      of the first of them; the others follow. Left out: each has its own from ${firstPort} on, whichever others are
                     started; 0: any that are free.
--help               this text
`;

/**
 * @param folder that a relative file is of
 * @throws UsageError
 */
export async function readFakesCommand(args: readonly string[], folder: string): Promise<FakesCommand | 'help'> {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const first = portOf(values.port);
  const unknown = positionals.find((name) => !allFakes.some((fake) => fake.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`There is no fake "${unknown}". These are: ${allFakes.map(({ name }) => name).join(', ')}.`);
  }
  const isChosen = (fake: FakeVendor) => positionals.length === 0 || positionals.includes(fake.name);
  const chosen =
    first === undefined
      ? allFakes.map((fake, index) => ({ fake, port: firstPort + index })).filter(({ fake }) => isChosen(fake))
      : allFakes.filter(isChosen).map((fake, index) => ({ fake, port: first === 0 ? 0 : first + index }));
  return { fakes: chosen, script: values.script === undefined ? undefined : await readLines(values.script, folder) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { script: { type: 'string' }, port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} See npm run fakes -- --help.`);
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port + allFakes.length <= 65_536) return port;
  throw new UsageError(`--port is a number up to ${65_536 - allFakes.length}.`);
}

async function readLines(path: string, folder: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(resolve(folder, path), 'utf8');
  } catch (error) {
    throw new UsageError(`The script cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const lines = linesOf(text);
  if (lines.length === 0) throw new UsageError(`${path} has no line that somebody could say.`);
  return lines;
}
