import { OUTSIDE_TIMEOUT_MS } from '@parley/dialogue/form/submission.ts';
import type { AgentCue } from '@parley/engine/ports/agent.ts';
import { describe, expect, it, vi } from 'vitest';
import { converse, type Said } from './test-conversation.ts';

/** Each conversation: what the caller says, and what the reply must say (or must not, with a leading `!`). */
type Script = readonly (readonly [line: string, ...must: string[]])[];

const BOOKED_ALICE = {
  service: 'haircut',
  startsAt: '2026-11-27T20:00:00.000Z',
  timeZone: 'America/New_York',
  name: 'Alice',
  phone: '4155551234',
};
const START: Script = [
  ['I would like to book a haircut', 'haircut'],
  ['Friday at three pm', 'Friday the 27th of November at 3 PM', 'name'],
  ['my name is Alice', 'Alice', 'number'],
];
const READ_BACK: Script = [
  ...START,
  ['four one five five five five one two three four', 'haircut', '3 PM', 'Alice', '4 1 5, 5 5 5, 1 2 3 4'],
];
const BOOKED: Script = [...READ_BACK, ['yes', 'Done.', 'Friday the 27th of November at 3 PM']];

const booked = [
  ['step by step', BOOKED, BOOKED_ALICE],
  [
    'all in one sentence',
    [
      [
        "Hi, I'd like to book a beard trim for tomorrow at half past nine, well, Monday, my name is John Smith, my number is 415 555 9876",
        'beard trim',
        'Monday the 23rd',
        '9:30 AM',
        'John Smith',
      ],
      ['yes please', 'Done.'],
    ],
    {
      ...BOOKED_ALICE,
      service: 'beard trim',
      startsAt: '2026-11-23T14:30:00.000Z',
      name: 'John Smith',
      phone: '4155559876',
    },
  ],
  [
    'the day alone asks for the time only',
    [
      START[0] ?? [''],
      ['next friday', 'Friday the 27th', 'time', '!day and time'],
      ['three', '3 PM'],
      ...READ_BACK.slice(2),
      ['yes', 'Done.'],
    ],
    BOOKED_ALICE,
  ],
  [
    'the time alone asks for the day only',
    [START[0] ?? [''], ['at three', 'day', '!time suit'], ['friday', '3 PM'], ...READ_BACK.slice(2), ['yes', 'Done.']],
    BOOKED_ALICE,
  ],
  [
    'a part of the day decides the half',
    [
      START[0] ?? [''],
      ['friday afternoon', 'in the afternoon'],
      ['three', '3 PM'],
      ...READ_BACK.slice(2),
      ['yes', 'Done.'],
    ],
    BOOKED_ALICE,
  ],
  [
    'a part of the day said before binds no later correction',
    [
      START[0] ?? [''],
      ['friday at ten in the morning', '10 AM'],
      ['no, at three', '3 PM'],
      ...READ_BACK.slice(2),
      ['yes', 'Done.'],
    ],
    BOOKED_ALICE,
  ],
  ['the name only', [...START.slice(0, 2), ['Alice', 'number'], ...READ_BACK.slice(3), ['yes', 'Done.']], BOOKED_ALICE],
  [
    'the phone in pieces',
    [
      ...START,
      ['four one five', '4 1 5', 'Go on'],
      ['five five five one two three four', '4 1 5, 5 5 5, 1 2 3 4'],
      ['yes', 'Done.'],
    ],
    BOOKED_ALICE,
  ],
  [
    'the phone cut off after seven digits',
    [
      ...START,
      ['four one five five five five one', 'right|correct|book it'],
      ['two three four', '4 1 5, 5 5 5, 1 2 3 4'],
      ['yes', 'Done.'],
    ],
    BOOKED_ALICE,
  ],
  [
    'double and oh',
    [...START, ['four one five double five five oh one double two', '4 1 5, 5 5 5, 0 1 2 2'], ['yes', 'Done.']],
    { ...BOOKED_ALICE, phone: '4155550122' },
  ],
  [
    'the time corrected while the phone is asked',
    [
      ...START,
      ['actually make it four', '4 PM', 'number'],
      ...READ_BACK.slice(3).map(([line]): [string, string] => [line, '4 PM']),
      ['yes', 'Done.'],
    ],
    { ...BOOKED_ALICE, startsAt: '2026-11-27T21:00:00.000Z' },
  ],
  [
    'the day corrected at the read-back',
    [...READ_BACK, ['no, Thursday', 'Thursday the 26th', '3 PM'], ['yes', 'Done.']],
    { ...BOOKED_ALICE, startsAt: '2026-11-26T20:00:00.000Z' },
  ],
  [
    'the name corrected at the read-back',
    [...READ_BACK, ['change the name to Bob', 'Bob', '!Alice'], ['yes', 'Done.']],
    { ...BOOKED_ALICE, name: 'Bob' },
  ],
  [
    'the service corrected',
    [...READ_BACK, ['actually I want a beard trim', 'beard trim'], ['yes', 'Done.']],
    { ...BOOKED_ALICE, service: 'beard trim' },
  ],
  [
    'the phone corrected',
    [...READ_BACK, ['no the number is four one five five five five nine nine nine nine', '9 9 9 9'], ['yes', 'Done.']],
    { ...BOOKED_ALICE, phone: '4155559999' },
  ],
  [
    'the name asked anew',
    [...READ_BACK, ['change the name', 'name'], ['Maria Garcia', 'Maria Garcia'], ['yes', 'Done.']],
    { ...BOOKED_ALICE, name: 'Maria Garcia' },
  ],
  [
    'no, and then what to change',
    [
      ...READ_BACK,
      ['no', 'What should I change'],
      ['the time', 'time'],
      ['half past two', '2:30 PM'],
      ['yes', 'Done.'],
    ],
    { ...BOOKED_ALICE, startsAt: '2026-11-27T19:30:00.000Z' },
  ],
  [
    'yes with a change is read back again',
    [...READ_BACK, ['yes but make it four', '4 PM', '!Done'], ['yes', 'Done.']],
    { ...BOOKED_ALICE, startsAt: '2026-11-27T21:00:00.000Z' },
  ],
  [
    'changed after it was booked',
    [...BOOKED, ['actually make it four', 'Done.', '4 PM'], ['no thanks', 'oodbye']],
    { ...BOOKED_ALICE, startsAt: '2026-11-27T21:00:00.000Z' },
  ],
  [
    'the name changed after it was booked',
    [...BOOKED, ['change the name', 'name'], ['Bob', 'Bob', '3 PM'], ['yes', 'Done.', 'changed']],
    { ...BOOKED_ALICE, name: 'Bob' },
  ],
  [
    'a refused change leaves the booking',
    [...BOOKED, ['actually make it eight pm', 'closed', '3 PM'], ["that's all", 'oodbye']],
    BOOKED_ALICE,
  ],
  [
    'questions in between',
    [
      ['what are your opening hours', 'Monday to Saturday', '9 AM', '6 PM'],
      ['how much is a beard trim', '20 dollars', '!35'],
      ['what services do you have', 'haircut', 'shave'],
      ['are you a robot', 'automated assistant'],
      ['where are you', 'Market Street'],
      ['can i talk to a person', "can't put you through"],
      ...BOOKED,
    ],
    BOOKED_ALICE,
  ],
  [
    'repeat and help',
    [START[0] ?? [''], ['what did you say?', 'haircut'], ['help', 'Friday at 3 PM'], ...BOOKED.slice(1)],
    BOOKED_ALICE,
  ],
  ['start over', [...START, ['start over', 'start over', 'book|service'], ...BOOKED], BOOKED_ALICE],
  [
    'Sunday, the night and the past are refused',
    [
      START[0] ?? [''],
      ['sunday at three', 'closed on Sundays'],
      ['monday at eight pm', 'closed'],
      ['today at nine', 'passed'],
      ...BOOKED.slice(1),
    ],
    BOOKED_ALICE,
  ],
] as const satisfies readonly (readonly [string, Script, object])[];

