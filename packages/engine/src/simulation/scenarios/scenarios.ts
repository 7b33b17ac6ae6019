import { ears } from './ears.ts';
import { interruptions } from './interruptions.ts';
import { parts } from './parts.ts';
import type { Scenario } from './scenario.ts';
import { standIns } from './stand-ins.ts';

/** All of them, for the command line and for the tests. */
export const scenarios: readonly Scenario[] = [...interruptions, ...ears, ...parts, ...standIns];
