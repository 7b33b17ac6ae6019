import { join } from 'node:path';
import { runQuietly } from './child.mjs';

/** What is checked besides the tests, and how an error looks in what the tool prints. */
const checks = [
  {
    title: 'Types',
    program: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit', '-p', '.'],
    countErrors: countTypeErrors,
  },
  {
    title: 'Types of the page',
    program: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit', '-p', 'apps/console'],
    countErrors: countTypeErrors,
  },
  {
    title: 'Lint and format',
    program: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '.'],
    countErrors: countLintErrors,
  },
];

/**
 * Types, lint and format. Shows what a tool says only when it has something to say.
 * @param {string} root the repository
 * @param {string} node the Node 24 to run the tools with
 * @returns {Promise<{ passed: number, failed: number }>} checks passed; errors found
 */
export async function runChecks(root, node) {
  let passed = 0;
  let failed = 0;
  for (const { title, program, args, countErrors } of checks) {
    const startedMs = Date.now();
    const { code, output } = await runQuietly(node, [join(root, program), ...args], { cwd: root });
    const seconds = `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
    if (code === 0) {
      passed += 1;
      process.stdout.write(`✓ ${title} (${seconds})\n`);
      continue;
    }
    const errors = Math.max(1, countErrors(output));
    failed += errors;
    process.stdout.write(`✗ ${title}: ${errors} error(s) (${seconds})\n\n${output.trimEnd()}\n\n`);
  }
  return { passed, failed };
}

/** @param {string} output of tsc */
export function countTypeErrors(output) {
  return output.match(/\berror TS\d+:/g)?.length ?? 0;
}

/** @param {string} output of biome */
export function countLintErrors(output) {
  return Number(/Found (\d+) errors?\./.exec(output)?.[1] ?? 0);
}