describe('a caller books an appointment', () => {
  it.each(booked)('%s', async (_, script, expected) => {
    const call = converse();
    await play(call, script);
    const standing = call.book.rows.filter((row) => row.status === 'booked');
    expect(standing).toHaveLength(1);
    const { service, timeZone, name, phone, startsAtEpochMs } = standing[0] ?? {};
    expect({ service, timeZone, name, phone, startsAt: new Date(startsAtEpochMs ?? 0).toISOString() }).toEqual(
      expected,
    );
  });

  it('the farewell ends the call, and only it', async () => {
    const call = converse();
    const replies = await play(call, [...BOOKED, ['no thanks', 'oodbye']]);
    expect(replies.map((reply) => reply.end)).toEqual([false, false, false, false, false, true]);
    expect(replies[4]?.actions).toEqual(['appointment_booked']);
    expect(replies.map((reply) => reply.expects)).toEqual(['time', 'name', 'phone', 'yes-no', 'yes-no', 'yes-no']);
  });

  it('a yes that is answered twice writes one row', async () => {
    const call = converse();
    await play(call, READ_BACK);
    const memory = call.memory();
    await call.say('yes');
    call.restore(memory);
    await call.say('yes');
    expect(call.book.rows).toHaveLength(1);
  });

  it('another appointment after the first keeps name and phone', async () => {
    const call = converse();
    await play(call, [
      ...BOOKED,
      ["I'd like to book a shave for saturday at ten", 'shave', 'Saturday the 28th', 'Alice'],
      ['yes', 'Done.'],
    ]);
    expect(call.book.rows.map((row) => [row.service, row.status])).toEqual([
      ['haircut', 'booked'],
      ['shave', 'booked'],
    ]);
  });
});

