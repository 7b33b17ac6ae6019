import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig, settingGroups } from '../config.ts';
import { configCommand } from './config-command.ts';
import { describeSettings } from './describe-settings.ts';
import { envExample } from './env-example.ts';
import { withEnvFile } from './env-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const code = configCommand(args, { write: (line) => lines.push(line), env, folder });
  return { code, lines };
}

test('.env.example names every setting as it is now (else: npm run config -- example)', () => {
  const text = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8');
  expect(text).toBe(envExample(settingGroups));
  for (const { name, description } of settingGroups.flatMap((group) => describeSettings(group))) {
    expect(description, name).toMatch(/[.)]$/);
  }
});

test('what the examples say is right', () => {
  const settings = settingGroups.flatMap((group) => describeSettings(group));
  // Each alone: some exclude one another.
  for (const { name, example, isSecret } of settings) {
    // Of a secret there is none to show.
    if (example === undefined || isSecret || example.includes('…')) continue;
    const shape = settingGroups.find((group) => name in group.shape)?.shape;
    const schema = Object.entries(shape ?? {}).find(([key]) => key === name)?.[1];
    expect(schema?.safeParse(example).error?.issues.map(({ message }) => message) ?? [], name).toEqual([]);
  }
});

test('says all that is wrong, and what was perhaps meant', () => {
  expect(run(['check'])).toEqual({ code: 0, lines: ['The settings are right.'] });
  writeFileSync(join(folder, '.env'), 'PROT=8081\nLOG_LEVEL=loud\nMAX_CONVERSATIONS=many\n');
  const { code, lines } = run(['check'], { PATH: '/bin' });
  expect(code).toBe(1);
  expect(lines).toEqual([
    'PROT in .env is no setting. Did you mean PORT?',
    expect.stringMatching(/^LOG_LEVEL must be one of fatal, /),
    'MAX_CONVERSATIONS must be a whole number from 1 to 10000.',
  ]);
});

test('the environment wins over the file, and secrets are not shown', () => {
  writeFileSync(join(folder, '.env'), 'PORT=8081\nHOST=0.0.0.0\nLANGUAGE_MODEL_KEY=sk-hidden\n');
  const config = readConfig(withEnvFile({ PORT: '9000', HOST: '' }, join(folder, '.env')));
  expect(config).toMatchObject({ port: 9000, host: '0.0.0.0' });
  const { lines } = run(['show'], { PORT: '9000' });
  expect(lines).toEqual(['PORT=9000', 'HOST=0.0.0.0', 'LANGUAGE_MODEL_KEY=(secret)']);
});

test('says how it is used', () => {
  expect(run([]).code).toBe(2);
});
