import { cardinal, decade, type English, ordinal, year } from './english-numbers.ts';
import { type Rule, rule } from './rule.ts';

const months = 'January February March April May June July August September October November December'.split(' ');
const abbreviated = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Words with which a written date may begin. */
export const monthWords: readonly string[] = [...months.map((month) => month.toLowerCase()), ...abbreviated, 'sept'];

const monthPattern =
  '(January|February|March|April|May|June|July|August|September|October|November|December|' +
  'Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\\.?';

/** After these, "12/5" is a date and no fraction. */
const datePrepositions = new Set(
  'on by until till from since before after for to between monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun date dated due'.split(
    ' ',
  ),
);

export function dateRules(english: English): { readonly digits: readonly Rule[]; readonly letters: readonly Rule[] } {
  const day = (digits: string) => ordinal(String(Number(digits)), english);
  const said = (monthName: string, dayDigits: string, yearDigits: string | undefined, the: boolean) => {
    const when = yearDigits === undefined ? '' : `, ${year(yearDigits, english)}`;
    if (english === 'us') return `${monthName} ${day(dayDigits)}${when}`;
    return `${the ? `the ${day(dayDigits)} of ${monthName}` : `${monthName} the ${day(dayDigits)}`}${when}`;
  };
  const numeric = (a: string, b: string, yearDigits: string | undefined) => {
    const [first, second] = [Number(a), Number(b)];
    // Americans write the month first; a number over twelve is the day wherever it stands.
    const monthFirst = second > 12 || (english === 'us' && first <= 12);
    const [monthNumber, dayDigits] = monthFirst ? [first, b] : [second, a];
    const monthName = months[monthNumber - 1];
    const dayNumber = Number(dayDigits);
    if (monthName === undefined || dayNumber < 1 || dayNumber > 31) return undefined;
    return said(monthName, dayDigits, yearDigits, true);
  };
  return {
    digits: [
      rule(/(\d{4})-(\d\d)-(\d\d)/, ([, yearDigits = '', month = '', dayDigits = '']) => {
        const monthName = months[Number(month) - 1];
        if (monthName === undefined || Number(dayDigits) < 1 || Number(dayDigits) > 31) return undefined;
        return said(monthName, dayDigits, yearDigits, true);
      }),
      rule(/(\d{1,2})[/.](\d{1,2})[/.](\d{4})/, ([, a = '', b = '', yearDigits]) => numeric(a, b, yearDigits)),
      rule(/(\d{1,2})\/(\d{1,2})\/(\d\d)/, ([, a = '', b = '', short = '']) => numeric(a, b, `20${short}`)),
      rule(/(\d{1,2})\/(\d{1,2})/, ([, a = '', b = ''], { before }) =>
        datePrepositions.has(before) ? numeric(a, b, undefined) : undefined,
      ),
      rule(
        new RegExp(`(\\d{1,2})(?:st|nd|rd|th)?( of)? ${monthPattern}(?:,? (\\d{4}))?`),
        ([, dayDigits = '', of, month = '', yearDigits], { before }) => {
          if (Number(dayDigits) < 1 || Number(dayDigits) > 31) return undefined;
          if (of === undefined && before !== 'the') return said(monthName(month), dayDigits, yearDigits, true);
          const when = yearDigits === undefined ? '' : `, ${year(yearDigits, english)}`;
          return `${before === 'the' ? '' : 'the '}${day(dayDigits)} of ${monthName(month)}${when}`;
        },
      ),
      // 1990s, 80s
      rule(/(\d{2}|\d{4})'?s/, ([, digits = '']) => (digits.endsWith('0') ? decade(digits, english) : undefined)),
      rule(/(\d{4})\s?[-–]\s?(\d{4})/, ([, from = '', to = '']) =>
        isYear(from) && isYear(to) ? `${year(from, english)} to ${year(to, english)}` : undefined,
      ),
      rule(/\d{4}/, ([all], { before }) => (isYear(all) && !countsBefore.has(before) ? year(all, english) : undefined)),
    ],
    letters: [
      rule(
        new RegExp(`${monthPattern} (\\d{1,2})(?:st|nd|rd|th)?[-–](\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?`),
        ([, month = '', from = '', to = '', yearDigits]) => {
          if (Number(from) > 31 || Number(to) > 31) return undefined;
          const when = yearDigits === undefined ? '' : `, ${year(yearDigits, english)}`;
          return `${monthName(month)} ${day(from)} to ${day(to)}${when}`;
        },
      ),
      rule(
        new RegExp(`${monthPattern} (\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?(?!:\\d)`),
        ([, month = '', dayDigits = '', yearDigits]) => {
          if (Number(dayDigits) < 1 || Number(dayDigits) > 31) return undefined;
          return said(monthName(month), dayDigits, yearDigits, false);
        },
      ),
      rule(new RegExp(`${monthPattern},? (\\d{4})`), ([, month = '', yearDigits = '']) =>
        isYear(yearDigits) ? `${monthName(month)} ${year(yearDigits, english)}` : undefined,
      ),
    ],
  };
}

/** 3 p.m., 15:30, 9-11 a.m. */
export function timeRules(english: English): readonly Rule[] {
  const number = (digits: string) => cardinal(String(Number(digits)), english);
  const clock = (hour: string, minute = '00') => {
    if (minute === '00') return number(hour);
    return `${number(hour)} ${minute.startsWith('0') ? `oh ${number(minute)}` : number(minute)}`;
  };
  return [
    rule(
      /(1[0-2]|0?\d)(?::([0-5]\d))?\s?(?:([ap])\.?\s?m\.?\s?)?[-–]\s?(1[0-2]|0?\d)(?::([0-5]\d))?\s?([ap])\.?\s?m\b\.?/i,
      ([, hour = '', minute, firstHalf, toHour = '', toMinute, half = '']) => {
        const first = firstHalf === undefined ? '' : ` ${firstHalf.toUpperCase()} M`;
        return `${clock(hour, minute)}${first} to ${clock(toHour, toMinute)} ${half.toUpperCase()} M`;
      },
    ),
    rule(
      /(1[0-2]|0?\d)(?:[:.]([0-5]\d))?\s?([ap])\.?\s?m\b\.?/i,
      ([, hour = '', minute, half = '']) => `${clock(hour, minute)} ${half.toUpperCase()} M`,
    ),
    rule(
      /([01]?\d|2[0-3]):([0-5]\d)\s?[-–]\s?([01]?\d|2[0-3]):([0-5]\d)/,
      ([, hour = '', minute = '', toHour = '', toMinute = '']) => {
        return `${alone(hour, minute)} to ${alone(toHour, toMinute)}`;
      },
    ),
    rule(/([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)/, ([, hour = '', minute = '', second = '']) => {
      const seconds = Number(second) === 1 ? 'second' : 'seconds';
      return `${alone(hour, minute)} and ${number(second)} ${seconds}`;
    }),
    rule(/([01]?\d|2[0-3]):([0-5]\d)/, ([, hour = '', minute = '']) => alone(hour, minute)),
  ];

  /** Without a.m. or p.m. */
  function alone(hour: string, minute: string): string {
    const value = Number(hour);
    if (minute !== '00') return value === 0 ? `${clock('12', minute)} A M` : clock(hour, minute);
    if (value === 0) return 'midnight';
    return value <= 12 ? `${number(hour)} o'clock` : `${number(hour)} hundred`;
  }
}

/** Before a four-digit number, these make a quantity of it. */
const countsBefore = new Set('about over nearly almost than exactly only approximately costs'.split(' '));

function isYear(digits: string): boolean {
  return digits >= '1900' && digits <= '2099';
}

function monthName(written: string): string {
  const index = abbreviated.indexOf(written.slice(0, 3).toLowerCase());
  return months[index] ?? written;
}
