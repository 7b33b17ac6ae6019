import type { Money } from './property-system.ts';

/** An amount as hotel systems write it (129.5 EUR, 12000 JPY) in the currency's smallest unit. */
export function moneyOf(amount: number, currency: string): Money {
  return { amountMinor: Math.round(amount * 10 ** minorDigits(currency)), currency };
}

/** The amount as people say it: 129.5 for 12 950 cents. */
export function amountOf({ amountMinor, currency }: Money): number {
  return amountMinor / 10 ** minorDigits(currency);
}

/** Digits after the point: 2 for EUR, 0 for JPY and VND, 3 for KWD. */
function minorDigits(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
