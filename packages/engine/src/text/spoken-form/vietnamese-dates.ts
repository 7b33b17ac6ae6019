import { type Rule, rule } from './rule.ts';
import { cardinal, monthName, type Vietnamese } from './vietnamese-numbers.ts';

/** After these, "3/5" is a day and no fraction. */
const dateWords = new Set(
  'ngày mùng mồng hôm từ đến tới trước sau nay mai sáng trưa chiều tối hai ba tư năm sáu bảy nhật và qua'.split(' '),
);

export function dateRules(dialect: Vietnamese): readonly Rule[] {
  const number = (digits: string) => cardinal(String(Number(digits)), dialect);
  const date = (day: string, month: string, year: string | undefined, before: string) => {
    if (!isDay(day) || !isMonth(month)) return undefined;
    const name = /^(?:ngày|mùng|mồng|hôm)$/.test(before) ? '' : 'ngày ';
    const when = year === undefined ? '' : ` năm ${number(year)}`;
    return `${name}${number(day)} tháng ${monthName(Number(month), dialect)}${when}`;
  };
  return [
    rule(/(\d{4})-(\d\d)-(\d\d)/, ([, year, month = '', day = ''], { before }) => date(day, month, year, before)),
    rule(/(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})/, ([, day = '', month = '', year], { before }) =>
      date(day, month, year, before),
    ),
    rule(/(\d{1,2})\/(\d{1,2})\/(\d\d)/, ([, day = '', month = '', year = ''], { before }) =>
      date(day, month, `20${year}`, before),
    ),
    rule(/(\d{1,2})[-–](\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?/, ([, from = '', to = '', month = '', year], { before }) => {
      const last = isDay(from) ? date(to, month, year, 'ngày') : undefined;
      if (last === undefined) return undefined;
      return `${/^(?:ngày|mùng|mồng|hôm)$/.test(before) ? '' : 'ngày '}${number(from)} đến ${last}`;
    }),
    rule(/(\d{1,2})\/(\d{4})/, ([, month = '', year = ''], { before }) => {
      if (!isMonth(month)) return undefined;
      return `${before === 'tháng' ? '' : 'tháng '}${monthName(Number(month), dialect)} năm ${number(year)}`;
    }),
    rule(/(\d{1,2})[/-](\d{1,2})/, ([, day = '', month = ''], { before }) => {
      if (before === 'tháng' || !dateWords.has(before)) return undefined;
      return date(day, month, undefined, before);
    }),
    rule(/\d{1,2}/, ([month], { before }) =>
      before === 'tháng' && isMonth(month) ? monthName(Number(month), dialect) : undefined,
    ),
  ];
}

/** 15h30, 15:30, 9g, 7h-9h30. */
export function timeRules(dialect: Vietnamese): readonly Rule[] {
  const number = (digits: string) => cardinal(String(Number(digits)), dialect);
  const clock = (hour: string, minute: string | undefined) => {
    if (minute === undefined || minute === '00') return `${number(hour)} giờ`;
    // "Tám giờ năm" would be left hanging; from ten on the minutes need no name.
    return `${number(hour)} giờ ${number(minute)}${Number(minute) < 10 ? ' phút' : ''}`;
  };
  const time = String.raw`([01]?\d|2[0-4])(?:\s?(?:h|g|giờ)\s?([0-5]\d)?|:([0-5]\d))(?:\s?(?:phút|ph|p)(?!\p{L}))?`;
  return [
    rule(
      new RegExp(`${time}\\s?[-–]\\s?${time}`, 'u'),
      ([, hour = '', minute, colonMinute, toHour = '', toMinute, toColonMinute]) =>
        `${clock(hour, minute ?? colonMinute)} đến ${clock(toHour, toMinute ?? toColonMinute)}`,
    ),
    rule(
      new RegExp(`([01]?\\d|2[0-4])\\s?[-–]\\s?${time}`, 'u'),
      ([, from = '', hour = '', minute, colonMinute]) => `${number(from)} đến ${clock(hour, minute ?? colonMinute)}`,
    ),
    rule(
      /([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)/,
      ([, hour = '', minute = '', second = '']) => `${number(hour)} giờ ${number(minute)} phút ${number(second)} giây`,
    ),
    rule(new RegExp(time, 'u'), ([, hour = '', minute, colonMinute]) => clock(hour, minute ?? colonMinute)),
  ];
}

function isDay(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 31;
}

function isMonth(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 12;
}
