import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './lib/child.mjs';
import { requireNode24 } from './lib/node-24.mjs';
import { ensureInstalled } from './lib/packages.mjs';
import { ensurePageBuilt } from './lib/page.mjs';

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Makes the clone ready to run: packages installed and, if wanted, the web page built. Costs a few milliseconds when all
 * is fresh.
 * @param {{ page: boolean }} needs
 * @returns {Promise<string>} the Node 24 that runs the programs
 */
export async function setUp(needs) {
  await ensureInstalled(root);
  const node = requireNode24(root);
  if (needs.page) await ensurePageBuilt(root);
  return node;
}

/**
 * Sets up, runs a program of the repository with the arguments given to this script, and exits as it exits.
 * @param {string} program path in the repository
 * @param {{ page: boolean }} needs
 * @param {readonly string[]} args
 */
export async function setUpAndRun(program, needs, args) {
  await exitWith(async () => {
    const node = await setUp(needs);
    return runProgram(node, [`${root}/${program}`, ...args]);
  });
}

/** @param {() => Promise<number>} work gives the exit code; an error is told in a sentence and exits with 1 */
export async function exitWith(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
