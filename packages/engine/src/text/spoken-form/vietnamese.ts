import { addressRules } from './addresses.ts';
import { romanValue } from './roman.ts';
import { abbreviations, dottedRule, type Rule, rule, type SpokenLanguage } from './rule.ts';
import { amountRules } from './vietnamese-amounts.ts';
import { dateRules, timeRules } from './vietnamese-dates.ts';
import { cardinal, digitByDigit, northern, ordinal, southern, type Vietnamese } from './vietnamese-numbers.ts';
import { numberRules } from './vietnamese-numerals.ts';

function pack(dialect: Vietnamese): SpokenLanguage {
  const addresses = addressRules({
    at: 'a còng',
    dot: 'chấm',
    dash: 'gạch ngang',
    underscore: 'gạch dưới',
    slash: 'xuyệt',
    plus: 'cộng',
    digits: digitByDigit,
    letters,
  });
  const dates = dateRules(dialect);
  const amounts = amountRules(dialect);
  const numbers = numberRules(dialect);
  return {
    digitRules: [
      ...addresses,
      ...dates,
      ...timeRules(dialect),
      ...numbers.telephone,
      ...amounts.digits,
      ...numbers.digits,
      ...codeRules,
    ],
    letterRules: [
      dottedRule(words),
      ...addresses,
      ...placeRules(dialect),
      ...titleRules,
      ...amounts.letters,
      ...romanRules(dialect),
      ...codeRules,
      ...acronymRules,
    ],
    signRules: [...numbers.telephone, ...amounts.signs, ...numbers.signs],
    beginners: new Set(['tp', 't', 'p', 'q', 'd', 'v', 'th']),
    abbreviations: words,
    signs,
    digits: (all) => (all.length > 4 ? digitByDigit(all) : cardinal(all, dialect)),
    letters,
  };
}

/** "Q.1", "P5", "TP.HCM". */
function placeRules(dialect: Vietnamese): readonly Rule[] {
  const numbered = (name: string) => (match: RegExpExecArray) => `${name} ${cardinal(match[1] ?? '', dialect)}`;
  return [
    rule(/(?:TP|Tp|tp)\.?\s?HCM/, () => 'thành phố Hồ Chí Minh'),
    rule(/(?:TP|Tp|tp)\.\s?HN/, () => 'thành phố Hà Nội'),
    rule(/(?:TP|Tp|tp|T\.P)\./, () => 'thành phố'),
    rule(/[Qq]\.?\s?(\d{1,2})/, numbered('quận')),
    rule(/P\.\s?(\d{1,2})/, numbered('phường')),
    rule(/[Qq]\.(?=\s?\p{Lu})/u, () => 'quận'),
    rule(/P\.(?=\s?\p{Lu})/u, () => 'phường'),
    rule(/[Vv]\.?(\d{1,4}(?:\.\d{1,4}){0,3})/, ([, version = '']) => {
      const parts = version.split('.').map((part) => cardinal(part, dialect));
      return `phiên bản ${parts.join(' chấm ')}`;
    }),
    rule(/[Tt]\.(\d{1,2})/, numbered('tháng')),
    rule(/[Tt]([2-7])/, ([, day = '']) => `thứ ${ordinal(day, dialect)}`),
  ];
}

/** "ThS. Lan", "PGS.TS. Hùng": titles may be strung together. */
const titles: ReadonlyMap<string, string> = new Map([
  ['ths', 'thạc sĩ'],
  ['th.s', 'thạc sĩ'],
  ['ts', 'tiến sĩ'],
  ['t.s', 'tiến sĩ'],
  ['gs', 'giáo sư'],
  ['pgs', 'phó giáo sư'],
  ['bs', 'bác sĩ'],
  ['bsck', 'bác sĩ chuyên khoa'],
  ['ks', 'kỹ sư'],
  ['ls', 'luật sư'],
  ['cn', 'cử nhân'],
]);

const titleRules: readonly Rule[] = [
  rule(/(?:(?:ThS|Th\.S|TS|T\.S|PGS|GS|BSCK|BS|Bs|KS|LS|CN)\.){1,4}(?:(?:ThS|TS|BS|KS)(?=\s))?/, ([all]) =>
    all
      .replace(/\.$/, '')
      .split(/\.(?=[A-Z]{2}|Th)/)
      .map((title) => titles.get(title.toLowerCase()) ?? title)
      .join(' '),
  ),
];

const letterNames: Readonly<Record<string, string>> = {
  A: 'a',
  B: 'bê',
  C: 'xê',
  D: 'đê',
  Đ: 'đê',
  E: 'e',
  F: 'ép',
  G: 'gờ',
  H: 'hát',
  I: 'i',
  J: 'gi',
  K: 'ca',
  L: 'lờ',
  M: 'mờ',
  N: 'nờ',
  O: 'o',
  P: 'pê',
  Q: 'quy',
  R: 'rờ',
  S: 'ét',
  T: 'tê',
  U: 'u',
  V: 'vê',
  W: 'vê kép',
  X: 'ích',
  Y: 'y',
  Z: 'dét',
};

function letters(all: string): string {
  return [...all].map((letter) => letterNames[letter.toUpperCase()] ?? letter).join(' ');
}

