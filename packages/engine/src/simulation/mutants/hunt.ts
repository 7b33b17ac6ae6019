import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants.ts';

/**
 * A program: simulates random calls with the mutant that is named (or with none, for an empty name) until a promise is
 * broken, and prints which, after how many calls.
 *
 *   node hunt.ts NAME CALLS
 */
const [name = '', calls = '0'] = process.argv.slice(2);
const mutant = mutants.find((known) => known.name === name);
if (mutant === undefined && name !== '') throw new Error(`There is no mutant "${name}".`);

if (mutant !== undefined) {
  const file = fileURLToPath(new URL(`../../${mutant.file}`, import.meta.url));
  const source = readFileSync(file, 'utf8');
  if (source.split(mutant.find).length !== 2) throw new Error(`"${mutant.find}" is not found once in ${mutant.file}.`);
  registerHooks({
    load(url, context, nextLoad) {
      if (!url.startsWith('file:') || fileURLToPath(url) !== file) return nextLoad(url, context);
      const mutated = source.replace(mutant.find, () => mutant.replace);
      return { format: 'module-typescript', source: mutated, shortCircuit: true };
    },
  });
}

// Loaded now, through the hook.
const { randomCall } = await import('../random-call.ts');
const { tryCall } = await import('../run-calls.ts');

let found: { readonly seed: number; readonly promise: string; readonly how: string } | undefined;
for (let seed = 1; seed <= Number(calls) && found === undefined; seed += 1) {
  const { violations } = await tryCall(randomCall(seed));
  const first = violations[0];
  if (first !== undefined) found = { seed, ...first };
}
process.stdout.write(`${JSON.stringify(found ?? null)}\n`);
// Whatever the mutant left open.
process.exit(0);
