import { addressRules } from './addresses.ts';
import { amountRules } from './english-amounts.ts';
import { dateRules, monthWords, timeRules } from './english-dates.ts';
import { cardinal, digitByDigit, type English, ordinal } from './english-numbers.ts';
import { numberRules } from './english-numerals.ts';
import { telephoneRules } from './english-telephone.ts';
import { romanValue } from './roman.ts';
import { abbreviations, dottedRule, type Rule, rule, type SpokenLanguage } from './rule.ts';

function pack(english: English): SpokenLanguage {
  const digits = (all: string) => digitByDigit(all, 'us');
  const addresses = addressRules({
    at: 'at',
    dot: 'dot',
    dash: 'dash',
    underscore: 'underscore',
    slash: 'slash',
    plus: 'plus',
    digits,
    letters,
  });
  return {
    digitRules: [
      ...addresses,
      ...dateRules(english).digits,
      ...timeRules(english),
      ...telephoneRules(english).digits,
      ...amountRules(english).digits,
      ...numberRules(english).digits,
      ...codeRules,
    ],
    letterRules: [
      dottedRule(words),
      ...addresses,
      ...dateRules(english).letters,
      ...amountRules(english).letters,
      ...romanRules(english),
      ...labelRules(english),
      ...codeRules,
      ...acronymRules,
    ],
    signRules: [...telephoneRules(english).signs, ...amountRules(english).signs, ...numberRules(english).signs],
    beginners: new Set([...monthWords, 'no', 'nos', 'us', 'v', 'st']),
    abbreviations: words,
    signs,
    digits: (all) => (all.length > 4 ? digits(all) : cardinal(all, english)),
    letters,
  };
}

/** "A12B", "BA-2490": letter by letter, digit by digit. */
const codeRules: readonly Rule[] = [
  rule(/(?=[A-Z-]{0,10}\d)(?=[\d-]{0,16}[A-Z])[A-Z\d]{1,16}(?:-[A-Z\d]{1,8}){0,4}/, ([all]) => {
    // "COVID-19" is a name with its year.
    const named = /^([A-Z]{4,})-(\d{1,2})$/.exec(all);
    if (named !== null) return `${named[1]} ${cardinal(named[2] ?? '', 'us')}`;
    const parts = all.match(/[A-Z]+|\d+/g) ?? [];
    return parts.map((part) => (/\d/.test(part) ? digitByDigit(part, 'us') : letters(part))).join(' ');
  }),
];

/** Said letter by letter although they have a vowel; those without one always are. */
const spelled = new Set('ATM USA UK EU UAE FAQ URL API ID AI SUV VIP CEO IBAN UTC EUR ETA EST'.split(' '));

const acronymRules: readonly Rule[] = [
  rule(/([A-Z]{2,6})(s?)/, ([, acronym = '', plural = '']) => {
    if (!spelled.has(acronym) && /[AEIOUY]/.test(acronym)) return undefined;
    return `${letters(acronym)}${plural === '' ? '' : "'s"}`;
  }),
  // "U.S.", "e.g." is an abbreviation and comes before.
  rule(/(?:[A-Z]\.){2,5}/, ([all]) => letters(all.replaceAll('.', ''))),
];

/** Kings and popes: "the eighth"; chapters, wars and models: "eight". */
const rulers = new Set(
  (
    'henry george elizabeth charles louis paul benedict edward james william philip richard pius napoleon catherine ' +
    'alexander nicholas leo francis frederick ivan peter mary margaret'
  ).split(' '),
);
const numbered = new Set(
  'chapter part phase type section act volume level war appendix article step stage class grade group tier book title'.split(
    ' ',
  ),
);

function romanRules(english: English): readonly Rule[] {
  return [
    rule(/[IVXLC]{1,8}/, ([numeral], { before }) => {
      const value = romanValue(numeral);
      if (value === undefined) return undefined;
      if (numbered.has(before)) return cardinal(String(value), english);
      // "Henry I told you about" is no king.
      if (rulers.has(before) && numeral.length > 1) return `the ${ordinal(String(value), english)}`;
      return undefined;
    }),
  ];
}

