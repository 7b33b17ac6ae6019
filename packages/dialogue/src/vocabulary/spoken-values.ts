/** What callers say for days, clock times and telephone numbers, as words: the values of phrase placeholders. */

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const SMALL = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const MINUTES = ['oh five', 'ten', 'fifteen', 'twenty', 'twenty five', 'thirty', 'forty', 'forty five', 'fifty'];
const ORDINALS = [
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth',
  'sixteenth seventeenth eighteenth nineteenth twentieth',
]
  .join(' ')
  .split(' ')
  .concat(SMALL.slice(0, 9).map((_, index) => `twenty ${ordinalOf(index + 1)}`))
  .concat(['thirtieth', 'thirty first']);

/**
 * Days as callers name them: weekdays, relative days, dates with and without the month.
 *
 * @param week of a stay any day is as likely as another; on Sundays most shops and practices are closed
 */
export function spokenDays(week: 'whole' | 'withoutSundays' = 'withoutSundays'): string[] {
  const usual = week === 'whole' ? WEEKDAYS : WEEKDAYS.slice(0, 6);
  const dates = MONTHS.flatMap((month, monthIndex) =>
    [0, 5, 10, 15, 20, 25, 29].flatMap((step, index) => {
      const day = ORDINALS[(step + monthIndex) % 28] ?? 'first';
      return index % 2 === 0 ? [`the ${day} of ${month}`, `${month} ${day}`] : [`${month} the ${day}`];
    }),
  );
  // What is said most stands several times: lists are sampled, and the language model counts what the samples hold.
  const common = [...usual, 'tomorrow', ...usual.map((day) => `next ${day}`)];
  return [
    ...common,
    ...common,
    ...common,
    ...WEEKDAYS,
    'today',
    'tomorrow',
    'the day after tomorrow',
    ...WEEKDAYS.map((day) => `next ${day}`),
    ...WEEKDAYS.map((day) => `this ${day}`),
    ...SMALL.slice(1, 10).map((count) => `in ${count} days`),
    'in a week',
    'in two weeks',
    'a week from today',
    ...WEEKDAYS.slice(0, 6).map((day) => `a week from ${day}`),
    ...ORDINALS.map((day) => `the ${day}`),
    ...WEEKDAYS.slice(0, 6).map((day, index) => `${day} the ${ORDINALS[(index * 5 + 2) % 31] ?? 'first'}`),
    ...dates,
    'the thirtieth of april',
    'the thirty first of december',
    'december thirty first',
  ];
}

/** Clock times as callers say them, without "at". */
export function spokenClockTimes(): string[] {
  const hours = SMALL;
  const common = [...SMALL.slice(8, 12), ...SMALL.slice(0, 6)].flatMap((hour) => [
    hour,
    `${hour} pm`,
    `${hour} thirty`,
  ]);
  return [
    ...common,
    ...common,
    ...hours,
    ...hours.map((hour) => `${hour} pm`),
    ...hours.map((hour) => `${hour} am`),
    ...hours.map((hour) => `${hour} o'clock`),
    ...hours.map((hour) => `half past ${hour}`),
    ...hours.map((hour) => `quarter to ${hour}`),
    ...hours.map((hour) => `quarter past ${hour}`),
    ...hours.map((hour) => `${hour} thirty`),
    ...hours.flatMap((hour, index) => {
      const minute = MINUTES[index % MINUTES.length] ?? 'ten';
      return [`${hour} ${minute}`, `${hour} ${minute} ${index >= 7 && index <= 10 ? 'am' : 'pm'}`];
    }),
    ...hours.map((hour) => `${hour} fifteen`),
    ...hours.map((hour) => `${hour} forty five`),
    ...hours.map((hour) => `${hour} thirty pm`),
    ...hours.map((hour) => `${hour} in the afternoon`),
    ...hours.map((hour) => `${hour} in the morning`),
    ...hours.slice(3, 8).map((hour) => `${hour} in the evening`),
    'a quarter past three',
    'a quarter to four in the afternoon',
    'half past two in the afternoon',
    'ten past nine',
    'twenty to five',
    'noon',
    'midday',
  ];
}

/**
 * Telephone numbers of 7, 10 and 11 digits in words, with "oh" and "double"; seeded, so always the same ones.
 *
 * @param begins as numbers of the country do that are told whole: with a nought (two in three, the rest may be from abroad) or any digit
 */
export function spokenPhoneNumbers(count: number, begins: 'nought' | 'anyDigit' = 'anyDigit'): string[] {
  const digit = sequence(20_250_101);
  return Array.from({ length: count }, (_, index) => {
    const length = [10, 10, 7, 11, 10, 3, 4][index % 7] ?? 10;
    const hasNought = begins === 'nought' && length >= 10 && index % 3 !== 0;
    const words: string[] = hasNought ? [index % 4 === 0 ? 'zero' : 'oh'] : [];
    while (words.length < length) {
      const value = digit(10);
      const word = value === 0 ? (digit(2) === 0 ? 'oh' : 'zero') : (SMALL[value - 1] ?? 'one');
      const style = digit(12);
      if (style === 0) words.push('double', word);
      else if (style === 1) words.push(word, word);
      else if (style === 2 && index % 9 === 0) words.push('triple', word);
      else words.push(word);
    }
    return words.join(' ');
  });
}

function ordinalOf(value: number): string {
  return ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'][value - 1] ?? 'first';
}

/** A small linear congruential generator: phrases must not differ from one start to the next. */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
