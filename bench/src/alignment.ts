import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordCalls } from './alignment/recorded-calls.ts';
import { print } from './statistics.ts';

/** Five minutes, unless `ALIGNMENT_SECONDS` says otherwise. */
const seconds = Number(process.env.ALIGNMENT_SECONDS ?? 300);

/**
 * Both sides of a recording against one another: callers by SIP and over a media stream answer the agent at times that they write down,
 * and what they said is looked for in the recording. In the middle the network stops for a moment, and then the server.
 */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const scripts = await mkdtemp(join(tmpdir(), 'parley-bench-alignment-'));
  try {
    // A question that can be asked for ever.
    await writeFile(join(scripts, 'hours.txt'), 'what are your opening hours\n');
    const drifts = await recordCalls({
      scripts,
      forMs: seconds * 1_000,
      stallAfterMs: seconds * 500,
      stopAfterMs: seconds * 700,
    });
    if (json) return print(true, drifts);
    for (const [name, drift] of Object.entries(drifts)) {
      process.stdout.write(`\n${name}\n`);
      print(
        false,
        Object.fromEntries(Object.entries(drift).map(([key, value]) => [key, Math.round(value * 100) / 100])),
      );
    }
  } finally {
    await rm(scripts, { recursive: true, force: true });
  }
}
