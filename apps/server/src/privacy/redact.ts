import { findPersonalData, type PersonalClass, type PersonalSearch } from './personal-data.ts';
import { activeClasses, type RedactionPolicy } from './redaction-policy.ts';
import { isSecretName } from './secrets.ts';

/** Takes personal data out of what goes to one destination. Pure, and linear in what it is given. */
export interface Redactor {
  /** @param names known from elsewhere: they are redacted too */
  text(text: string, names?: readonly string[]): string;
  /**
   * A copy with all strings redacted, however deep; fields with the name of a secret whole, and names that some field tells wherever
   * else they are mentioned. Keys stay as they are.
   */
  value(value: unknown): unknown;
  /** The same for an object. */
  fields(value: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

export interface RedactorOptions {
  /** Texts without anything personal that are not looked through again: the same few sentences of a log. */
  readonly remembered: number;
  /** False where a field's name says what a sentence is about, not what its value is: errors of a form. */
  readonly readsFieldNames?: boolean;
}

export function createRedactor(policy: RedactionPolicy, options: RedactorOptions = redactorDefaults): Redactor {
  const classes = activeClasses(policy);
  if (classes.size === 0) return { text: (text) => text, value: (value) => value, fields: (value) => ({ ...value }) };
  const harmless = new Set<string>();
  const text = (plain: string, names: readonly string[] = []): string => {
    const isAlone = names.length === 0;
    if (isAlone && (harmless.has(plain) || (policy.customPatterns.length === 0 && identifiers.test(plain))))
      return plain;
    const search: PersonalSearch = { classes, customPatterns: policy.customPatterns, names };
    let redacted = '';
    let from = 0;
    for (const span of findPersonalData(plain, search)) {
      const found = plain.slice(span.start, span.end);
      redacted += plain.slice(from, span.start) + inPlaceOf(found, span.class, policy);
      from = span.end;
    }
    if (from > 0) return redacted + plain.slice(from);
    if (isAlone && plain.length <= longestRemembered && options.remembered > 0) {
      if (harmless.size >= options.remembered) harmless.clear();
      harmless.add(plain);
    }
    return plain;
  };
  const walk = (value: unknown, field: string, names: readonly string[], depth: number): unknown => {
    const name = options.readsFieldNames === false ? '' : field;
    if (
      classes.has('secret') &&
      isSecretName(name) &&
      value !== null &&
      value !== undefined &&
      typeof value !== 'boolean'
    ) {
      return inPlaceOf(String(value), 'secret', policy);
    }
    const kind = classOfField(name);
    if (typeof value === 'string') {
      if (kind !== undefined && classes.has(kind) && value !== '') return inPlaceOf(value, kind, policy);
      return text(value, names);
    }
    if (typeof value === 'number' && kind !== undefined && classes.has(kind)) {
      return inPlaceOf(String(value), kind, policy);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (depth > maxDepth) return '[deep]';
    if (Array.isArray(value)) return value.map((item) => walk(item, name, names, depth + 1));
    if (!isPlain(value)) return text(String(value), names);
    return object(value, names, depth + 1);
  };
  const object = (value: Readonly<Record<string, unknown>>, names: readonly string[], depth: number) => {
    // An entity of this kind: its text and value are what it was found to be.
    const entity = typeof value.type === 'string' ? classOfField(value.type) : undefined;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const isFound = entity !== undefined && (key === 'text' || key === 'value') && typeof inner === 'string';
        return [
          key,
          isFound && classes.has(entity) ? inPlaceOf(inner, entity, policy) : walk(inner, key, names, depth),
        ];
      }),
    );
  };
  const namesOf = (value: unknown) => (classes.has('name') ? namesIn(value) : []);
  return {
    text,
    value: (value) => walk(value, '', namesOf(value), 0),
    fields: (value) => object(value, namesOf(value), 0),
  };
}

// What callers say is never the same twice, and need not be kept in memory.
const redactorDefaults: RedactorOptions = { remembered: 0 };
const longestRemembered = 200;

/** Names of routes, states and codes, UUIDs, hexadecimal ids of traces, times: most of what a log holds. */
const identifiers =
  /^(?:[A-Za-z]{0,15}(?:[_./:-][A-Za-z]{0,15}){0,8}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[^a-f]*[a-f])[0-9a-f]{32}|\d{4}-\d\d-\d\dT[\d:.]{8,12}Z)$/;

/** Deeper than anything that is meant. */
const maxDepth = 24;

/** What a field of this name holds, whatever it looks like. */
export function classOfField(name: string): PersonalClass | undefined {
  return fields.get(name.toLowerCase().replaceAll(/[_-]/g, ''));
}

const fields = new Map<string, PersonalClass>([
  ...['email', 'emailaddress', 'useremail', 'mail'].map((name) => [name, 'email'] as const),
  ...['phone', 'phonenumber', 'mobile', 'callerid', 'fromnumber', 'tonumber', 'telephone', 'callernumber'].map(
    (name) => [name, 'phone'] as const,
  ),
  ...[
    'fullname',
    'firstname',
    'lastname',
    'customername',
    'callername',
    'guestname',
    'person',
    'displayname',
    'surname',
  ].map((name) => [name, 'name'] as const),
  ...['card', 'cardnumber', 'creditcard', 'pan'].map((name) => [name, 'card'] as const),
  ...['iban', 'account', 'accountnumber', 'bankaccount'].map((name) => [name, 'iban'] as const),
  ...['address', 'streetaddress', 'street', 'postaladdress'].map((name) => [name, 'address'] as const),
]);

/** Names that fields and entities tell, to be found in the texts beside them. */
export function namesIn(value: unknown, depth = 0): readonly string[] {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return [];
  if (Array.isArray(value)) return value.flatMap((item) => namesIn(item, depth + 1));
  const isPerson = 'type' in value && typeof value.type === 'string' && classOfField(value.type) === 'name';
  return Object.entries(value).flatMap(([key, inner]) => {
    const isName = classOfField(key) === 'name' || (isPerson && (key === 'text' || key === 'value'));
    return isName && typeof inner === 'string' ? [inner] : namesIn(inner, depth + 1);
  });
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function inPlaceOf(found: string, kind: PersonalClass, { modes }: RedactionPolicy): string {
  // Part of a secret is a smaller secret.
  if (modes[kind] === 'remove' || kind === 'secret') return `[${kind}]`;
  switch (kind) {
    case 'email':
      return `${found.slice(0, 1)}***@***`;
    case 'card':
    case 'phone': {
      const digits = found.replaceAll(/\D/g, '');
      // What receipts show of cards, and half of that of telephones: enough to tell whether it is the same.
      return digits.length < 7 ? '***' : `***${digits.slice(kind === 'card' ? -4 : -2)}`;
    }
    case 'iban':
      return `${found.slice(0, 2).toUpperCase()}***${found.slice(-2)}`;
    case 'name':
      return `${found.slice(0, 1)}***`;
    case 'address':
    case 'custom':
      return '***';
  }
}
