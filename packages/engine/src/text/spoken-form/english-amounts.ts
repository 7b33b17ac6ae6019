import { cardinal, decimal, type English } from './english-numbers.ts';
import { type Rule, rule } from './rule.ts';

/** Singular, plural, and the hundredth part. */
type Currency = readonly [one: string, many: string, part: string, parts: string];

const currencies: Readonly<Record<string, Currency>> = {
  $: ['dollar', 'dollars', 'cent', 'cents'],
  '£': ['pound', 'pounds', 'penny', 'pence'],
  '€': ['euro', 'euros', 'cent', 'cents'],
  '¥': ['yen', 'yen', 'sen', 'sen'],
  '₫': ['dong', 'dong', 'xu', 'xu'],
  '₹': ['rupee', 'rupees', 'paisa', 'paise'],
  '₩': ['won', 'won', 'jeon', 'jeon'],
  US$: ['U S dollar', 'U S dollars', 'cent', 'cents'],
  A$: ['Australian dollar', 'Australian dollars', 'cent', 'cents'],
  C$: ['Canadian dollar', 'Canadian dollars', 'cent', 'cents'],
  USD: ['U S dollar', 'U S dollars', 'cent', 'cents'],
  EUR: ['euro', 'euros', 'cent', 'cents'],
  GBP: ['pound', 'pounds', 'penny', 'pence'],
  VND: ['Vietnamese dong', 'Vietnamese dong', 'xu', 'xu'],
  JPY: ['yen', 'yen', 'sen', 'sen'],
  AUD: ['Australian dollar', 'Australian dollars', 'cent', 'cents'],
  CAD: ['Canadian dollar', 'Canadian dollars', 'cent', 'cents'],
  CHF: ['Swiss franc', 'Swiss francs', 'centime', 'centimes'],
  INR: ['rupee', 'rupees', 'paisa', 'paise'],
};

const scales: Readonly<Record<string, string>> = {
  k: 'thousand',
  m: 'million',
  mn: 'million',
  mio: 'million',
  b: 'billion',
  bn: 'billion',
  t: 'trillion',
  thousand: 'thousand',
  million: 'million',
  billion: 'billion',
  trillion: 'trillion',
};

const units: Readonly<Record<string, readonly [one: string, many: string]>> = {
  km: ['kilometer', 'kilometers'],
  m: ['meter', 'meters'],
  cm: ['centimeter', 'centimeters'],
  mm: ['millimeter', 'millimeters'],
  mi: ['mile', 'miles'],
  ft: ['foot', 'feet'],
  in: ['inch', 'inches'],
  yd: ['yard', 'yards'],
  kg: ['kilogram', 'kilograms'],
  g: ['gram', 'grams'],
  mg: ['milligram', 'milligrams'],
  lb: ['pound', 'pounds'],
  lbs: ['pound', 'pounds'],
  oz: ['ounce', 'ounces'],
  l: ['liter', 'liters'],
  L: ['liter', 'liters'],
  ml: ['milliliter', 'milliliters'],
  mL: ['milliliter', 'milliliters'],
  m2: ['square meter', 'square meters'],
  'm²': ['square meter', 'square meters'],
  sqm: ['square meter', 'square meters'],
  'm³': ['cubic meter', 'cubic meters'],
  'km²': ['square kilometer', 'square kilometers'],
  'ft²': ['square foot', 'square feet'],
  sqft: ['square foot', 'square feet'],
  'km/h': ['kilometer per hour', 'kilometers per hour'],
  kmh: ['kilometer per hour', 'kilometers per hour'],
  kph: ['kilometer per hour', 'kilometers per hour'],
  mph: ['mile per hour', 'miles per hour'],
  'm/s': ['meter per second', 'meters per second'],
  '°C': ['degree Celsius', 'degrees Celsius'],
  '°F': ['degree Fahrenheit', 'degrees Fahrenheit'],
  '°': ['degree', 'degrees'],
  min: ['minute', 'minutes'],
  mins: ['minute', 'minutes'],
  h: ['hour', 'hours'],
  hr: ['hour', 'hours'],
  hrs: ['hour', 'hours'],
  s: ['second', 'seconds'],
  sec: ['second', 'seconds'],
  secs: ['second', 'seconds'],
  ms: ['millisecond', 'milliseconds'],
  GB: ['gigabyte', 'gigabytes'],
  MB: ['megabyte', 'megabytes'],
  KB: ['kilobyte', 'kilobytes'],
  kB: ['kilobyte', 'kilobytes'],
  TB: ['terabyte', 'terabytes'],
  Mbps: ['megabit per second', 'megabits per second'],
  kWh: ['kilowatt hour', 'kilowatt hours'],
  kW: ['kilowatt', 'kilowatts'],
  W: ['watt', 'watts'],
  V: ['volt', 'volts'],
  Hz: ['hertz', 'hertz'],
  kHz: ['kilohertz', 'kilohertz'],
  MHz: ['megahertz', 'megahertz'],
  GHz: ['gigahertz', 'gigahertz'],
  cal: ['calorie', 'calories'],
  kcal: ['kilocalorie', 'kilocalories'],
  x: ['time', 'times'],
};

/** Units that are words of their own: only written together with the number, or "5 in" would be five inches. */
const onlyTogether = new Set(['in', 'm', 's', 'x', 'g', 'l', 'V', 'W', 'h']);