const codeRules: readonly Rule[] = [
  // A number plate: 29A-123.45.
  rule(/\d{2}[A-ZĐ]{1,2}\d?[- ]?\d{3}\.?\d{2}/u, ([all]) => spell(all)),
  // "COVID-19" is a name with its year.
  rule(/([A-Z]{4,16})-(\d{1,2})/, ([, name = '', number = '']) =>
    /[AEIOU]/.test(name) ? `${name} ${cardinal(number, northern)}` : undefined,
  ),
  rule(/(?=[A-ZĐ-]{0,10}\d)(?=[\d-]{0,16}[A-ZĐ])[A-ZĐ\d]{1,16}(?:-[A-ZĐ\d]{1,8}){0,4}/u, ([all]) => spell(all)),
];

function spell(code: string): string {
  return (code.match(/[A-ZĐ]+|\d+/gu) ?? [])
    .map((part) => (/\d/.test(part) ? digitByDigit(part) : letters(part)))
    .join(' ');
}

/** Capitals without a vowel between them cannot be read as a word. */
const acronymRules: readonly Rule[] = [
  rule(/\p{Lu}{2,6}/u, ([acronym]) =>
    /[AEIOUYÀ-Ỹ]/u.test(acronym) && !spelled.has(acronym)
      ? undefined
      : words.has(acronym.toLowerCase())
        ? undefined
        : letters(acronym),
  ),
];
const spelled = new Set('ATM USB VIP API AI IT EU UAE USD'.split(' '));

/** "Thế kỷ XXI", "Quý IV", "khóa XV". */
function romanRules(dialect: Vietnamese): readonly Rule[] {
  return [
    rule(/[IVXLC]{1,8}/, ([numeral], { before, beforeAsWritten }) => {
      const value = romanValue(numeral);
      if (value === undefined) return undefined;
      if (numberedBefore.has(before)) return cardinal(String(value), dialect);
      return numeral.length > 1 && /^\p{Lu}\p{Ll}/u.test(beforeAsWritten)
        ? cardinal(String(value), dialect)
        : undefined;
    }),
  ];
}
const numberedBefore = new Set('kỷ quý khóa khoá hội chương phần mục hạng loại cấp đại lần thứ'.split(' '));

const signs: ReadonlyMap<string, string> = new Map([
  ['&', 'và'],
  ['@', 'a còng'],
  ['+', 'cộng'],
  ['%', 'phần trăm'],
  ['#', 'số'],
  ['=', 'bằng'],
  ['×', 'nhân'],
  ['÷', 'chia'],
  ['≈', 'khoảng'],
  ['≤', 'không quá'],
  ['≥', 'ít nhất'],
  ['±', 'cộng trừ'],
  ['→', 'đến'],
  ['°', 'độ'],
  ['₫', 'đồng'],
  ['$', 'đô la'],
  ['€', 'ơ rô'],
]);

const words = abbreviations({
  stop: {
    đ: 'đường',
    tx: 'thị xã',
    tt: 'thị trấn',
    h: 'huyện',
    tr: 'trang',
    vd: 'ví dụ',
    ks: 'kỹ sư',
    cty: 'công ty',
    st: 'sáng tác',
  },
  capital: {
    tphcm: 'thành phố Hồ Chí Minh',
    hcm: 'Hồ Chí Minh',
    tp: 'thành phố',
    ubnd: 'ủy ban nhân dân',
    hđnd: 'hội đồng nhân dân',
    tnhh: 'trách nhiệm hữu hạn',
    cp: 'cổ phần',
    đt: 'điện thoại',
    đtdđ: 'điện thoại di động',
    sđt: 'số điện thoại',
    cmnd: 'chứng minh nhân dân',
    cccd: 'căn cước công dân',
    gplx: 'giấy phép lái xe',
    bhyt: 'bảo hiểm y tế',
    bhxh: 'bảo hiểm xã hội',
    csgt: 'cảnh sát giao thông',
    thpt: 'trung học phổ thông',
    thcs: 'trung học cơ sở',
    đh: 'đại học',
    đhqg: 'đại học quốc gia',
    nxb: 'nhà xuất bản',
    stt: 'số thứ tự',
    stk: 'số tài khoản',
    vn: 'Việt Nam',
    kcn: 'khu công nghiệp',
    bv: 'bệnh viện',
    cskh: 'chăm sóc khách hàng',
    vnđ: 'đồng',
    vnd: 'đồng',
    qlda: 'quản lý dự án',
    gtgt: 'giá trị gia tăng',
    ts: 'tiến sĩ',
    bs: 'bác sĩ',
    ths: 'thạc sĩ',
    pgs: 'phó giáo sư',
    gs: 'giáo sư',
  },
  always: {
    'v.v': 'vân vân',
    vv: 'vân vân',
    ko: 'không',
    đc: 'được',
    cty: 'công ty',
    sđt: 'số điện thoại',
    đtdđ: 'điện thoại di động',
  },
});

// Below the tables that they are made of.
export const northernVietnamese: SpokenLanguage = pack(northern);
export const southernVietnamese: SpokenLanguage = pack(southern);
