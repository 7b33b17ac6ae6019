import { describe, expect, it } from 'vitest';
import { converse } from './test-conversation.ts';

const CALLERS = 500;
/** A caller who answers what is asked needs 7 turns; these say something else a third of the time. */
const MAX_TURNS = 60;

describe('callers who change their mind', () => {
  it(`${CALLERS} of them each end in a farewell, and the book holds what was said`, async () => {
    let bookings = 0;
    for (let seed = 1; seed <= CALLERS; seed += 1) bookings += await call(seed);
    // Most come to book: a run that books little shows that callers get stuck.
    expect(bookings).toBeGreaterThan(CALLERS / 2);
  });
});

/** One caller; gives the number of bookings that stand at the end. */
async function call(seed: number): Promise<number> {
  const random = generator(seed);
  const conversation = converse(`caller-${seed}`);
  const transcript: string[] = [];
  let reply = await conversation.cue({ type: 'greet' });
  let bookedBefore = false;
  let asked = 0;
  for (let turn = 1; !reply.end; turn += 1) {
    const place = () => `seed ${seed}\n${transcript.join('\n')}`;
    expect(turn, place()).toBeLessThan(MAX_TURNS);
    const line = nextLine(reply.text, reply.expects, random, turn);
    transcript.push(`agent: ${reply.text}`, `caller: ${line}`);
    reply = await conversation.say(line);
    transcript.push(`       ${reply.actions.join(' ')}`);
    const standing = conversation.book.rows.filter((row) => row.status === 'booked');
    expect(reply.text, place()).not.toBe('');
    // What is said to be booked is booked, at that time, and never said otherwise.
    const claimed = /(?:You're|You're now) booked for .* at ([\w: ]+?)\. /.exec(reply.text)?.[1];
    const repeated = line === 'what did you say';
    if (!repeated) expect(claimed !== undefined, place()).toBe(reply.actions.includes('appointment_booked'));
    if (claimed !== undefined) {
      const last = conversation.book.rows.at(-1);
      expect(last?.status, place()).toBe('booked');
      expect(clock(last?.startsAtEpochMs ?? 0), place()).toBe(claimed);
      expect(opening(last?.startsAtEpochMs ?? 0), place()).toBe(true);
      expect(last?.phone, place()).toMatch(/^\d{7,15}$/);
    }
    if (!repeated && /I cancelled your booking/.test(reply.text))
      expect(reply.actions, place()).toContain('appointment_cancelled');
    // Two stand only if the caller asked for another appointment.
    if (bookedBefore && /book/.test(line) && !/cancel/.test(line)) asked += 1;
    bookedBefore ||= standing.length > 0;
    expect(standing.length, place()).toBeLessThanOrEqual(1 + asked);
  }
  return conversation.book.rows.filter((row) => row.status === 'booked').length;
}

/** Mostly an answer to the question; sometimes anything at all; after forty turns the caller has had enough. */
function nextLine(
  question: string,
  expects: string | undefined,
  random: (below: number) => number,
  turn: number,
): string {
  const pick = (lines: readonly string[]) => lines[random(lines.length)] ?? 'yes';
  if (turn > 40) return 'goodbye';
  if (random(3) === 0) return pick(ANYTHING);
  if (/nything else|Can I do/.test(question))
    return pick(['no thanks', "that's all", 'no', 'actually make it four', 'cancel', 'goodbye']);
  if (expects === 'yes-no') return pick(['yes', 'yes please', "that's right", 'no', 'no thursday at two', 'yes']);
  if (expects === 'time')
    return pick([
      'friday at three',
      'tomorrow',
      'half past two',
      'monday morning',
      'the fifth at ten',
      'sunday',
      'nine',
    ]);
  if (expects === 'name') return pick(['alice', 'my name is bob jones', "it's maria", 'this is john smith']);
  if (expects === 'phone')
    return pick([
      'four one five five five five one two three four',
      'five five five one two three four',
      'four one five',
    ]);
  return pick([
    'a haircut',
    'i would like to book a beard trim',
    'a shave on tuesday at ten thirty',
    'the time',
    'change the name',
  ]);
}

const ANYTHING = [
  'actually make it four',
  'no thursday',
  'change the name to bob',
  'change the name',
  'change the phone number',
  'cancel',
  'cancel my appointment',
  'what did you say',
  'help',
  'start over',
  'what are your opening hours',
  'how much is a haircut',
  'who are you',
  'can i talk to a person',
  'i would like to book a haircut for friday at three',
  'actually i want a beard trim',
  'yes',
  'no',
  'thank you',
  'hello',
  'purple monkey dishwasher',
  'eight pm',
  'yesterday',
  'half past',
  'four one five',
  '',
];

function clock(epochMs: number): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/New_York',
    hour: 'numeric',
    minute: '2-digit',
  }).format(epochMs);
  const text = parts.replace(/\s/g, ' ').replace(':00', '');
  return text === '12 PM' ? 'noon' : text;
}

function opening(epochMs: number): boolean {
  const local = new Date(new Date(epochMs).toLocaleString('en-US', { timeZone: 'America/New_York' }));
  return local.getDay() !== 0 && local.getHours() >= 9 && local.getHours() < 18;
}

function generator(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