/** "No. 5", "v2.1". */
function labelRules(english: English): readonly Rule[] {
  return [
    rule(/[Nn](?:o\.|os\.|º|°)\s?(\d{1,9})/, ([, number = '']) => `number ${cardinal(number, english)}`),
    // "St. Mary" is holy, "Main St." is a street.
    rule(/St\.(?=\s\p{Lu})/u, (_match, { beforeAsWritten }) =>
      /^\p{Lu}/u.test(beforeAsWritten) ? undefined : 'Saint',
    ),
    rule(/[Vv]\.?(\d{1,4}(?:\.\d{1,4}){0,3})/, ([, version = '']) => {
      const parts = version.split('.').map((part) => cardinal(part, english));
      return `version ${parts.join(' point ')}`;
    }),
  ];
}

function letters(all: string): string {
  return [...all].join(' ');
}

const signs: ReadonlyMap<string, string> = new Map([
  ['&', 'and'],
  ['@', 'at'],
  ['+', 'plus'],
  ['%', 'percent'],
  ['#', 'number'],
  ['=', 'equals'],
  ['×', 'times'],
  ['÷', 'divided by'],
  ['≈', 'about'],
  ['≤', 'at most'],
  ['≥', 'at least'],
  ['±', 'plus or minus'],
  ['→', 'to'],
  ['°', 'degrees'],
  ['£', 'pounds'],
  ['€', 'euros'],
  ['$', 'dollars'],
  ['©', 'copyright'],
]);

const words = abbreviations({
  stop: {
    sat: 'Saturday',
    sun: 'Sunday',
    wed: 'Wednesday',
    min: 'minimum',
    max: 'maximum',
    fig: 'figure',
    ed: 'edition',
    gov: 'governor',
    gen: 'general',
    col: 'colonel',
    rev: 'reverend',
    hon: 'honorable',
    co: 'company',
    est: 'established',
    inc: 'incorporated',
    pop: 'population',
    temp: 'temperature',
    int: 'international',
    dist: 'district',
    misc: 'miscellaneous',
    ref: 'reference',
    res: 'reservation',
    st: 'street',
    mon: 'Monday',
    jan: 'January',
    feb: 'February',
    mar: 'March',
    apr: 'April',
    jun: 'June',
    jul: 'July',
    aug: 'August',
    oct: 'October',
    nov: 'November',
    dec: 'December',
  },
  capital: {
    mon: 'Monday',
    tue: 'Tuesday',
    tues: 'Tuesday',
    thu: 'Thursday',
    thur: 'Thursday',
    thurs: 'Thursday',
    fri: 'Friday',
    sept: 'September',
    sep: 'September',
    mr: 'Mister',
    mrs: 'Missis',
    ms: 'Miz',
    dr: 'Doctor',
    prof: 'Professor',
    jr: 'Junior',
    sr: 'Senior',
    capt: 'Captain',
    sgt: 'Sergeant',
    lt: 'Lieutenant',
    ave: 'Avenue',
    blvd: 'Boulevard',
    rd: 'Road',
    hwy: 'Highway',
    apt: 'Apartment',
    ste: 'Suite',
    mt: 'Mount',
    ft: 'Fort',
    ltd: 'Limited',
    corp: 'Corporation',
    dept: 'department',
    univ: 'University',
    assoc: 'Associates',
  },
  always: {
    'e.g': 'for example',
    'i.e': 'that is',
    etc: 'et cetera',
    approx: 'approximately',
    appt: 'appointment',
    vs: 'versus',
    incl: 'including',
    excl: 'excluding',
    tel: 'telephone',
    ext: 'extension',
    qty: 'quantity',
    mins: 'minutes',
    hrs: 'hours',
    wks: 'weeks',
    'a.k.a': 'also known as',
    asap: 'as soon as possible',
    fyi: 'for your information',
    btw: 'by the way',
    bldg: 'building',
  },
});

// Below the tables that they are made of.
export const american: SpokenLanguage = pack('us');
export const british: SpokenLanguage = pack('gb');
