import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';

/** A column as the database itself tells of it. */
export interface ColumnShape {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
  /** The table whose row it names. */
  readonly refersTo: string | undefined;
}

export interface TableShape {
  readonly name: string;
  readonly columns: readonly ColumnShape[];
}

/** All tables (partitions apart) that say whose a row is, each after those that it refers to. */
export async function tablesOfOrganizations(pool: Pool): Promise<TableShape[]> {
  const { rows } = await pool.query(`
    select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type, not a.attnotnull as nullable,
           (a.atthasdef or a.attidentity <> '') as default, f.confrelid::regclass::text as refers_to
    from pg_class c join pg_namespace n on n.oid = relnamespace join pg_attribute a on a.attrelid = c.oid
    left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' and f.conkey[1] = a.attnum and cardinality(f.conkey) = 1
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = current_schema() and attnum > 0 and not attisdropped
      and attgenerated = ''
      and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')
    order by c.relname, attnum`);
  const shapes = new Map<string, ColumnShape[]>();
  for (const row of columnsSchema.parse(rows)) {
    const columns = shapes.get(row.table) ?? [];
    columns.push({
      name: row.name,
      type: row.type,
      isNullable: row.nullable,
      hasDefault: row.default,
      refersTo: row.refers_to ?? undefined,
    });
    shapes.set(row.table, columns);
  }
  return parentsFirst([...shapes].map(([name, columns]) => ({ name, columns })));
}

/** What the constraints of a table want of a column that any value of its type would not do for. */
export type Particular = Readonly<Record<string, unknown>>;

/**
 * Writes a row of the organization with a value in every column that must have one, and gives back its columns.
 * @param parents by table, the rows of the same organization made before
 */
export async function insertAnyRow(
  client: Pool | PoolClient,
  table: TableShape,
  organizationId: string,
  parents: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  particular: Particular = {},
): Promise<Readonly<Record<string, unknown>>> {
  const values = new Map<string, unknown>();
  for (const column of table.columns) {
    const { name, refersTo } = column;
    const parent = refersTo === undefined || refersTo === table.name ? undefined : parents.get(refersTo);
    if (name === 'organization_id') values.set(name, organizationId);
    else if (Object.hasOwn(particular, `${table.name}.${name}`)) values.set(name, particular[`${table.name}.${name}`]);
    else if (column.isNullable || column.hasDefault) continue;
    else values.set(name, parent === undefined ? anyValue(column) : parent[name]);
  }
  const names = [...values.keys()];
  const { rows } = await client.query(
    `insert into "${table.name}" (${names.map((name) => `"${name}"`).join(', ')})
     values (${names.map((_, at) => `$${at + 1}`).join(', ')}) returning *`,
    [...values.values()],
  );
  const [row] = z.array(z.record(z.string(), z.unknown())).parse(rows);
  if (row === undefined) throw new Error(`${table.name}: the row was not given back`);
  return row;
}

function anyValue({ name, type }: ColumnShape): unknown {
  if (type === 'uuid') return randomUUID();
  if (type === 'text') return `any ${name} ${randomUUID()}`;
  if (type === 'jsonb') return '{}';
  if (type === 'boolean') return true;
  if (type === 'bytea') return Buffer.from(randomUUID());
  if (type === 'inet') return '192.0.2.1';
  if (type.startsWith('timestamp') || type === 'date') return new Date();
  if (type.endsWith('[]')) return [];
  if (/int|real|double|numeric/.test(type)) return 1;
  throw new Error(`${name}: what is a value of ${type}? Say so here.`);
}

function parentsFirst(tables: readonly TableShape[]): TableShape[] {
  const waiting = new Map(tables.map((table) => [table.name, table]));
  const sorted: TableShape[] = [];
  while (waiting.size > 0) {
    const free = [...waiting.values()].filter(({ name, columns }) =>
      columns.every(({ refersTo }) => refersTo === undefined || refersTo === name || !waiting.has(refersTo)),
    );
    if (free.length === 0) throw new Error(`Tables refer to each other in a ring: ${[...waiting.keys()].join(', ')}`);
    for (const table of free) {
      waiting.delete(table.name);
      sorted.push(table);
    }
  }
  return sorted;
}

const columnsSchema = z.array(
  z.object({
    table: z.string(),
    name: z.string(),
    type: z.string(),
    nullable: z.boolean(),
    default: z.boolean(),
    refers_to: z.string().nullable(),
  }),
);