const amount = String.raw`(\d{1,3}(?:,\d{3}){1,5}|\d{1,15})(?:\.(\d{1,6}))?`;
const sign = String.raw`(US\$|A\$|C\$|[$£€¥₫₹₩])\s?`;
const code = '(USD|EUR|GBP|VND|JPY|AUD|CAD|CHF|INR)';
const scale = String.raw`(?:\s?(k|K|M|m|mn|bn|B|b|T)(?![\p{L}\d])|\s(thousand|million|billion|trillion)(?!\p{L}))`;
const unitNames = Object.keys(units)
  .sort((a, b) => b.length - a.length)
  .join('|');

export function amountRules(english: English): {
  readonly digits: readonly Rule[];
  readonly signs: readonly Rule[];
  readonly letters: readonly Rule[];
} {
  const plain = (whole: string, fraction: string | undefined) => {
    const digits = whole.replaceAll(',', '');
    return fraction === undefined ? cardinal(digits, english) : decimal(digits, fraction, english);
  };
  const money = (currency: string, whole: string, fraction: string | undefined, factor: string | undefined) => {
    const names = currencies[currency];
    if (names === undefined) return undefined;
    const [one, many, part, parts] = names;
    if (factor !== undefined) return `${plain(whole, fraction)} ${scales[factor.toLowerCase()]} ${many}`;
    const digits = whole.replaceAll(',', '');
    const count = `${cardinal(digits, english)} ${Number(digits) === 1 ? one : many}`;
    if (fraction === undefined || /^0+$/.test(fraction)) return count;
    if (fraction.length > 2) return `${plain(whole, fraction)} ${many}`;
    const small = String(Number(fraction.padEnd(2, '0')));
    const change = `${cardinal(small, english)} ${small === '1' ? part : parts}`;
    if (Number(digits) === 0) return change;
    // "Three pounds fifty", "three dollars and fifty cents".
    return english === 'gb' && Number(small) >= 10 ? `${count} ${cardinal(small, english)}` : `${count} and ${change}`;
  };
  const range = (from: string, to: string) => `${from} to ${to}`;
  const unitOf = (whole: string, fraction: string | undefined, name: string, before: string) => {
    const names = units[name];
    if (names === undefined) return undefined;
    // "A ten kilometer run".
    const isOne = (whole.replaceAll(',', '') === '1' && fraction === undefined) || before === 'a' || before === 'an';
    const spoken = isOne ? names[0] : names[1];
    return english === 'gb' ? spoken.replace(/(met|lit)er/, '$1re') : spoken;
  };

  const moneySigns = [
    rule(
      new RegExp(`${sign}${amount}\\s?[-–]\\s?(?:${sign})?${amount}`, 'u'),
      ([, currency = '', whole = '', fraction, , toWhole = '', toFraction]) => {
        const last = money(currency, toWhole, toFraction, undefined);
        return last === undefined ? undefined : range(plain(whole, fraction), last);
      },
    ),
    rule(
      new RegExp(`([-−])?${sign}${amount}${scale}?`, 'u'),
      ([, minus, currency = '', whole = '', fraction, short, long]) => {
        const spoken = money(currency, whole, fraction, short ?? long);
        return minus === undefined || spoken === undefined ? spoken : `minus ${spoken}`;
      },
    ),
  ];
  return {
    signs: moneySigns,
    letters: [
      rule(new RegExp(`${code}\\s?${amount}${scale}?`, 'u'), ([, currency = '', whole = '', fraction, short, long]) =>
        money(currency, whole, fraction, short ?? long),
      ),
      ...moneySigns,
    ],
    digits: [
      rule(
        new RegExp(`${amount}${scale}?\\s?(?:${code}|([€£₫$]))`, 'u'),
        ([, whole = '', fraction, short, long, name, mark]) =>
          money(name ?? mark ?? '', whole, fraction, short ?? long),
      ),
      rule(
        new RegExp(`${amount}\\s?[-–]\\s?${amount}\\s?%`),
        ([, whole = '', fraction, toWhole = '', toFraction]) =>
          `${range(plain(whole, fraction), plain(toWhole, toFraction))} percent`,
      ),
      rule(new RegExp(`${amount}\\s?%`), ([, whole = '', fraction]) => `${plain(whole, fraction)} percent`),
      rule(
        new RegExp(`${amount}\\s?[-–]\\s?${amount}\\s?(${unitNames})(?![\\p{L}\\d])`, 'u'),
        ([, whole = '', fraction, toWhole = '', toFraction, name = ''], { before }) =>
          `${range(plain(whole, fraction), plain(toWhole, toFraction))} ${unitOf(toWhole, toFraction, name, before)}`,
      ),
      rule(
        new RegExp(`${amount}(\\s?)(${unitNames})(?![\\p{L}\\d])`, 'u'),
        ([, whole = '', fraction, gap = '', name = ''], { before }) => {
          if (gap !== '' && onlyTogether.has(name)) return undefined;
          return `${plain(whole, fraction)} ${unitOf(whole, fraction, name, before)}`;
        },
      ),
      rule(new RegExp(`${amount}${scale}`, 'u'), ([, whole = '', fraction, short, long]) => {
        const name = short ?? long ?? '';
        return `${plain(whole, fraction)} ${scales[name.toLowerCase()]}`;
      }),
    ],
  };
}
