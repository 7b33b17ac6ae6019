import { type Rule, rule } from './rule.ts';
import { cardinal, decimal, type Vietnamese } from './vietnamese-numbers.ts';

const currencies: Readonly<Record<string, string>> = {
  đ: 'đồng',
  Đ: 'đồng',
  '₫': 'đồng',
  VNĐ: 'đồng',
  VND: 'đồng',
  vnđ: 'đồng',
  vnd: 'đồng',
  đồng: 'đồng',
  $: 'đô la',
  US$: 'đô la Mỹ',
  USD: 'đô la Mỹ',
  '€': 'ơ rô',
  EUR: 'ơ rô',
  '£': 'bảng Anh',
  GBP: 'bảng Anh',
  '¥': 'yên',
  JPY: 'yên Nhật',
};

const units: Readonly<Record<string, string>> = {
  km: 'ki lô mét',
  m: 'mét',
  cm: 'xen ti mét',
  mm: 'mi li mét',
  kg: 'ki lô gam',
  g: 'gam',
  mg: 'mi li gam',
  l: 'lít',
  L: 'lít',
  ml: 'mi li lít',
  ha: 'héc ta',
  m2: 'mét vuông',
  'm²': 'mét vuông',
  'km²': 'ki lô mét vuông',
  km2: 'ki lô mét vuông',
  m3: 'mét khối',
  'm³': 'mét khối',
  'km/h': 'ki lô mét trên giờ',
  'm/s': 'mét trên giây',
  '°C': 'độ xê',
  '°F': 'độ ép',
  '°': 'độ',
  GB: 'gi ga bai',
  MB: 'mê ga bai',
  TB: 'tê ra bai',
  kWh: 'ki lô oát giờ',
  kW: 'ki lô oát',
  W: 'oát',
  V: 'vôn',
  Hz: 'héc',
  phút: 'phút',
  ph: 'phút',
  p: 'phút',
  giây: 'giây',
  s: 'giây',
};
/** Letters that are also words or names: only written together with the number. */
const onlyTogether = new Set(['g', 'l', 'L', 'p', 's', 'V', 'W', 'ph']);

/** Powers of ten of the words and letters for great numbers. */
const scales: Readonly<Record<string, number>> = {
  k: 3,
  K: 3,
  nghìn: 3,
  ngàn: 3,
  tr: 6,
  triệu: 6,
  tỷ: 9,
  tỉ: 9,
};

/** The dot parts thousands, the comma decimals; "3.5" with one or two places is a decimal written the English way. */
const amount = String.raw`(\d{1,3}(?:\.\d{3}){1,5}|\d{1,3}(?:,\d{3}){2,5}|\d{1,15})(?:[.,](\d{1,2}|\d{3,6}))?`;
const scale = String.raw`(k|K|nghìn|ngàn|tr|triệu|tỷ|tỉ)(?!(?![đĐ])\p{L})`;
const signs = String.raw`(US\$|[$€£¥₫])\s?`;
const names = '(VNĐ|VND|vnđ|vnd|đồng|USD|EUR|GBP|JPY|đ|Đ|[₫$€£¥])';
const unitNames = Object.keys(units)
  .sort((a, b) => b.length - a.length)
  .join('|');

