import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultOrganizationId } from '../storage/schema/organizations.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';
import { createJobs, type Jobs } from './jobs.ts';

describe.each(databaseKinds)('jobs in the %s database', (databaseKind) => {
  let test: TestDatabase;
  const errors: unknown[] = [];

  beforeAll(async () => {
    test = await openTestDatabase(databaseKind);
  });
  afterAll(() => test?.close());

  const replica = (timing?: { leaseMs?: number; idleMs?: number }): Jobs =>
    createJobs({ database: test.database, onError: (error) => errors.push(error), timing: { idleMs: 50, ...timing } });
  const rowOf = async (kind: string) => {
    const { rows } = await test.pool.query('select * from jobs where kind = $1', [kind]);
    return rows[0];
  };

  it('that repeat are done by one replica at a time, and go on after a restart where they were', async () => {
    let atOnce = 0;
    let most = 0;
    let runs = 0;
    const work = async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      // Long enough for the others to look several times.
      await new Promise((resolve) => setTimeout(resolve, 120));
      atOnce -= 1;
      runs += 1;
    };
    const replicas = [replica(), replica(), replica()];
    for (const jobs of replicas) jobs.every('sweep_all', 1, work);
    await expect.poll(() => runs, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
    await Promise.all(replicas.map((jobs) => jobs.close()));
    expect(most).toBe(1);

    const next = replica();
    // Done a moment ago: not again for an hour.
    await test.pool.query(`update jobs set run_at = now() + interval '1 hour' where kind = 'sweep_all'`);
    next.every('sweep_all', 60 * 60_000, work);
    next.every('marker', 60_000, async () => {});
    await expect.poll(async () => (await rowOf('marker'))?.finished_at, { timeout: 5000 }).toBeTruthy();
    const before = runs;
    await next.close();
    expect(runs).toBe(before);
    expect((await rowOf('sweep_all')).status).toBe('waiting');
  });

  it('that fail are counted, told of, and tried again', async () => {
    const jobs = replica();
    let runs = 0;
    jobs.every('flaky', 30, async () => {
      runs += 1;
      if (runs < 3) throw new Error(`not yet ${runs}`);
    });
    await expect.poll(() => runs, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
    await expect.poll(async () => (await rowOf('flaky')).attempts, { timeout: 5000 }).toBeLessThanOrEqual(1);
    await jobs.close();
    expect(errors.map(String)).toEqual(expect.arrayContaining(['Error: not yet 1', 'Error: not yet 2']));
    expect((await rowOf('flaky')).last_error).toBeNull();
  });

  it('done once are done after the commit of what asked for them, and not when that is rolled back', async () => {
    const jobs = replica({ idleMs: 10_000 });
    const done: string[] = [];
    jobs.handle('greet', z.object({ name: z.string() }), async ({ name }) => void done.push(name));
    await expect(
      test.database.acrossOrganizations(async (orm) => {
        await jobs.enqueue(orm, { kind: 'greet', payload: { name: 'nobody' } });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await test.database.acrossOrganizations((orm) => jobs.enqueue(orm, { kind: 'greet', payload: { name: 'Ann' } }));
    await expect.poll(() => done, { timeout: 5000 }).toEqual(['Ann']);
    await expect.poll(async () => (await rowOf('greet')).status, { timeout: 5000 }).toBe('done');
    await jobs.close();
  });

  it('done once are given up after their attempts, with the reason beside them', async () => {
    const jobs = replica();
    jobs.handle('hopeless', z.object({}), async () => Promise.reject(new Error('no such printer')), { maxAttempts: 1 });
    await test.database.acrossOrganizations((orm) => jobs.enqueue(orm, { kind: 'hopeless', payload: {} }));
    await expect.poll(async () => (await rowOf('hopeless'))?.status, { timeout: 5000 }).toBe('failed');
    expect((await rowOf('hopeless')).last_error).toBe('no such printer');
    await jobs.close();
  });

  it('of a replica that died are taken over when its lease has run out', async () => {
    await test.pool.query(
      `insert into jobs (kind, status, attempts, locked_by, locked_until)
       values ('orphan', 'running', 1, 'the dead', now() + interval '300 milliseconds')`,
    );
    const jobs = replica({ idleMs: 10_000 });
    const startedAtMs = performance.now();
    const ran = Promise.withResolvers<void>();
    jobs.handle('orphan', z.object({}), async () => ran.resolve());
    await ran.promise;
    expect(performance.now() - startedAtMs).toBeLessThan(5000);
    await expect.poll(async () => (await rowOf('orphan')).attempts, { timeout: 5000 }).toBe(2);
    await jobs.close();
  });

  it('whose lease another replica took are told to stop, and write nothing over what that one wrote', async () => {
    const jobs = replica({ leaseMs: 90 });
    const stopped = Promise.withResolvers<unknown>();
    const begun = Promise.withResolvers<void>();
    jobs.handle('stolen', z.object({}), async (_payload, signal) => {
      begun.resolve();
      await once(signal, 'abort');
      stopped.resolve(signal.reason);
      throw signal.reason;
    });
    await test.database.acrossOrganizations((orm) => jobs.enqueue(orm, { kind: 'stolen', payload: {} }));
    await begun.promise;
    await test.pool.query(
      `update jobs set locked_by = 'another', locked_until = now() + interval '1 hour' where kind = 'stolen'`,
    );
    expect(String(await stopped.promise)).toContain('Another replica took the job stolen over.');
    await jobs.close();
    expect(await rowOf('stolen')).toMatchObject({ status: 'running', locked_by: 'another' });
  });

  it('whose lease ran out and that were begun anew in the same process are ended by the second run alone', async () => {
    const jobs = replica();
    const runs: PromiseWithResolvers<void>[] = [];
    jobs.handle('overrun', z.object({}), async () => {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      await run.promise;
    });
    await test.database.acrossOrganizations((orm) => jobs.enqueue(orm, { kind: 'overrun', payload: {} }));
    await expect.poll(() => runs.length, { timeout: 5000 }).toBe(1);
    await test.pool.query(`update jobs set locked_until = now() - interval '1 second' where kind = 'overrun'`);
    await expect.poll(() => runs.length, { timeout: 5000 }).toBe(2);
    runs[0]?.resolve();
    // It has ended here when another of its organization may begin.
    const marked = Promise.withResolvers<void>();
    jobs.handle('after_overrun', z.object({}), async () => marked.resolve());
    await test.database.acrossOrganizations((orm) => jobs.enqueue(orm, { kind: 'after_overrun', payload: {} }));
    await marked.promise;
    expect((await rowOf('overrun')).status).toBe('running');
    runs[1]?.resolve();
    await expect.poll(async () => (await rowOf('overrun')).status, { timeout: 5000 }).toBe('done');
    await jobs.close();
  });

  it('of an organization that asks for many do not keep those of another waiting', async () => {
    const jobs = replica();
    const release = Promise.withResolvers<void>();
    const begun: (string | undefined)[] = [];
    jobs.handle('gather', z.object({}), async (_payload, _signal, organizationId) => {
      begun.push(organizationId);
      await release.promise;
    });
    const greedy = defaultOrganizationId;
    const modest = randomUUID();
    await test.pool.query(`insert into organizations (organization_id, name) values ($1, 'Modest')`, [modest]);
    const ask = (organizationId: string) =>
      test.database.acrossOrganizations((orm) => jobs.enqueue(orm, { kind: 'gather', payload: {}, organizationId }));
    for (let n = 0; n < 3; n += 1) await ask(greedy);
    await expect.poll(() => begun, { timeout: 5000 }).toEqual([greedy]);
    await ask(modest);
    await expect.poll(() => begun, { timeout: 5000 }).toEqual([greedy, modest]);
    release.resolve();
    await expect.poll(() => begun.length, { timeout: 5000 }).toBe(4);
    await jobs.close();
  });

  it('under way at a shutdown are aborted and wait for the next start', async () => {
    const jobs = replica();
    const begun = Promise.withResolvers<void>();
    jobs.handle('long', z.object({}), async (_payload, signal) => {
      begun.resolve();
      await once(signal, 'abort');
      throw signal.reason;
    });
    await test.database.acrossOrganizations((orm) => jobs.enqueue(orm, { kind: 'long', payload: {} }));
    await begun.promise;
    await jobs.close();
    expect((await rowOf('long')).status).toBe('waiting');
  });

  it('that tenants ask for, however many and long, do not keep the house from its own', async () => {
    const jobs = replica();
    const release = Promise.withResolvers<void>();
    let begun = 0;
    jobs.handle('export_all', z.object({}), async () => {
      begun += 1;
      await release.promise;
    });
    await test.database.acrossOrganizations(async (orm) => {
      for (let n = 0; n < 10; n += 1) await jobs.enqueue(orm, { kind: 'export_all', payload: {} });
    });
    await expect.poll(() => begun, { timeout: 5000 }).toBeGreaterThanOrEqual(2);
    let sweeps = 0;
    jobs.every('sweep_beside', 20, async () => {
      sweeps += 1;
    });
    await expect.poll(() => sweeps, { timeout: 5000 }).toBeGreaterThanOrEqual(2);
    expect(begun).toBe(2);
    release.resolve();
    await expect.poll(() => begun, { timeout: 5000 }).toBe(10);
    await jobs.close();
  });
});
