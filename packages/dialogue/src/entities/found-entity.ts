import type { Json } from '../tools/tool.ts';
import type { EntityLanguage } from './numbers/number-words.ts';

/** What can be looked for in what a caller says. */
export const ENTITY_KINDS = [
  'number',
  'digits',
  'money',
  'phone',
  'email',
  'account',
  'person',
  'list',
  'pattern',
  'yesNo',
  'sentiment',
  'date',
  'time',
  'dateTime',
  'dateRange',
  'timeRange',
  'duration',
] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

interface Place {
  /** As it was said. */
  readonly text: string;
  /** Offset of its first character in the utterance. */
  readonly start: number;
  /** Offset after its last character. */
  readonly end: number;
  /** 0–1; left out where there is no doubt. */
  readonly confidence?: number;
}

/**
 * Something found. Values: numbers; digits, telephone numbers (`+442079460958`), addresses, accounts, names and list entries as
 * strings; money `{ amount, currency }`; yes or no as true or false; sentiment `{ label, score }`; days `2026-11-27`, times `15:00`,
 * moments `2026-11-27T15:00` on the clock of the zone, ranges `{ from, to }`, durations in ISO 8601.
 */
export type FoundEntity = Place &
  (
    | { readonly kind: PlainKind; readonly value: Json }
    | { readonly kind: 'date' | 'duration'; readonly value: string }
    | { readonly kind: 'dateRange'; readonly value: { readonly from: string; readonly to: string } }
    /** All that the time can mean, the likeliest first: `three` is 15:00 or 03:00. */
    | { readonly kind: 'time' | 'dateTime'; readonly value: string; readonly readings: readonly string[] }
    | TimeRangeEntity
    /** `of` is the name of the list, or of the pattern. */
    | { readonly kind: 'list' | 'pattern'; readonly of: string; readonly value: string }
    /** Entries of the list between which the words do not decide. */
    | { readonly kind: 'listCandidates'; readonly of: string; readonly value: readonly string[] }
    /** The beginning of a value that needs more: the first digits of a telephone number. */
    | { readonly kind: 'partial'; readonly of: EntityKind; readonly value: string }
  );

type PlainKind = Exclude<
  EntityKind,
  'list' | 'pattern' | 'date' | 'time' | 'dateTime' | 'dateRange' | 'timeRange' | 'duration'
>;

interface TimeRangeEntity {
  readonly kind: 'timeRange';
  /** `date` is the day that was said with it. */
  readonly value: { readonly from: string; readonly to: string; readonly date?: string };
}

/** An entry of a list, with all the ways to say it. */
export interface ListEntry {
  readonly value: string;
  readonly names: readonly string[];
}

/** What an account number looks like. */
export interface AccountForm {
  /** Digits, or for an IBAN letters and digits. */
  readonly minLength: number;
  readonly maxLength: number;
  readonly checksum: 'none' | 'luhn' | 'iban';
}

/** What is looked for, and what is known of the moment. */
export interface EntityRequest {
  readonly language: EntityLanguage;
  readonly nowEpochMs: number;
  /** IANA, such as `Europe/London`. */
  readonly timeZone: string;
  /** ISO 3166: of telephone numbers without a country's code, and of money without a currency. */
  readonly region: string;
  readonly kinds: readonly EntityKind[];
  /** Entries by the list's name. */
  readonly lists?: Readonly<Record<string, readonly ListEntry[]>>;
  /** RE2 expressions by the pattern's name. */
  readonly patterns?: Readonly<Record<string, string>>;
  readonly account?: AccountForm;
  /** The kind that the caller was asked for: it is taken from less, and before others. */
  readonly asked?: EntityKind | undefined;
  /** Where an unclear day lies; the future, where left out. */
  readonly preference?: 'future' | 'past' | 'any';
}
