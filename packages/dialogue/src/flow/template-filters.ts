import type { Liquid } from 'liquidjs';
import { addDuration, nightsBetween } from './days.ts';
import { numberIn, sayMoney, sayNumber, sayPhone, spell } from './saying/amounts.ts';
import { pluralForm, sayItems } from './saying/lists.ts';
import { sayDate, sayDuration, sayRange, sayTime } from './saying/times.ts';

/**
 * Liquid's own filters that templates may use. Not among them: those that evaluate text as an expression (`where_exp` and the
 * like: what a caller says must never become code), that read the clock or the host's zone (`date`), that are random
 * (`sample`: a conversation must say the same when it is replayed), and those for web pages.
 */
export const liquidFilters: readonly string[] = [
  ...[
    'abs',
    'at_least',
    'at_most',
    'ceil',
    'divided_by',
    'floor',
    'minus',
    'modulo',
    'plus',
    'round',
    'times',
    'to_integer',
  ],
  ...[
    'append',
    'capitalize',
    'downcase',
    'lstrip',
    'number_of_words',
    'prepend',
    'remove',
    'remove_first',
    'remove_last',
  ],
  ...['replace', 'replace_first', 'replace_last', 'rstrip', 'split', 'squish', 'strip', 'strip_newlines', 'truncate'],
  ...['truncatewords', 'upcase', 'slice', 'size', 'default', 'json'],
  ...['compact', 'concat', 'find', 'first', 'has', 'join', 'last', 'map', 'reject', 'reverse', 'sort', 'sort_natural'],
  ...['sum', 'uniq', 'where'],
];

/**
 * The platform's own filters, by the language of the conversation. What is not of a filter's kind comes through as it is, for
 * a sentence must be said all the same.
 */
const ownFilters: Readonly<Record<string, (moment: Moment, value: unknown, ...given: readonly unknown[]) => string>> = {
  /** `Friday 27 November` */
  say_date: ({ language, year }, value) => sayDate(value, language, year) ?? textOf(value),
  /** `3 PM` */
  say_time: ({ language }, value) => sayTime(value, language) ?? textOf(value),
  /** Several: `{{ times | say_times: 'or' }}` is `2:30 PM or 4 PM`. */
  say_times: ({ language }, value, link) =>
    sayItems(
      (Array.isArray(value) ? value : [value]).map((time) => sayTime(time, language) ?? textOf(time)),
      link === 'or' ? 'or' : 'and',
      language,
    ),
  /** `Friday 27 November to Sunday 29 November` */
  say_range: ({ language, year }, value) => sayRange(value, language, year) ?? textOf(value),
  /** `1 hour and 30 minutes` */
  say_duration: ({ language }, value) => sayDuration(value, language) ?? textOf(value),
  /** The day so much later: `{{ '2026-11-27' | add_duration: 'P3D' }}` is `2026-11-30`. */
  add_duration: (_moment, value, duration) => addDuration(value, duration) ?? textOf(value),
  /** The nights between two days: `{{ slots.arrival | nights_until: slots.departure }}` */
  nights_until: (_moment, value, until) => textOf(nightsBetween(value, until)),
  /** `$20.50`; `{{ 20 | say_money: 'EUR' }}` */
  say_money: ({ language }, value, currency) => sayMoney(value, currency, language) ?? textOf(value),
  /** `+44 20 7946 0000` */
  say_phone: ({ language }, value) => sayPhone(value, language) ?? textOf(value),
  /** `1,500` */
  say_number: ({ language }, value) => sayNumber(value, language) ?? textOf(value),
  /** The word alone: `{{ n }} {{ n | plural: 'night', 'nights' }}` */
  plural: ({ language }, value, ...forms) => pluralForm(numberIn(value) ?? 0, forms.map(textOf), language),
  /** `a, b and c`; `{{ names | list: 'or' }}` */
  list: ({ language }, value, link) =>
    sayItems(Array.isArray(value) ? value.map(textOf) : [textOf(value)], link === 'or' ? 'or' : 'and', language),
  /** Liquid's own, without throwing at half a character, as a chat may send. */
  url_encode: (_moment, value) => encodeURIComponent(textOf(value).toWellFormed()).replaceAll('%20', '+'),
  /** `A B 1 2` */
  spell: (_moment, value) => spell(textOf(value)),
};

/** Every filter that a template may name. */
export const templateFilters: readonly string[] = [...liquidFilters, ...Object.keys(ownFilters)];

/** Leave in the engine what is allowed, and add the platform's own. */
export function installFilters(liquid: Liquid): void {
  for (const name of Object.keys(liquid.filters)) {
    if (!liquidFilters.includes(name)) liquid.unregisterFilter(name);
  }
  for (const [name, filter] of Object.entries(ownFilters)) {
    liquid.registerFilter(name, function (value: unknown, ...given: unknown[]) {
      return filter(momentOf(this.context.environments), value, ...given);
    });
  }
}

/** A value that no filter turned into text: money, ranges and lists are said as their filters would. */
export function sayValue(value: unknown, environments: object): string {
  if (typeof value !== 'object' || value === null) return textOf(value);
  const { language, year } = momentOf(environments);
  if (Array.isArray(value)) return sayItems(value.map(textOf), 'and', language);
  return sayMoney(value, undefined, language) ?? sayRange(value, language, year) ?? textOf(value);
}

interface Moment {
  readonly language: string;
  /** The year that goes without saying. */
  readonly year: number;
}

/** From the scope that the template was given, which loops and assignments within it cannot hide. */
function momentOf(environments: object): Moment {
  const { conversation, now }: { conversation?: unknown; now?: unknown } = environments;
  return {
    language: stringIn(conversation, 'language') ?? 'en',
    year: Number((stringIn(now, 'date') ?? '').slice(0, 4)),
  };
}

function stringIn(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return typeof found === 'string' ? found : undefined;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null || isFailure(value)) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What a call or a look leaves when its tool fails (`{error, message}`) is for flows to decide by, never for callers to hear. */
function isFailure(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('error' in value) || typeof value.error !== 'string')
    return false;
  return Object.keys(value).every((key) => key === 'error' || key === 'message');
}
