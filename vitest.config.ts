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
    // Two cores. Files that speak in real time wait most of theirs, so a third fork finds room. A fourth was tried, beside other work:
    // recognition came seconds late, and calls were refused.
    pool: 'forks',
    maxWorkers: 3,
    // A fork goes on with the next file and what it has loaded: to load it anew takes a third of a second for each of over five
    // hundred files, and most of a second for those of the server. So a file leaves nothing changed that all share: it gives back
    // clocks, spies and variables of the environment.
    isolate: false,
    unstubEnvs: true,
    restoreMocks: true,
    sequence: { sequencer: LongFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
