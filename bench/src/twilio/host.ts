import { z } from 'zod';
import { runCallers } from './run-callers.ts';

// A process of its own for the callers of a load: told what to do by its argument, it writes a line of JSON for each phase and its result.
const options = z
  .object({
    url: z.string(),
    publicUrl: z.string(),
    accountSid: z.string(),
    authToken: z.string(),
    to: z.string(),
    calls: z.number(),
    callsPerSecond: z.number(),
    measuredMs: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
const result = await runCallers({ ...options, onPhase: (phase) => say({ phase }) });
say({ phase: 'result', result });
// What was sent last is to arrive.
setTimeout(() => process.exit(0), 1000);
