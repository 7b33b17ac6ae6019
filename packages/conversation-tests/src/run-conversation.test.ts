import type { Agent, AgentOutput, AgentRequest } from '@parley/engine/ports/agent.ts';
import { createScriptedAgent } from '@parley/engine/simulation/scripted-parts.ts';
import { expect, test } from 'vitest';
import { type ConversationBuilder, ConversationFailedError, conversation } from './conversation.ts';
import type { TimelineEvent } from './line.ts';
import { runSteps } from './run-conversation.ts';
import { virtualWay } from './virtual-way.ts';

/** A small agent that does one thing of each kind: real enough to be understood, wrong when asked to be. */
function kiosk(): Agent {
  return createScriptedAgent(async function* (cue, request): AsyncGenerator<AgentOutput> {
    const finished = (end = false): AgentOutput => ({ type: 'finished', memory: {}, expects: undefined, end });
    if (cue.type !== 'turn') {
      yield { type: 'say', text: cue.type === 'greet' ? 'Welcome to the museum.' : 'Are you still there?' };
      return yield finished();
    }
    yield* answer(cue.turn.text, cue.turn.rejected, request);
    yield finished(cue.turn.text === 'goodbye');
  });
}

async function* answer(text: string, rejected: boolean, request: AgentRequest): AsyncGenerator<AgentOutput> {
  const seats = /\d+/.exec(text)?.[0];
  const slots = seats === undefined ? {} : { seats: Number(seats), day: { weekday: 'Friday' } };
  const intent = seats === undefined ? 'ask' : 'book';
  yield { type: 'understood', understanding: { intent, confidence: 1, entities: [], slots } };
  if (rejected) return yield { type: 'say', text: 'Sorry, what was that?' };
  if (seats === undefined) {
    yield { type: 'say', text: 'We show pictures of the sea. The café is on the second floor, next to the stairs.' };
    return;
  }
  await request.commit();
  yield { type: 'acted', name: 'tickets_reserved', data: { seats: Number(seats), row: 'B' } };
  yield { type: 'say', text: `I kept ${seats} tickets. Enjoy the show.` };
}

const way = virtualWay({ agent: kiosk });

test('all that a conversation may expect holds when it is so', async () => {
  const result = await conversation({ never: 'the moon' })
    .expect({ text: 'welcome', within: '100ms', state: 'responding' })
    .say('4 tickets please')
    .expect({
      text: { all_of: ['4 tickets', '/enjoy the \\w+/'], not: 'sorry' },
      intent: 'book',
      slot: { seats: 4, day: { weekday: '/^fri/' }, price: null },
      action: { name: 'tickets_reserved', data: { seats: 4 } },
      state: 'processing',
      within: '1s',
    })
    .say('what is there to see')
    .interrupt({ after: '700ms', say: 'where is the café' })
    .expect({
      heard: { any_of: ['we show'], not: 'stairs' },
      text: 'second floor',
      never: { action: 'tickets_reserved' },
    })
    .mumble('800ms')
    .expect('sorry')
    .noise()
    .expect({ text: { not: '/./' } })
    .press('12#')
    .expect({ slot: { seats: 12 } })
    .type('3 tickets')
    .expect({ action: { name: 'tickets_reserved', data: { seats: 3 } } })
    .loseNetwork()
    .pause('1s')
    .reconnect()
    .say('goodbye')
    .expect({ ended: 'completed' })
    .run(way);
  expect(result).toMatchObject({ outcome: 'passed', failure: undefined, leftOut: [] });
});

