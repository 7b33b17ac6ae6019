// npm run call, npm run bench: a program of the repository by its path, after the set-up that it needs.
import { setUpAndRun } from './setup.mjs';

const [program, ...args] = process.argv.slice(2);
await setUpAndRun(program, { page: false }, args);
