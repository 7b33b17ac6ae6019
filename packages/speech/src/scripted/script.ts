import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SpeechError } from '../speech-error.ts';

/** What callers say, one line a burst of speech. */
export type Script = readonly string[];

/** A conversation of ten minutes has fewer turns. */
const maxLines = 200;
const maxLineLength = 500;
const maxScripts = 100;
/** 200 lines of 500 characters. */
const maxFileBytes = 100_000;

export const scriptNameSchema = z.string().regex(/^[\w-]{1,60}$/, 'must be a name of letters, digits, - and _');
const scriptSchema = z.array(z.string().min(1).max(maxLineLength)).min(1).max(maxLines);
/** By their names. */
export const scriptsSchema = z.record(scriptNameSchema, scriptSchema);

/** A caller of the receptionist that ships, who books a haircut: what they say whatever they are asked. */
export const bookingScript: Script = [
  'I would like to book a haircut',
  'Friday at three pm',
  'my name is Alice',
  'four one five five five five one two three four',
  'yes',
  'no thank you goodbye',
];

/**
 * The scripts in a folder: each `.txt` file by its name, a line an utterance; empty lines and those that begin with # are left out.
 * @throws SpeechError `account_invalid` for a folder or a file that cannot be used
 */
export function readScripts(folder: string): Readonly<Record<string, Script>> {
  const names = inFolder(folder, () => readdirSync(folder)).filter((name) => name.endsWith('.txt'));
  const scripts = names.slice(0, maxScripts).map((name) => {
    const path = join(folder, name);
    const text = inFolder(path, () => {
      if (statSync(path).size > maxFileBytes) throw new Error(`it has more than ${maxFileBytes} bytes`);
      return readFileSync(path, 'utf8');
    });
    return [name.slice(0, -'.txt'.length), linesOf(text)];
  });
  const read = scriptsSchema.safeParse(Object.fromEntries(scripts));
  if (read.success) return read.data;
  throw new SpeechError('account_invalid', `${folder}: ${z.prettifyError(read.error)}`);
}

/** The lines of a script's text. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function inFolder<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new SpeechError('account_invalid', `${path}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
