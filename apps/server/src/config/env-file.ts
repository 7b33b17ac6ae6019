import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '../config.ts';
import { StartError } from '../start-errors.ts';

/** Where settings may stand besides the environment: beside what the server is started from. */
export const envFileName = '.env';

/** More than every setting with a paragraph of its own. */
const maxBytes = 256 * 1024;

/**
 * The environment, with what the file says of what is not set in it. No file, nothing said.
 * @throws StartError `config_invalid` when the file cannot be read
 */
export function withEnvFile(env: Environment, path: string = envFileName): Environment {
  return { ...readEnvFile(path), ...set(env) };
}

/** @throws StartError `config_invalid` */
export function readEnvFile(path: string): Environment {
  if (!existsSync(path)) return {};
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > maxBytes) throw new Error('it is too large');
    return parseEnv(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError('config_invalid', `${path} cannot be read (${why}). Correct it and start again.`);
  }
}

/** An empty value counts as not set, so that the file's stands. */
function set(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
}
