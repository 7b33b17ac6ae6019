import { readFile } from 'node:fs/promises';
import { callEndReasons } from '@parley/contract/phone.ts';
import { expect, it, onTestFinished } from 'vitest';
import { openTestDatabase } from '../testing/databases.ts';

it('calls of servers before keep why they ended, as one of the words that are told now', async () => {
  const [, update = ''] = (
    await readFile(new URL('migrations/0022_call_end_detail.sql', import.meta.url), 'utf8')
  ).split('--> statement-breakpoint');
  const { pool, close } = await openTestDatabase('embedded', { isMigrated: false });
  onTestFinished(close);
  const client = await pool.connect();
  try {
    await client.query(`create temp table calls (n int, answered_at timestamptz, ended_by text, end_reason text, end_detail text);
      insert into calls values
        (1, now(), 'far', 'they hung up (Q.850 16)'), (2, now(), 'here', 'max_duration'), (3, null, 'far', 'busy'),
        (4, null, 'network', 'They refused the call: 404 Not Found.'), (5, now(), 'network', 'no sound came for 30 seconds'),
        (6, now(), null, 'abandoned'), (7, null, 'network', 'failed'), (8, now(), null, 'caller_left'), (9, now(), null, null)`);
    await client.query(update);
    const { rows } = await client.query('select ended_by, end_reason, end_detail from calls order by n');
    const told = rows.map(({ ended_by: by, end_reason: reason, end_detail: detail }) => [by, reason, detail]);
    expect(told).toEqual([
      ['far', 'hung_up', 'they hung up (Q.850 16)'],
      ['here', 'max_duration', null],
      ['far', 'busy', null],
      ['network', 'unreachable', 'They refused the call: 404 Not Found.'],
      ['network', 'network_lost', 'no sound came for 30 seconds'],
      ['network', 'server_lost', null],
      ['network', 'error', null],
      [null, 'hung_up', null],
      [null, null, null],
    ]);
    for (const [, reason] of told) if (reason !== null) expect(callEndReasons).toContain(reason);
  } finally {
    client.release();
  }
}, 60_000);
