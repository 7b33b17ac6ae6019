import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { providers } from './registry.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Words for what is in every house, not for somebody whom it could do without. */
const ownNames = new Set(['embedded', 'scripted']);
const vendors = [...new Set(providers.map(({ name }) => name.split('-')[0] ?? name))].filter(
  (name) => !ownNames.has(name),
);
/** As a word, also within a name in camel case. Upper and lower case are spelt out: `(?i:)` was once seen to miss a name. */
const eitherCase = (name: string) => name.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
const named = new RegExp(`(?:(?<![A-Za-z])|(?<![A-Z])(?=[A-Z]))(?:${vendors.map(eitherCase).join('|')})(?![a-z])`);

/** Where a vendor may be named, and why. */
const exempt: readonly (readonly [RegExp, string])[] = [
  [/^packages\/speech\/src\/registry\.ts$/, 'the one place that knows all'],
  [/^packages\/fakes\//, 'stands in for them'],
  [/^packages\/client\/src\/generated\//, 'descriptions of the contract, with its examples'],
  [
    /^packages\/dialogue\/src\/nlu\//,
    'embeddings by a protocol that is called after its maker; no provider is reached',
  ],
  [/^apps\/server\/src\/(recordings|testing|resilience)\//, 'a store of blobs, of the same maker as a provider'],
  [/^apps\/server\/src\/storage\/schema\/recordings\.ts$/, 'the same'],
  [/(\.test|-fixtures|\/testing\/[^/]+)\.tsx?$/, 'tests'],
];

function isExempt(path: string): boolean {
  const [folder = ''] = path.startsWith('packages/speech/src/')
    ? path.slice('packages/speech/src/'.length).split('/')
    : [];
  // Those who speak another's protocol share a folder that is called after it.
  return (named.test(folder) && path.split('/').length > 4) || exempt.some(([where]) => where.test(path));
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['node_modules', 'dist', 'build', '.svelte-kit'].includes(entry.name)) yield* sources(path);
    } else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

/** Without comments, and without what shows people an example of how something is written. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1')
    .replace(/\b(description|example):\s*('[^']*'|"[^"]*"|`[^`]*`)/g, '')
    .replace(/(['"`])[^'"`\n]*such as .*$/gm, '');
}

it('nothing outside of a provider’s folder names it but the registry', () => {
  const files = ['packages', 'apps'].flatMap((folder) => [...sources(join(root, folder))]);
  expect(files.length).toBeGreaterThan(500);
  const naming = files.flatMap((file) => {
    const path = relative(root, file).replaceAll(sep, '/');
    if (isExempt(path)) return [];
    const lines = codeOf(readFileSync(file, 'utf8')).split('\n');
    return lines.filter((line) => named.test(line)).map((line) => `${path}: ${line.trim()}`);
  });
  expect(naming).toEqual([]);
});

it('a vendor named in code is found, one in a comment or an example is not', () => {
  expect(named.test(codeOf("import { a } from './deepgram/a.ts';"))).toBe(true);
  expect(named.test(codeOf('createDeepgramRecognizer(account);'))).toBe(true);
  expect(named.test(codeOf('const { DEEPGRAM_API_KEY } = settings;'))).toBe(true);
  expect(named.test(codeOf("if (name === 'azure-speech') act();"))).toBe(true);
  expect(named.test(codeOf("/** As `deepgram`. */ // riva\nrivals();.meta({ example: 'openai:gpt' })"))).toBe(false);
});
