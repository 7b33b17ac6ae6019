import { readFileSync, writeFileSync } from 'node:fs';
import { checkConfig, type Environment, settingGroups } from '../config.ts';
import { describeSettings } from './describe-settings.ts';
import { envExample } from './env-example.ts';
import { envFileName, readEnvFile, withEnvFile } from './env-file.ts';
import { nearestName } from './nearest-name.ts';
import { withProviderTables } from './provider-tables.ts';

export interface CommandOutput {
  readonly write: (line: string) => void;
  readonly env: Environment;
  /** Where `.env` and `.env.example` lie; absolute. */
  readonly folder: string;
}

const usage = `npm run config -- check     say what is wrong with the settings of the environment and of .env
npm run config -- show      say what is set, without secrets
npm run config -- example   write .env.example anew, and the tables of docs/providers.md`;

/** @returns the exit code: 0 all is well, 1 a setting is wrong, 2 no such command */
export function configCommand(args: readonly string[], output: CommandOutput): number {
  switch (args[0]) {
    case 'check':
      return check(output);
    case 'show':
      return show(output);
    case 'example':
      writeFileSync(`${output.folder}/.env.example`, envExample(settingGroups));
      writeTables(`${output.folder}/docs/providers.md`);
      return 0;
    default:
      output.write(usage);
      return 2;
  }
}

function writeTables(path: string): void {
  writeFileSync(path, withProviderTables(readFileSync(path, 'utf8')));
}

function check({ write, env, folder }: CommandOutput): number {
  const path = `${folder}/${envFileName}`;
  const known = settingGroups.flatMap(({ shape }) => Object.keys(shape));
  for (const name of Object.keys(readEnvFile(path))) {
    const meant = known.includes(name) ? undefined : nearestName(name, known);
    if (meant !== undefined) write(`${name} in ${envFileName} is no setting. Did you mean ${meant}?`);
  }
  const checked = checkConfig(withEnvFile(env, path));
  if (checked.kind === 'valid') {
    write('The settings are right.');
    return 0;
  }
  for (const { name, message } of checked.problems) write(`${name} ${message}.`);
  return 1;
}

function show({ write, env, folder }: CommandOutput): number {
  const set = withEnvFile(env, `${folder}/${envFileName}`);
  for (const { name, isSecret } of settingGroups.flatMap((group) => describeSettings(group))) {
    const value = set[name];
    if (value !== undefined && value !== '') write(`${name}=${isSecret ? '(secret)' : value}`);
  }
  return 0;
}
