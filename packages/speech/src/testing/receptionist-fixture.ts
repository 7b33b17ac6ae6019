import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';

/** A receptionist's vocabulary like the one that ships with it, smaller; the sentences under test are not in it. */
const services = [
  'haircut',
  'trim',
  'blow dry',
  'beard trim',
  'coloring',
  'highlights',
  'shave',
  'manicure',
  'massage',
];
const days = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
  'today',
  'tomorrow',
  'next monday',
  'next friday',
  'next week',
];
const hours = ['nine', 'ten', 'eleven', 'twelve', 'one', 'two', 'three', 'four', 'five', 'six'];
const times = hours.flatMap((h) => [h, `${h} pm`, `${h} am`, `${h} thirty`, `${h} o'clock`]);
const names = [
  'alice',
  'bob',
  'carol',
  'david',
  'emma',
  'john',
  'mary',
  'michael',
  'sarah',
  'james',
  'linda',
  'peter',
  'susan',
  'tom',
  'anna',
  'smith',
  'jones',
  'brown',
  'vinh',
  'nguyen',
];
const digits = ['zero', 'oh', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
let seed = 7;
/** The same choices at every run. */
function pick<T>(from: readonly T[]): T | undefined {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
  return from[(seed >> 8) % from.length];
}

const phones = Array.from({ length: 120 }, () => Array.from({ length: 10 }, () => pick(digits)).join(' '));
const service = services.flatMap((s) => [
  s,
  `a ${s}`,
  `I'd like a ${s}`,
  `I would like to book a ${s}`,
  `I need a ${s} please`,
  `can I book a ${s}`,
  `I want a ${s} for ${pick(days)}`,
  `I'd like to book a ${s} for ${pick(days)} at ${pick(hours)}`,
]);
const time = [
  ...days,
  ...days.map((d) => `on ${d}`),
  ...times,
  ...times.map((t) => `at ${t}`),
  ...days.flatMap((d) => [0, 1, 2, 3].map(() => `${d} at ${pick(times)}`)),
  'in the morning',
  'in the afternoon',
  'tomorrow afternoon',
];
const name = names
  .flatMap((n) => [n, `my name is ${n}`, `it's ${n}`, `I'm ${n}`, `this is ${n}`])
  .concat(names.slice(0, 15).map((n, i) => `my name is ${n} ${names[15 + (i % 5)]}`));
const phone = [...phones, ...phones.slice(0, 20).map((p) => `my number is ${p}`)];
export const receptionistFixture: RecognizerVocabulary = {
  id: 'fixture',
  phrases: [
    'cancel',
    'help',
    'repeat that please',
    'what did you say',
    'say that again',
    'actually make it four',
    'no make it five',
    'actually make it friday',
    'goodbye',
    'thank you',
    'thanks',
    'hello',
    'hi',
    'stop',
    'never mind',
    'can you repeat that',
    'cancel my appointment',
    'I want to cancel',
    'how much does it cost',
    'are you open on sunday',
    'what are your opening hours',
  ],
  contexts: {
    service,
    time,
    name,
    phone,
    'yes-no': [
      'yes',
      'no',
      'yes please',
      'no thanks',
      'yeah',
      'yep',
      'nope',
      'sure',
      'that is right',
      "that's right",
      'correct',
      'no that is wrong',
      'okay',
      'sounds good',
    ],
  },
};
