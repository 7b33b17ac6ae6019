import type { EntityLanguage } from '../numbers/number-words.ts';

/** Words and codes after an amount (codes before it too), lower case, by their ISO 4217 code. */
export const CURRENCY_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    USD: [
      'dollar',
      'dollars',
      'buck',
      'bucks',
      'us dollars',
      'usd',
      'đô',
      'đô la',
      'đô la mỹ',
      'đô mỹ',
      'đôla',
      'do la',
    ],
    EUR: ['euro', 'euros', 'eur', 'ơ rô', 'ơ-rô'],
    GBP: ['pound', 'pounds', 'quid', 'sterling', 'pounds sterling', 'gbp', 'bảng', 'bảng anh'],
    VND: ['vnd', 'vnđ', 'dong', 'đồng', 'đ', 'việt nam đồng', 'đồng việt nam'],
    JPY: ['yen', 'jpy', 'yên', 'yên nhật'],
    CNY: ['yuan', 'renminbi', 'cny', 'rmb', 'tệ', 'nhân dân tệ'],
    KRW: ['won', 'krw'],
    INR: ['rupees', 'rupee', 'inr'],
    CHF: ['francs', 'franc', 'swiss francs', 'chf'],
    AUD: ['australian dollars', 'aussie dollars', 'aud', 'đô úc'],
    CAD: ['canadian dollars', 'cad'],
    NZD: ['new zealand dollars', 'nzd'],
    SGD: ['singapore dollars', 'sgd', 'đô sing'],
    THB: ['baht', 'thb', 'bạt'],
  }).flatMap(([code, words]) => words.map((word) => [word, code] as const)),
);

/** Dollars of which country the word does not say. */
export const VAGUE_DOLLARS: ReadonlySet<string> = new Set(['dollar', 'dollars', 'buck', 'bucks']);

export const SYMBOLS: ReadonlyMap<string, string> = new Map([
  ['$', 'USD'],
  ['€', 'EUR'],
  ['£', 'GBP'],
  ['¥', 'JPY'],
  ['₫', 'VND'],
  ['₩', 'KRW'],
  ['₹', 'INR'],
]);

/** The hundredth part; of the region's currency where the word does not say. */
export const CENTS: ReadonlyMap<string, string> = new Map([
  ['cent', 'region'],
  ['cents', 'region'],
  ['pence', 'GBP'],
  ['penny', 'GBP'],
  ['p', 'GBP'],
]);

/** What a bare amount is in: Vietnamese speak of đồng wherever they are, others of the money of the region. */
export function currencyOfRegion(region: string, language: EntityLanguage): string {
  if (language === 'vi') return 'VND';
  return REGIONS.get(region) ?? 'USD';
}

const REGIONS = new Map([
  ['US', 'USD'],
  ['GB', 'GBP'],
  ['VN', 'VND'],
  ['AU', 'AUD'],
  ['CA', 'CAD'],
  ['NZ', 'NZD'],
  ['SG', 'SGD'],
  ['JP', 'JPY'],
  ['CN', 'CNY'],
  ['KR', 'KRW'],
  ['IN', 'INR'],
  ['CH', 'CHF'],
  ['TH', 'THB'],
  ...'AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK'.split(' ').map((region) => [region, 'EUR'] as const),
]);
