// npm start: the server with its page.
import { setUpAndRun } from './setup.mjs';

await setUpAndRun('apps/server/src/main.ts', { page: true }, process.argv.slice(2));
