import { WireError } from '@parley/contract/errors.ts';
import { expect, it } from 'vitest';
import type { StayUsage } from './usage-repository.ts';
import { createUsageWriter, usageWriterDefaults } from './usage-writer.ts';

const options = { ...usageWriterDefaults, retryMs: 5, closeTimeoutMs: 200 };
const line = { kind: 'synthesis', engine: 'mouth', unit: 'characters', quantity: 3 } as const;

const usage = (stayId: string): StayUsage => ({
  organizationId: 'shop',
  conversationId: 'talk',
  stayId,
  endedAt: new Date(),
  lines: [{ ...line, costMicros: undefined, currency: undefined }],
});

/** A database that is away so many times. */
function writer(away: number, more: Partial<typeof options> = {}) {
  const written: string[] = [];
  const failures: string[] = [];
  let left = away;
  const write = async ({ stayId }: StayUsage) => {
    left -= 1;
    if (left >= 0) throw new WireError('storage_unavailable');
    written.push(stayId);
  };
  const made = createUsageWriter({ write }, (_error, context) => failures.push(context), { ...options, ...more });
  return { made, written, failures };
}

it('what conversations took is written in order, also when the database is away for a while, which is said once', async () => {
  const { made, written, failures } = writer(3);
  made.write(usage('one'));
  made.write(usage('two'));
  made.write({ ...usage('nothing'), lines: [] });
  await expect.poll(() => written).toEqual(['one', 'two']);
  expect(failures).toEqual(['writing what was taken of providers; it waits']);
  await made.close();
});

it('what waits is bounded, and what is lost is said to be', async () => {
  const { made, written, failures } = writer(1_000_000, { maxWaiting: 2 });
  for (const stay of ['one', 'two', 'three']) made.write(usage(stay));
  await made.close();
  expect(written).toEqual([]);
  expect(failures).toContain('what conversation talk took is lost');
  expect(failures.at(-1)).toBe('what 2 stays took is lost');
});

it('one that is refused again and again does not hold up the others, and is said to be lost', async () => {
  const { made, written, failures } = writer(2, { tries: 2 });
  made.write(usage('refused'));
  made.write(usage('next'));
  await expect.poll(() => written).toEqual(['next']);
  expect(failures).toEqual(['writing what was taken of providers; it waits', 'what conversation talk took is lost']);
  await made.close();
});
