import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { mutants } from './mutants.ts';

const hunt = fileURLToPath(new URL('./hunt.ts', import.meta.url));

/** Calls in which a mistake must show. Most show in the first hundred. */
const calls = 2000;

/** @returns the first promise that is broken with the mistake of this name, and by which call */
async function simulateWith(name: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [hunt, name, String(calls)], { timeout: 60_000 });
  const found: unknown = JSON.parse(stdout);
  return found;
}

it('every promise is kept by the conversation as it is', { timeout: 60_000 }, async () => {
  expect(await simulateWith('')).toBeNull();
});

it.each(mutants)('the simulator notices: $name', { timeout: 60_000 }, async ({ name }) => {
  expect(await simulateWith(name)).toMatchObject({ promise: expect.any(String) });
});
