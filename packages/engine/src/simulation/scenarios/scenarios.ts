import type { Scenario } from './scenario.ts';

/** All of them, for the command line and for the tests. */
export const scenarios: readonly Scenario[] = [];
