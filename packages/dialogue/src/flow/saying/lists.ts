import { sayList } from '../../wording/spoken.ts';
import { baseLanguage, formatterOf } from './formatter.ts';

/** `a, b and c`, `a, b hoặc c`. */
export function sayItems(items: readonly string[], link: 'and' | 'or', language: string): string {
  // English of Intl has a comma before the "and", at which voices stop.
  if (baseLanguage(language) === 'en') return sayList(items, link);
  const type = link === 'and' ? 'conjunction' : 'disjunction';
  return formatterOf(listFormatters, language, type, (tag) => new Intl.ListFormat(tag, { type })).format(items);
}

/**
 * Of the forms the one that goes with the number. Forms are given in the order zero, one, two, few, many, other, without those
 * that the language has not: `night, nights` in English, one alone in Vietnamese. The last serves where one is missing.
 */
export function pluralForm(count: number, forms: readonly string[], language: string): string {
  const rules = formatterOf(pluralRules, language, '', (tag) => new Intl.PluralRules(tag));
  const has = new Set(rules.resolvedOptions().pluralCategories);
  const categories = allCategories.filter((category) => has.has(category));
  const at = categories.indexOf(rules.select(count));
  // Written for English and said in a language with fewer forms: the last is the one for any number.
  return (categories.length < forms.length ? undefined : forms[at]) ?? forms.at(-1) ?? '';
}

const allCategories = ['zero', 'one', 'two', 'few', 'many', 'other'] as const;
const listFormatters = new Map<string, Intl.ListFormat>();
const pluralRules = new Map<string, Intl.PluralRules>();
