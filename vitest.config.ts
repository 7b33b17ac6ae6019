import { defineConfig } from 'vitest/config';
import { LongFirst } from './scripts/lib/long-first.ts';

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'agents/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/src/**/*.test.ts',
    ],
    // Two cores. Files that speak in real time wait most of theirs, so a third fork finds room; with more, those that take a core
    // each would starve them.
    pool: 'forks',
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