describe('a caller cancels', () => {
  it.each([0, 1, 2, 3, 4])('after %i answers: nothing is booked', async (answers) => {
    const call = converse();
    await play(call, [...READ_BACK.slice(0, answers), ['cancel', 'nothing'], ['no thanks', 'oodbye']]);
    expect(call.book.rows).toEqual([]);
  });

  it('after the booking: the row is cancelled, and it is said', async () => {
    const call = converse();
    const replies = await play(call, [...BOOKED, ['cancel my appointment', 'cancelled', '3 PM'], ['no', 'oodbye']]);
    expect(call.book.rows.map((row) => row.status)).toEqual(['cancelled']);
    expect(replies[5]?.actions).toEqual(['appointment_cancelled']);
  });
});

describe('a caller who is not understood', () => {
  it.each([
    ['rejected', { rejected: true, confidence: 0.9 }],
    ['of low confidence', { rejected: false, confidence: 0.69 }],
  ])('words %s are never acted on', async (_, turn) => {
    const call = converse();
    await play(call, READ_BACK);
    const reply = await call.say('yes', turn);
    expect(reply.text).toMatch(/sorry/i);
    expect(reply.text).toMatch(/correct|right/i);
    expect(call.book.rows).toEqual([]);
  });

  it('gets more help each time, and after three another way', async () => {
    const call = converse();
    await call.cue({ type: 'greet' });
    const replies = [
      await call.say('blah'),
      await call.say('blah blah'),
      await call.say('zzz'),
      await call.say('a haircut'),
    ];
    expect(replies[0]?.text).toMatch(/sorry/i);
    expect(replies[1]?.text).toContain('beard trim');
    expect(replies[2]?.text).toMatch(/type your answer|call back/);
    expect(replies[3]?.text).not.toMatch(/sorry/i);
  });

  it.each([
    ['2,000 characters', 'x'.repeat(2000)],
    ['2,000 words', 'book '.repeat(2000)],
    ['digits without end', '1'.repeat(2000)],
    ['emoji', '😀🎉👩‍👩‍👧‍👦 ✂️'],
    ['control characters', '\u0000\u0007\u001b[31m\u202e'],
    ['names of object properties', '__proto__ constructor toString hasOwnProperty'],
    ['markup', '<script>alert(1)</script> {service} {day}'],
  ])('hostile text: %s', async (_, text) => {
    const call = converse();
    for (const before of [0, 1, 2, 3, 4]) {
      call.restore(undefined);
      await play(call, READ_BACK.slice(0, before));
      const started = performance.now();
      const reply = await call.say(text);
      expect(reply.text.length).toBeGreaterThan(0);
      expect(reply.text.length).toBeLessThan(600);
      expect(performance.now() - started).toBeLessThan(500);
    }
    expect(call.book.rows).toEqual([]);
  });
});

