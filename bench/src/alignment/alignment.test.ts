import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { recordCalls } from './recorded-calls.ts';

/**
 * Of most exchanges. What is held with a processor to spare is measured by `npm run bench -- alignment`; here other tests take it, and
 * what they make late is late in the recording, too, for a second. What is wrong for good is off by more.
 */
const mostMs = 60;

it('a recording has both sides where the caller had them, by SIP and over a media stream, with loss, after a stall', async () => {
  const scripts = await mkdtemp(join(tmpdir(), 'parley-alignment-'));
  onTestFinished(() => rm(scripts, { recursive: true, force: true }));
  await writeFile(join(scripts, 'hours.txt'), 'what are your opening hours\n');
  const drifts = await recordCalls({ scripts, forMs: 38_000, stallAfterMs: 15_000 });
  expect(Object.keys(drifts)).toHaveLength(3);
  for (const [name, drift] of Object.entries(drifts)) {
    expect(drift.exchanges, name).toBeGreaterThanOrEqual(2);
    expect(drift.notFound, name).toBeLessThanOrEqual(1);
    expect(Math.abs(drift.medianMs), name).toBeLessThanOrEqual(mostMs);
  }
}, 180_000);
