import { type Rule, rule } from './rule.ts';
import { cardinal, decimal, digitByDigit, ordinal, type Vietnamese } from './vietnamese-numbers.ts';

const minTelephoneDigits = 8;
const maxTelephoneDigits = 15;
const glyphs: Readonly<Record<string, readonly [string, string]>> = {
  '½': ['1', '2'],
  '¼': ['1', '4'],
  '¾': ['3', '4'],
  '⅓': ['1', '3'],
  '⅔': ['2', '3'],
};
const anyGlyph = `[${Object.keys(glyphs).join('')}]`;
const whole = String.raw`\d{1,3}(?:\.\d{3}){1,5}|\d{1,18}`;
/** After these a number is a name: it is read digit by digit. */
const readOut = new Set('mã pin otp gọi code cccd cmnd đuôi stk khoản'.split(' '));
/** After these the first is "nhất" and the fourth "tư". */
const ordinals = new Set(['thứ', 'hạng']);

export function numberRules(dialect: Vietnamese): {
  readonly telephone: readonly Rule[];
  readonly digits: readonly Rule[];
  readonly signs: readonly Rule[];
} {
  const plain = (digits: string, part: string | undefined) => {
    const bare = digits.replaceAll('.', '');
    return part === undefined ? cardinal(bare, dialect) : decimal(bare, part, dialect);
  };
  const part = (numerator: string, denominator: string) =>
    `${cardinal(numerator, dialect)} phần ${denominator === '4' ? 'tư' : cardinal(denominator, dialect)}`;
  const telephone = rule(
    /(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,5}\)[ .-]?)?\d{1,15}(?:[ .-]\d{2,6}){0,5}/,
    ([all], { before }) => {
      const groups = all.match(/\d+/g) ?? [];
      const length = groups.join('').length;
      if (length < minTelephoneDigits || length > maxTelephoneDigits) return undefined;
      const isDialled = /^[+(0]/.test(all) || /^1[89]00/.test(all) || /[ -]/.test(all);
      if (!isDialled && !readOut.has(before) && (length < 10 || all.includes('.'))) return undefined;
      const said = groups.length === 1 ? split(groups[0] ?? '') : groups;
      return `${all.startsWith('+') ? 'cộng ' : ''}${said.map(digitByDigit).join(', ')}`;
    },
  );
  return {
    telephone: [
      rule(/\d{3,12}/, ([all], { before }) => (readOut.has(before) ? digitByDigit(all) : undefined)),
      telephone,
    ],
    digits: [
      rule(/\d{1,2}/, ([all], { before }) => (ordinals.has(before) ? ordinal(all, dialect) : undefined)),
      rule(/24\/7/, () => 'hai mươi tư trên bảy'),
      rule(/(\d{1,3})\/(\d{1,3})/, ([, numerator = '', denominator = '']) =>
        Number(numerator) < Number(denominator) && Number(denominator) <= 100
          ? part(numerator, denominator)
          : `${cardinal(numerator, dialect)} trên ${cardinal(denominator, dialect)}`,
      ),
      rule(new RegExp(`(\\d{1,6})\\s?(${anyGlyph})`, 'u'), ([, digits = '', glyph = '']) => {
        const [numerator, denominator] = glyphs[glyph] ?? ['', ''];
        return glyph === '½'
          ? `${cardinal(digits, dialect)} rưỡi`
          : `${cardinal(digits, dialect)} và ${part(numerator, denominator)}`;
      }),
      // Half hours and half anything else that is counted.
      rule(/(\d{1,3})[.,]5 (giờ|tiếng|năm|tháng|ngày|tuần)(?!\p{L})/u, ([, digits = '', unit = '']) =>
        digits === '0' ? `nửa ${unit}` : `${cardinal(digits, dialect)} ${unit} rưỡi`,
      ),
      rule(
        new RegExp(`(${whole})(?:,(\\d{1,6}))?\\s?[-–]\\s?(${whole})(?:,(\\d{1,6}))?`),
        ([, from = '', fromPart, to = '', toPart]) => `${plain(from, fromPart)} đến ${plain(to, toPart)}`,
      ),
      // 1.2.3: a version; "1.2" as well, after "bản" or "phiên bản".
      rule(/\d{1,4}(?:\.\d{1,2}){2,4}/, ([all]) =>
        all
          .split('.')
          .map((group) => cardinal(group, dialect))
          .join(' chấm '),
      ),
      rule(/(\d{1,4})\.(\d{1,2})/, ([, digits = '', fraction = ''], { before }) =>
        before === 'bản'
          ? `${cardinal(digits, dialect)} chấm ${cardinal(fraction, dialect)}`
          : decimal(digits, fraction, dialect),
      ),
      rule(/0\d{1,5}/, ([all]) => digitByDigit(all)),
      rule(/(\d{1,3}(?:,\d{3}){2,5})/, ([, all = '']) => cardinal(all.replaceAll(',', ''), dialect)),
      rule(new RegExp(`(${whole})(?:,(\\d{1,12}))?`), ([, digits = '', fraction]) => plain(digits, fraction)),
    ],
    signs: [
      rule(
        new RegExp(`([-−+±~≈<>≤≥#])\\s?(${whole})(?:[.,](\\d{1,12}))?(\\s?(?:°C|°|%))?`),
        ([, sign = '', digits = '', fraction, unit]) => {
          const name = unit?.trim();
          return `${signed[sign]} ${plain(digits, fraction)}${name === undefined ? '' : ` ${units[name]}`}`;
        },
      ),
      rule(new RegExp(anyGlyph, 'u'), ([glyph]) => {
        const [numerator, denominator] = glyphs[glyph] ?? ['', ''];
        return glyph === '½' ? 'một nửa' : part(numerator, denominator);
      }),
    ],
  };
}

/** A mobile number as people tell it: 090 123 4567, 0901 234 567. */
function split(digits: string): readonly string[] {
  if (digits.length === 10) return [digits.slice(0, 4), digits.slice(4, 7), digits.slice(7)];
  return digits.match(/\d{1,4}/g) ?? [];
}

const signed: Readonly<Record<string, string>> = {
  '-': 'âm',
  '−': 'âm',
  '+': 'cộng',
  '±': 'cộng trừ',
  '~': 'khoảng',
  '≈': 'khoảng',
  '<': 'dưới',
  '>': 'trên',
  '≤': 'không quá',
  '≥': 'ít nhất',
  '#': 'số',
};
const units: Readonly<Record<string, string>> = { '°C': 'độ xê', '°': 'độ', '%': 'phần trăm' };