describe('a booking book that fails', () => {
  it('by never answering: the caller waits no longer than the time-out, and is asked', async () => {
    vi.useFakeTimers();
    try {
      const call = converse();
      await play(call, READ_BACK);
      call.book.fail('silence');
      const reply = call.say('yes');
      await vi.advanceTimersByTimeAsync(OUTSIDE_TIMEOUT_MS);
      expect((await reply).text).toMatch(/couldn't write.*try again/);
      expect((await reply).actions).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is never called booked, and booked once when it works again', async () => {
    const call = converse();
    await play(call, READ_BACK);
    call.book.fail('before writing');
    expect((await call.say('yes')).text).toMatch(/couldn't write.*Shall I try again/);
    expect(call.book.rows).toEqual([]);
    call.book.fail(undefined);
    expect((await call.say('yes')).text).toContain('Done.');
    expect(call.book.rows).toHaveLength(1);
  });

  it('that wrote the row and then lost the answer does not make two', async () => {
    const call = converse();
    await play(call, READ_BACK);
    call.book.fail('after writing');
    expect((await call.say('yes')).actions).toEqual([]);
    call.book.fail(undefined);
    await play(call, [
      ['make it four', '4 PM'],
      ['yes', 'Done.', '4 PM'],
    ]);
    expect(call.book.rows.map((row) => row.status)).toEqual(['cancelled', 'booked']);
  });

  it('while changing: says that the old one is gone and offers the new one again', async () => {
    const call = converse();
    await play(call, BOOKED);
    call.book.fail('before writing');
    expect((await call.say('make it four')).text).toMatch(/can't reach/);
    call.book.fail('cannot write, can cancel');
    expect((await call.say('make it four')).text).toMatch(/old booking.*couldn't.*try again/);
    call.book.fail(undefined);
    expect((await call.say('yes')).text).toContain('4 PM');
    expect(call.book.rows.map((row) => row.status)).toEqual(['cancelled', 'booked']);
  });
});

describe('cues and memory', () => {
  it('greets, reminds and says goodbye with the open question', async () => {
    const call = converse();
    const greeting = await call.cue({ type: 'greet' });
    expect(greeting.text).toMatch(/front desk/);
    expect(greeting.expects).toBe('service');
    await call.say('a haircut');
    expect((await call.cue({ type: 'reprompt', count: 1 })).text).toMatch(/day|When|come/);
    const farewell = await call.cue({ type: 'farewell', reason: 'silence' });
    expect(farewell.end).toBe(true);
  });

  it.each([
    [{ version: 99 }],
    [
      {
        version: 1,
        step: 'filling',
        values: { date: { year: 2026, month: 2, day: 30 } },
        misses: 0,
        replies: 1,
        lastReply: '',
      },
    ],
    [{ something: 'else' }],
  ])('memory that it cannot read starts afresh: %j', async (memory) => {
    const call = converse();
    call.restore(memory);
    expect((await call.say('a haircut')).text).toContain('haircut');
  });

  it('the same conversation says the same again', async () => {
    const cue: AgentCue = { type: 'greet' };
    const [first, second] = [converse(), converse()];
    expect(await first.cue(cue)).toEqual(await second.cue(cue));
    expect(await play(first, BOOKED)).toEqual(await play(second, BOOKED));
  });
});

async function play(call: ReturnType<typeof converse>, script: Script): Promise<Said[]> {
  const replies: Said[] = [];
  for (const [line, ...must] of script) {
    const reply = await call.say(line);
    replies.push(reply);
    for (const expected of must) {
      const context = `after "${line}"`;
      if (expected.startsWith('!')) expect(reply.text, context).not.toContain(expected.slice(1));
      else if (expected.includes('|')) expect(reply.text, context).toMatch(new RegExp(expected));
      else expect(reply.text, context).toContain(expected);
    }
  }
  return replies;
}
