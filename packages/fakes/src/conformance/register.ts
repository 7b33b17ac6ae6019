import { test } from 'vitest';

/** What becomes of a suite's cases: tests, unless somebody else wants them. */
export type Register<Case extends string> = (
  key: Case,
  title: string,
  /** `skipped`: why it cannot be tried. */
  how: { readonly run: () => Promise<void> } | { readonly skipped: string },
) => void;

/** As tests of the file that calls. */
export function asTests(_key: string, title: string, how: Parameters<Register<string>>[2]): void {
  if ('run' in how) test(title, how.run);
  else test.skip(`${title} (${how.skipped})`);
}
