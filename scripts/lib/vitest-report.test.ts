import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countLintErrors, countTypeErrors } from './checks.mjs';
import { countsLine, readVitestReport } from './vitest-report.mjs';

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, testResults: [] };

test.each([
  ['all passed', report, 0, '3 passed, 0 failed, 1 skipped'],
  ['none skipped', { ...report, numPendingTests: 0 }, 0, '3 passed, 0 failed'],
  [
    'a file that does not load',
    { ...report, testResults: [{ status: 'failed', assertionResults: [] }] },
    1,
    '3 passed, 1 failed, 1 skipped',
  ],
  ['an error outside any test', report, 1, '3 passed, 1 failed, 1 skipped'],
  ['a run that crashed', 'not json', 134, '0 passed, 1 failed'],
])('the closing line counts %s', (_name, content, exitCode, line) => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-report-'));
  const path = join(folder, 'report.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  expect(countsLine(readVitestReport(path, exitCode))).toBe(line);
  rmSync(folder, { recursive: true });
});

test('each error of the compiler and of the linter counts', () => {
  expect(countTypeErrors('a.ts(1,2): error TS2322: No.\nb.ts(3,4): error TS7006: No.\n')).toBe(2);
  expect(countLintErrors('Checked 9 files.\nFound 3 errors.\nFound 1 warning.')).toBe(3);
});