export function amountRules(dialect: Vietnamese): {
  readonly digits: readonly Rule[];
  readonly letters: readonly Rule[];
  readonly signs: readonly Rule[];
} {
  const plain = (whole: string, fraction: string | undefined) => {
    const digits = whole.replace(/[.,]/g, '');
    return fraction === undefined ? cardinal(digits, dialect) : decimal(digits, fraction, dialect);
  };
  /** "1,5 triệu": "một triệu rưỡi"; "1,2 triệu": "một triệu hai trăm nghìn". */
  const scaled = (whole: string, fraction: string | undefined, name: string) => {
    const power = scales[name] ?? 0;
    const word = power === 3 ? dialect.thousand : power === 6 ? 'triệu' : 'tỷ';
    const digits = whole.replace(/[.,]/g, '');
    if (fraction === undefined) return `${cardinal(digits, dialect)} ${word}`;
    if (fraction === '5' && digits !== '0') return `${cardinal(digits, dialect)} ${word} rưỡi`;
    if (fraction.length > power) return `${decimal(digits, fraction, dialect)} ${word}`;
    return cardinal(digits + fraction.padEnd(power, '0'), dialect);
  };
  const money = (name: string, whole: string, fraction: string | undefined) => {
    const currency = currencies[name] ?? name;
    if (currency === 'đồng' || fraction === undefined || /^0+$/.test(fraction)) {
      return `${plain(whole, fraction !== undefined && /^0+$/.test(fraction) ? undefined : fraction)} ${currency}`;
    }
    if (currency.startsWith('đô la') && fraction.length === 2) {
      const cents = `${cardinal(fraction, dialect)} xu`;
      return Number(whole) === 0 ? cents : `${plain(whole, undefined)} ${currency} ${cents}`;
    }
    return `${plain(whole, fraction)} ${currency}`;
  };
  const moneySigns = [
    rule(
      new RegExp(`${signs}${amount}\\s?${scale}`, 'u'),
      ([, sign = '', whole = '', fraction, name = '']) => `${scaled(whole, fraction, name)} ${currencies[sign]}`,
    ),
    rule(
      new RegExp(`([-−])?${signs}${amount}`, 'u'),
      ([, minus, sign = '', whole = '', fraction]) =>
        `${minus === undefined ? '' : 'âm '}${money(sign, whole, fraction)}`,
    ),
  ];
  return {
    signs: moneySigns,
    letters: moneySigns,
    digits: [
      // 2tr5, 1tr250, 3tỷ2: what follows is of the next lower places.
      rule(
        /(\d{1,4})(tr|tỷ|tỉ|k)(\d{1,3})(?:\s?(đ|đồng|VNĐ|VND)(?!\p{L}))?/u,
        ([, whole = '', name = '', rest = '', currency]) =>
          `${scaled(whole, rest, name)}${currency === undefined ? '' : ' đồng'}`,
      ),
      rule(
        new RegExp(`${amount}\\s?[-–]\\s?${amount}\\s?${scale}(?:\\s?${names}(?!\\p{L}))?`, 'u'),
        ([, whole = '', fraction, toWhole = '', toFraction, name = '', currency]) =>
          `${plain(whole, fraction)} đến ${scaled(toWhole, toFraction, name)}${currency === undefined ? '' : ` ${currencies[currency]}`}`,
      ),
      rule(
        new RegExp(`${amount}\\s?${scale}(?:\\s?${names}(?!\\p{L}))?`, 'u'),
        ([, whole = '', fraction, name = '', currency]) =>
          `${scaled(whole, fraction, name)}${currency === undefined ? '' : ` ${currencies[currency]}`}`,
      ),
      rule(
        new RegExp(`${amount}\\s?[-–]\\s?${amount}\\s?${names}(?!\\p{L})`, 'u'),
        ([, whole = '', fraction, toWhole = '', toFraction, name = '']) =>
          `${plain(whole, fraction)} đến ${money(name, toWhole, toFraction)}`,
      ),
      rule(new RegExp(`${amount}\\s?${names}(?!\\p{L})`, 'u'), ([, whole = '', fraction, name = '']) =>
        money(name, whole, fraction),
      ),
      rule(
        new RegExp(`${amount}\\s?[-–]\\s?${amount}\\s?(%|${unitNames})(?![\\p{L}\\d])`, 'u'),
        ([, whole = '', fraction, toWhole = '', toFraction, name = '']) =>
          `${plain(whole, fraction)} đến ${plain(toWhole, toFraction)} ${name === '%' ? 'phần trăm' : units[name]}`,
      ),
      rule(new RegExp(`${amount}\\s?%`, 'u'), ([, whole = '', fraction]) => `${plain(whole, fraction)} phần trăm`),
      rule(
        new RegExp(`${amount}(\\s?)(${unitNames})(?![\\p{L}\\d])`, 'u'),
        ([, whole = '', fraction, gap = '', name = '']) =>
          gap !== '' && onlyTogether.has(name) ? undefined : `${plain(whole, fraction)} ${units[name]}`,
      ),
    ],
  };
}
