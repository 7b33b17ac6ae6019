// npm test: types, lint, then every test; `npm test -- packages/engine` only those tests. The last line counts them.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runChecks } from './lib/checks.mjs';
import { runProgram } from './lib/child.mjs';
import { countsLine, readVitestReport } from './lib/vitest-report.mjs';
import { exitWith, root, setUp } from './setup.mjs';

const args = process.argv.slice(2);

await exitWith(async () => {
  const node = await setUp({ page: true });
  // Asking for some tests is asking for those alone.
  const checks = args.length > 0 ? { passed: 0, failed: 0 } : await runChecks(root, node);
  const { interrupted, tests } = await runTests(node);
  if (interrupted !== undefined) return interrupted;
  noteBrowser();
  noteDatabases();
  noteTelephones();
  const counts = {
    passed: tests.passed + checks.passed,
    failed: tests.failed + checks.failed,
    skipped: tests.skipped,
  };
  process.stdout.write(`${countsLine(counts)}\n`);
  return counts.failed === 0 ? 0 : 1;
});

async function runTests(node) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    // The tests start some eighty servers: what one has compiled and learnt the next need not.
    const env = {
      ...process.env,
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
      KEPT_MODELS_DIR: join(folder, 'models'),
      TEST_TEMPLATES_DIR: join(folder, 'templates'),
    };
    const code = await runProgram(node, [vitest, 'run', ...reporters, ...args], { cwd: root, env });
    return { interrupted: code > 128 ? code : undefined, tests: readVitestReport(report, code) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the browser tests look for their browser too. */
function noteBrowser() {
  const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (existsSync(chromium)) return;
  process.stdout.write(
    `Tests in a browser were skipped: there is no ${chromium}. Install it (Debian: apt-get install chromium) or set CHROMIUM to one.\n`,
  );
}

/** The tests of telephony look for these on the PATH, and where Debian puts them. */
function noteTelephones() {
  const programs = { sipp: 'sip-tester', baresip: 'baresip-core', kamailio: 'kamailio kamailio-tls-modules' };
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const missing = Object.entries(programs).filter(
    ([program]) => !folders.some((folder) => existsSync(join(folder, program))),
  );
  if (missing.length === 0) return;
  process.stdout.write(
    `Calls with real telephones were skipped: there is no ${missing.map(([program]) => program).join(', no ')} (Debian: apt-get install ${missing.map(([, packages]) => packages).join(' ')}).\n`,
  );
}

/** The storage and session tests look for these too (apps/server/src/testing). */
function noteDatabases() {
  if (process.env.TEST_DATABASE_URL === undefined) {
    process.stdout.write(
      'Storage was tested in the embedded database alone: set TEST_DATABASE_URL to a PostgreSQL login that may create databases to test it there too.\n',
    );
  }
  if (process.env.AZURITE_BLOB === undefined) {
    process.stdout.write(
      'Recordings were kept on a disk and in S3 alone: set AZURITE_BLOB to the main.js of azurite-blob (npm package azurite, 3.37.0) to keep them there too.\n',
    );
  }
  const redis = process.env.REDIS_SERVER ?? '/usr/bin/redis-server';
  if (existsSync(redis)) return;
  process.stdout.write(
    `Sessions were tested in memory alone: there is no ${redis}. Install it (Debian: apt-get install redis-server) or set REDIS_SERVER to one.\n`,
  );
}
