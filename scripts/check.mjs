// npm run check: types and style alone, without the tests.
import { runChecks } from './lib/checks.mjs';
import { exitWith, root, setUp } from './setup.mjs';

await exitWith(async () => {
  const { failed } = await runChecks(root, await setUp({ page: false }));
  return failed === 0 ? 0 : 1;
});