const asked = () => conversation().say('4 tickets please');
const wrong: readonly [what: string, ConversationBuilder, says: readonly string[]][] = [
  [
    'a text that was not said',
    asked().expect('5 tickets'),
    ['"5 tickets"', '"I kept 4 tickets. Enjoy the show."', 'closest: I kept'],
  ],
  ['a pattern', asked().expect('/five \\w+/'), ['/five \\w+/i', 'I kept 4']],
  ['one of several texts', asked().expect({ text: { any_of: ['five', 'six'] } }), ['one of "five", "six"']],
  ['a text that must not be', asked().expect({ text: { not: 'enjoy' } }), ['nothing like "enjoy"']],
  ['another intent', asked().expect({ intent: 'cancel' }), ['expected intent: cancel', 'got: book']],
  ['another value of a slot', asked().expect({ slot: { seats: 5 } }), ['expected slot seats: 5', 'got: 4']],
  ['a slot that is empty', asked().expect({ slot: { price: 9 } }), ['slot price: 9', 'got: nothing', '"seats":4']],
  ['a slot that should be empty', asked().expect({ slot: { seats: null } }), ['slot seats: nothing', 'got: 4']],
  ['an action not done', conversation().say('hello').expect({ action: 'tickets_reserved' }), ['got: no action']],
  [
    'an action done with other data',
    asked().expect({ action: { name: 'tickets_reserved', data: { seats: 5 } } }),
    ['tickets_reserved {"seats":5}', 'closest: tickets_reserved {"seats":4,"row":"B"}'],
  ],
  ['a state never reached', asked().expect({ state: 'ended' }), ['expected state: ended', 'processing → responding']],
  ['an answer that is late', asked().expect({ within: '10ms' }), ['within 10 ms', /got: \d{2,4} ms/.source]],
  ['nothing cut off', asked().expect({ heard: 'I kept' }), ['nothing was cut off']],
  [
    'more heard than wished',
    conversation().say('hello').interrupt({ after: '900ms', say: 'where is the café' }).expect({ heard: 'stairs' }),
    ['expected heard: "stairs"', 'got: "We show'],
  ],
  ['a conversation that goes on', asked().expect({ ended: 'completed' }), ['got: the conversation goes on']],
  ['another end', conversation().say('goodbye').expect({ ended: 'silence' }), ['ended: silence', 'got: completed']],
  ['what must not be in an answer', asked().expect({ never: 'tickets' }), ['the agent never says "tickets"']],
  [
    'what must not be from here on',
    conversation().never({ action: 'tickets_reserved' }).say('4'),
    ['never tickets_reserved'],
  ],
  ['what must not be at all', conversation({ never: [{ text: '/enjoy/' }] }).say('4 tickets'), ['never says /enjoy/i']],
  ['a step after the end', conversation().say('goodbye').say('hello'), ['over before this step (completed)']],
  ['nothing answered', conversation().loseNetwork().say('hello'), ['did not answer within 15 s']],
];

test.each(wrong)('%s fails, and the report says what, where and what came before', async (_what, builder, says) => {
  const error = await builder.run(way).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConversationFailedError)) throw new Error(`It passed, or failed otherwise: ${error}`);
  expect(error.message).toMatch(/^✗ conversation \(virtual\)\n {2}step \d+: /);
  expect(error.message).toMatch(/\d+\.\d\d s {2}agent {6}Welcome to the museum\./);
  for (const part of says) expect(error.message).toMatch(part.includes('\\d{') ? new RegExp(part) : part);
});

test('the same conversation goes the same way each time, to the millisecond', async () => {
  const hold = () => conversation().say('4 tickets').interrupt({ after: '500ms', say: 'hello' }).noise().run(way);
  const [first, second] = [await hold(), await hold()];
  expect(second.events).toEqual(first.events);
  expect(first.events.length).toBeGreaterThan(10);
});

test('a conversation that is not meant for a way of talking is skipped, not passed', async () => {
  const result = await conversation({ over: ['chat'] })
    .say('hello')
    .run(way);
  expect(result.outcome).toBe('skipped');
});

test('a wrong step in TypeScript is refused where it is written', () => {
  expect(() => conversation().press('12a')).toThrow('other keys than');
  expect(() => conversation().pause('soon')).toThrow('is no duration');
});

test('a caller who is asked again says it again, at most twice, and then goes on', async () => {
  const told = await conversation().say('what is there to see').say('2 tickets please').run(way);
  expect(callersWords(told.events)).toEqual(['what is there to see', '2 tickets please']);

  const given = conversation().say('what is there to see').say('2 tickets please').build();
  const line = await way.open(given, new AbortController().signal);
  try {
    const failure = await runSteps(given, line, way, { asksAgain: (answer) => answer.includes('pictures of the sea') });
    expect(failure).toBeUndefined();
    const thrice = ['what is there to see', 'what is there to see', 'what is there to see'];
    expect(callersWords(line.events)).toEqual([...thrice, '2 tickets please']);
  } finally {
    await line.close();
  }
});

function callersWords(events: readonly TimelineEvent[]): string[] {
  return events.filter((event) => event.type === 'caller').map(({ text }) => text);
}
