/** A stretch of the text as written and the words that say it. */
export interface SpeakablePiece {
  /** One or more words of the text, punctuation included. */
  readonly source: string;
  /** What the voice is given for it; empty when there is nothing to say. */
  readonly spoken: string;
}

/**
 * Write out what flite reads wrongly or not at all: letters beyond ASCII, pounds and euros, long numbers (telephone
 * numbers go digit by digit), ranges, abbreviated days. Times, dollars, ordinals, years and decimals it reads well.
 * The pieces in order make up the text; join their `spoken` by blanks.
 */
export function speakable(text: string): SpeakablePiece[] {
  const pieces: SpeakablePiece[] = [];
  let rest = fold(text).trim();
  while (rest !== '') {
    const [source, spoken] = nextPiece(rest);
    pieces.push({ source, spoken });
    rest = rest.slice(source.length).trimStart();
  }
  return pieces;
}

type Rule = readonly [pattern: RegExp, say: (match: RegExpExecArray) => string];

/** Tried in order at the start of a word; the end is a blank, punctuation or the end of the text. */
const END = String.raw`(?=[\s.,;:!?)]|$)`;
const RULES: readonly Rule[] = [
  [new RegExp(String.raw`^(\d{4})-(\d\d)-(\d\d)${END}`), ([, year, month, day]) => isoDate(year, month, day)],
  [
    /^(\d{1,2})(?::(\d\d))?\s?([ap])\.?m\b\.?/i,
    ([, hour, minute, half]) => `${clock(hour, minute)} ${half?.toLowerCase() === 'a' ? 'eigh' : 'p'} m`,
  ],
  [new RegExp(String.raw`^([01]?\d|2[0-3]):([0-5]\d)${END}`), ([, hour, minute]) => clock(hour, minute)],
  [new RegExp(String.raw`^\+?\(?\d{1,4}\)?(?:[-. ]?\(?\d{2,4}\)?){2,4}${END}`), ([all]) => telephone(all)],
  [new RegExp(String.raw`^£(\d[\d,]*)(?:\.(\d\d))?${END}`), ([, whole, part]) => money(whole, part, 'pound', 'pence')],
  [new RegExp(String.raw`^€(\d[\d,]*)(?:\.(\d\d))?${END}`), ([, whole, part]) => money(whole, part, 'euro', 'cents')],
  [
    new RegExp(String.raw`^\$(\d[\d,]*)(?:\.(\d\d))?${END}`),
    ([, whole, part]) => money(whole, part, 'dollar', 'cents'),
  ],
  [new RegExp(String.raw`^(\d{1,4})-(\d{1,4})${END}`), ([, from, to]) => `${from} to ${to}`],
  [new RegExp(String.raw`^(\d{7,})${END}`), ([all]) => digits(all)],
  [
    new RegExp(String.raw`^(\d+)\s?min(?:s|\.)?${END}`, 'i'),
    ([, count]) => `${count} minute${count === '1' ? '' : 's'}`,
  ],
  [new RegExp(String.raw`^(\d+)\s?hrs?\.?${END}`, 'i'), ([, count]) => `${count} hour${count === '1' ? '' : 's'}`],
  [/^[\w.+-]+@[\w-]+(?:\.[\w-]+)+/, ([all]) => address(all)],
  [/^(?:https?:\/\/)?(?:www\.)[\w-]+(?:\.[\w-]+)+/i, ([all]) => address(all.replace(/^https?:\/\//i, ''))],
];

const ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ['mon', 'Monday'],
  ['tue', 'Tuesday'],
  ['tues', 'Tuesday'],
  ['wed', 'Wednesday'],
  ['thu', 'Thursday'],
  ['thur', 'Thursday'],
  ['thurs', 'Thursday'],
  ['fri', 'Friday'],
  ['sat.', 'Saturday'],
  ['sun.', 'Sunday'],
  ['e.g', 'for example'],
  ['i.e', 'that is'],
  ['etc', 'et cetera'],
  ['approx', 'approximately'],
  ['appt', 'appointment'],
  ['vs', 'versus'],
]);
const SYMBOLS: ReadonlyMap<string, string> = new Map([
  ['&', ' and '],
  ['@', ' at '],
  ['+', ' plus '],
  ['%', ' percent '],
  ['#', ' number '],
  ['=', ' equals '],
  ['/', ' '],
]);
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

function nextPiece(rest: string): [source: string, spoken: string] {
  for (const [pattern, say] of RULES) {
    const match = pattern.exec(rest);
    if (match === null) continue;
    // The punctuation behind it belongs to it: flite breathes at it.
    const after = /^[^\s\w]*/.exec(rest.slice(match[0].length))?.[0] ?? '';
    const whole = match[0] + after;
    if (/^\S/.test(rest.slice(whole.length))) continue;
    return [whole, say(match) + after.replace(/[^.,;:!?]/g, '')];
  }
  const source = /^\S+/.exec(rest)?.[0] ?? rest;
  return [source, word(source)];
}

function word(source: string): string {
  const [, core = '', after = ''] = /^(.*?)([.,;:!?]*)$/.exec(source) ?? [];
  const known =
    ABBREVIATIONS.get(core.toLowerCase()) ??
    (after.startsWith('.') ? ABBREVIATIONS.get(`${core.toLowerCase()}.`) : undefined);
  // "Wed" and "Sat" are words too; only with a capital or a full stop are they days.
  if (known !== undefined && (/^[A-Z]/.test(core) || after.startsWith('.'))) {
    return known + after.replace(/^\./, '');
  }
  const plain = core.replace(/[&@+%#=/]/g, (symbol) => SYMBOLS.get(symbol) ?? ' ').replace(/[^\w\s'$.,:-]/g, '');
  const said = plain
    .replace(/^[-_.,:]+|[-_]+$/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return said === '' ? '' : said + after.replace(/(.).+/, '$1');
}

function telephone(all: string): string {
  const groups = all.split(/[^\d]+/).filter((group) => group !== '');
  // Seven digits at least; fewer are years, scores, dates.
  if (groups.join('').length < 7) return all;
  return groups.map(digits).join(', ');
}

function digits(all: string): string {
  return [...all].map((digit) => DIGITS[Number(digit)] ?? '').join(' ');
}

function clock(hour = '', minute = '00'): string {
  if (minute === '00') return String(Number(hour));
  return minute.startsWith('0') ? `${Number(hour)} oh ${Number(minute)}` : `${Number(hour)} ${minute}`;
}

function money(whole = '', part: string | undefined, unit: string, small: string): string {
  const count = whole.replaceAll(',', '');
  const big = `${count} ${unit}${count === '1' ? '' : 's'}`;
  return part === undefined || part === '00'
    ? big
    : `${big} ${Number(part)}${small === 'pence' ? ' pence' : ` ${small}`}`;
}

function isoDate(year = '', month = '', day = ''): string {
  return `${MONTHS[Number(month) - 1] ?? month} ${Number(day)} ${year}`;
}

function address(all: string): string {
  return all.replaceAll('@', ' at ').replaceAll('.', ' dot ').replaceAll('-', ' dash ').replaceAll('_', ' underscore ');
}

/** Typographic signs to their plain forms, letters to their base letter; what is left beyond ASCII is not speakable. */
function fold(text: string): string {
  return text
    .replace(/[‘’ʼ]/g, "'")
    .replace(/[“”«»]/g, '"')
    .replace(/\s*[—–]\s*(?=\d)/g, (dash, at: number) => (/\d/.test(text[at - 1] ?? '') ? '-' : dash))
    .replace(/[—–]/g, ', ')
    .replace(/…/g, '. ')
    .replace(/[đĐ]/g, 'd')
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e£€]/g, ' ');
}
