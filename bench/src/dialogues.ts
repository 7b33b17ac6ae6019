import type { CallStep } from '@parley/call/script.ts';

/** Callers who book in different words, each at a time of their own; each line is said when the agent has finished. */
export const bookings: readonly (readonly string[])[] = [
  ['I would like to book a haircut', 'Friday at three pm', 'my name is Alice', phone('four one five'), 'yes please'],
  ['can I get a beard trim on Tuesday', 'at ten thirty', 'this is John Smith', phone('two one two'), 'yes please'],
  ["I'd like to book a haircut for Friday at three", 'my name is Maria', phone('six five oh'), "that's right"],
  [
    'what are your opening hours',
    'I would like to book a haircut',
    'Monday at noon',
    'Robert',
    phone('three one two'),
    'yes please',
  ],
  ['I would like to book a haircut', 'Thursday at two pm', 'my name is David', phone('four one five'), 'yes please'],
  [
    'can I get a beard trim on Wednesday',
    'at eleven thirty',
    'this is Anna Miller',
    phone('two one two'),
    'yes please',
  ],
  ["I'd like to book a haircut for Saturday at ten", 'my name is Susan', phone('six five oh'), "that's right"],
  [
    'what are your opening hours',
    'I would like to book a haircut',
    'Tuesday at four',
    'this is Michael',
    phone('three one two'),
    'yes please',
  ],
];

export function steps(lines: readonly string[]): CallStep[] {
  return lines.map((text) => ({ type: 'say', text }));
}

/** The receptionist did not catch it: the caller says it again, as people do. */
export function asksAgain(answer: string): boolean {
  return /\bI (?:didn't (?:catch|get)|missed) that\b/.test(answer);
}

function phone(area: string): string {
  return `my number is ${area} five five five one two three four`;
}
