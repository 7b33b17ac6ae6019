import type { Transaction } from '../storage/database.ts';
import { type Identifier, keyOf, pseudonymsOf } from './people-repository.ts';
import { findPersonalData, type PersonalClass } from './personal-data.ts';
import { classOfField } from './redact.ts';
import { isSecretName } from './secrets.ts';

/**
 * The values with `person:<id>` in place of whatever identifies somebody, and without secrets: what is written for good tells who it
 * was only as long as somebody may know it.
 *
 * Identifying are e-mail addresses and telephone numbers wherever they stand, and what fields of that name hold: names, caller ids,
 * addresses of streets.
 */
export async function pseudonymized<T extends readonly unknown[]>(
  transaction: Transaction,
  organizationId: string,
  resourceType: string,
  values: T,
): Promise<{ readonly [K in keyof T]: unknown }> {
  const found: Identifier[] = [];
  for (const value of values) {
    walk(value, '', resourceType, 0, (identifier) => {
      found.push(identifier);
      return '';
    });
  }
  const ids = await pseudonymsOf(transaction, organizationId, found);
  const inPlaceOf = (identifier: Identifier) => `${personPrefix}${ids.get(keyOf(identifier)) ?? 'unknown'}`;
  return mapTuple(values, (value) => walk(value, '', resourceType, 0, inPlaceOf));
}

/** Whom a text that was pseudonymized speaks of. */
export function personIdsIn(text: string): string[] {
  return [...text.matchAll(references)].map(([, id = '']) => id);
}

/** The text with whom it speaks of, as far as it is still known. */
export function withIdentifiers(text: string, identifiers: ReadonlyMap<string, string>): string {
  return text.replace(references, (_, id: string) => identifiers.get(id) ?? '[erased]');
}

const personPrefix = 'person:';
const references = /\bperson:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g;
const searched: ReadonlySet<PersonalClass> = new Set(['email', 'phone']);
const identifying: ReadonlySet<PersonalClass | undefined> = new Set<PersonalClass>([
  'email',
  'phone',
  'name',
  'address',
]);
/** Resources that are people: their `name` is somebody's. */
const peoplesResources = new Set(['user', 'users', 'human_agent', 'human_agents', 'invitation', 'caller', 'person']);
const maxDepth = 24;

function walk(
  value: unknown,
  field: string,
  resourceType: string,
  depth: number,
  inPlaceOf: (identifier: Identifier) => string,
): unknown {
  if (depth > maxDepth) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => walk(item, field, resourceType, depth + 1, inPlaceOf));
  if (typeof value === 'object' && value !== null) {
    if (value instanceof Date) return value.toISOString();
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, walk(inner, key, resourceType, depth + 1, inPlaceOf)]),
    );
  }
  if (typeof value !== 'string' || value === '') return value;
  if (isSecretName(field)) return '[secret]';
  const kind = field === 'name' && peoplesResources.has(resourceType) ? 'name' : classOfField(field);
  if (kind !== undefined && identifying.has(kind)) return inPlaceOf({ kind, text: value });
  let replaced = '';
  let from = 0;
  for (const span of findPersonalData(value, { classes: searched, customPatterns: [], names: [] })) {
    replaced +=
      value.slice(from, span.start) + inPlaceOf({ kind: span.class, text: value.slice(span.start, span.end) });
    from = span.end;
  }
  return from === 0 ? value : replaced + value.slice(from);
}

function mapTuple<T extends readonly unknown[]>(
  values: T,
  map: (value: unknown) => unknown,
): { readonly [K in keyof T]: unknown };
function mapTuple(values: readonly unknown[], map: (value: unknown) => unknown): readonly unknown[] {
  return values.map(map);
}
