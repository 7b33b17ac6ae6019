import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { insertAnyRow, type Particular, type TableShape, tablesOfOrganizations } from '../testing/any-row.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../testing/databases.ts';

type Row = Readonly<Record<string, unknown>>;

describe.each(databaseKinds)('the wall between organizations (%s)', (kind) => {
  let opened: TestDatabase;
  let tables: readonly TableShape[];
  /** Rows in every table for each of a few organizations. */
  const world = new Map<string, { readonly rows: ReadonlyMap<string, readonly Row[]> }>();

  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    tables = await tablesOfOrganizations(opened.pool);
    for (const rowCount of [1, 2, 3]) {
      const organizationId = randomUUID();
      const rows = new Map<string, Row[]>();
      for (const table of tables) {
        const made: Row[] = [];
        const count = table.name === 'organizations' ? 1 : rowCount;
        for (let at = 0; at < count; at += 1) {
          const parents = new Map(
            [...rows].flatMap(([name, before]) => {
              const parent = before[at] ?? before[0];
              return parent === undefined ? [] : [[name, parent]];
            }),
          );
          made.push(await insertAnyRow(opened.pool, table, organizationId, parents, particularOf(at)));
        }
        rows.set(table.name, made);
      }
      world.set(organizationId, { rows });
    }
  }, 60_000);

  afterAll(() => opened?.close());

  it(`is tried as ${kind === 'embedded' ? 'a superuser' : 'an ordinary owner of the tables'}`, async () => {
    const { rows } = await opened.pool.query(
      `select rolsuper as super, rolcreaterole or rolbypassrls as privileged,
              (select relowner = r.oid from pg_class where oid = 'sessions'::regclass) as owner
       from pg_roles r where rolname = current_user`,
    );
    const isSuper = kind === 'embedded';
    expect(rows).toEqual([{ super: isSuper, privileged: isSuper, owner: true }]);
  });

  it('stands around every table that says whose a row is, its partitions too, and holds the owner', async () => {
    const { rows } = await opened.pool.query(
      `select relname, relrowsecurity and relforcerowsecurity
                and exists (select from pg_policy where polrelid = c.oid) as walled
       from pg_class c join pg_namespace n on n.oid = relnamespace
       where nspname = current_schema() and relkind in ('r', 'p')
         and exists (select from pg_attribute where attrelid = c.oid and attname = 'organization_id')`,
    );
    const found = z.array(z.object({ relname: z.string(), walled: z.boolean() })).parse(rows);
    expect(found.filter(({ walled }) => !walled)).toEqual([]);
    expect(found.map(({ relname }) => relname)).toEqual(
      expect.arrayContaining(['organizations', 'sessions', 'conversation_turns', 'users', 'audit_logs', 'outbox']),
    );
    expect(found.filter(({ relname }) => /^conversation_turns_\d{4}_\d{2}$/.test(relname)).length).toBeGreaterThan(3);
  });

  it('lets a transaction see the rows of its own organization and no others, in every table', () =>
    eachPair(async ({ table, mine }) => {
      const seen = await opened.database.inOrganization(mine, async (transaction) => {
        const { rows } = await transaction.execute(sql`select organization_id from ${sql.identifier(table.name)}`);
        return ownersSchema.parse(rows).map((row) => row.organization_id);
      });
      const own = world.get(mine)?.rows.get(table.name)?.length ?? 0;
      expect(seen, table.name).toEqual(Array.from({ length: own }, () => mine));
    }));

  it('lets no row of another organization be changed or deleted, in any table', () =>
    eachPair(async ({ table, mine, other }) => {
      const name = sql.identifier(table.name);
      const touched = await opened.database.inOrganization(mine, async (transaction) => {
        const updated = await transaction.execute(
          sql`update ${name} set organization_id = organization_id where organization_id = ${other}`,
        );
        const deleted = await transaction.execute(sql`delete from ${name} where organization_id = ${other}`);
        return [updated.rowCount, deleted.rowCount];
      });
      expect(touched, table.name).toEqual([0, 0]);
      const { rows } = await opened.pool.query(
        `select count(*)::int as n from "${table.name}" where organization_id = $1`,
        [other],
      );
      expect(rows, table.name).toEqual([{ n: world.get(other)?.rows.get(table.name)?.length }]);
    }));

  it('lets no row be written for another organization, nor be given to it, in any table', () =>
    eachPair(async ({ table, mine, other }) => {
      const name = sql.identifier(table.name);
      // Everything of a row but whose it is: any error of its keys would come after the wall's.
      const columns = sql.join(
        table.columns
          .filter((column) => column.name !== 'organization_id')
          .map((column) => sql.identifier(column.name)),
        sql`, `,
      );
      const writing = opened.database.inOrganization(mine, (transaction) =>
        transaction.execute(
          sql`insert into ${name} (organization_id, ${columns}) overriding system value
              select ${other}::uuid, ${columns} from ${name} limit 1`,
        ),
      );
      await expect(writing, table.name).rejects.toMatchObject({ code: insufficientPrivilege });
      const giving = opened.database.inOrganization(mine, (transaction) =>
        transaction.execute(sql`update ${name} set organization_id = ${other}::uuid`),
      );
      await expect(giving, table.name).rejects.toMatchObject({ code: insufficientPrivilege });
    }));

  it('shows nothing to a connection that has not said whose rows it wants', async () => {
    await opened.database.inOrganization(randomUUID(), async (transaction) => {
      await transaction.execute(sql`reset parley.organization`);
      for (const { name } of tables) {
        const { rows } = await transaction.execute(sql`select 1 from ${sql.identifier(name)}`);
        expect(rows, name).toEqual([]);
      }
    });
  });

  it('shows of a partition of turns that is named directly what a search finds of the own organization, and else nothing', async () => {
    const [mine = '', other = ''] = world.keys();
    const { rows } = await opened.pool.query('select tableoid::regclass::text as part from conversation_turns limit 1');
    const [{ part }] = z.tuple([z.object({ part: z.string() })]).parse(rows);
    await opened.pool.query("update conversation_turns set user_input_text = 'heirloom'");
    const seen = (organizationId: string, search: string | undefined) =>
      opened.database.inOrganization(organizationId, async (transaction) => {
        if (search !== undefined) await transaction.execute(sql`select set_config('parley.search', ${search}, true)`);
        const found = await transaction.execute(sql`select organization_id from ${sql.identifier(part)}`);
        return new Set(ownersSchema.parse(found.rows).map((row) => row.organization_id));
      });
    expect(await seen(mine, "'heirloom'")).toEqual(new Set([mine]));
    expect(await seen(other, "'heirloom'")).toEqual(new Set([other]));
    expect(await seen(other, "'nothing'")).toEqual(new Set());
    expect(await seen(other, undefined)).toEqual(new Set());
    // As a dump reads it.
    const whole = await opened.database.acrossOrganizations((transaction) =>
      transaction.execute(sql`select organization_id from ${sql.identifier(part)}`),
    );
    expect(whole.rows).toHaveLength(6);
  });

  it('is gone again with the transaction: a connection that is used again sees what its next one may', async () => {
    const [mine = '', other = ''] = world.keys();
    await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const organizationId = at % 2 === 0 ? mine : other;
        const seen = await opened.database.inOrganization(organizationId, async (transaction) => {
          const { rows } = await transaction.execute(sql`select organization_id from sessions`);
          return ownersSchema.parse(rows);
        });
        expect(new Set(seen.map((row) => row.organization_id))).toEqual(new Set([organizationId]));
      }),
    );
  });

  /** Every table, with an organization and another one that are drawn. */
  async function eachPair(
    check: (drawn: { readonly table: TableShape; readonly mine: string; readonly other: string }) => Promise<void>,
  ): Promise<void> {
    const organizations = fc.shuffledSubarray([...world.keys()], { minLength: 2, maxLength: 2 });
    for (const table of tables) {
      await fc.assert(
        fc.asyncProperty(organizations, ([mine = '', other = '']) => check({ table, mine, other })),
        { numRuns: 3, seed: 11 },
      );
    }
  }
});

const insufficientPrivilege = '42501';
const ownersSchema = z.array(z.object({ organization_id: z.string() }));

/** What constraints want that any value would not do for; `at` tells rows of one organization apart. */
function particularOf(at: number): Particular {
  return {
    'conversation_turns.turn_number': at + 1,
    'conversation_turns.session_started_at': new Date(),
    'appointments.chair_id': `chair ${at}`,
    'appointments.starts_at': new Date(1_700_000_000_000),
    'appointments.ends_at': new Date(1_700_000_060_000),
  };
}
