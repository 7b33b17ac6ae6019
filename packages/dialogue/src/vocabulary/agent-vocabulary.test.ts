import { agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { openQuestion } from '@parley/engine/ports/recognizer.ts';
import { describe, expect, test } from 'vitest';
import { agentVocabulary } from './agent-vocabulary.ts';

const inn = agentDefinitionSchema.parse({
  format: 1,
  id: 'inn',
  name: 'The inn',
  languages: ['en-US'],
  timeZone: 'UTC',
  region: 'IE',
  intents: {
    book: { flow: 'booking', examples: { en: ['i need a room', 'a room from {arrival}'] } },
    nothing_more: { examples: { en: ['nothing more'] } },
  },
  slots: {
    arrival: { type: 'date', part: 'from' },
    departure: { type: 'date', part: 'to' },
    nights: { type: 'duration' },
    name: { type: 'person' },
    phone: { type: 'phone' },
  },
  flows: {
    main: {
      nodes: {
        start: { type: 'start', next: 'listen' },
        listen: { type: 'route', text: 'How can I help?', choices: [{ intent: 'nothing_more', next: 'bye' }] },
        bye: { type: 'end', text: 'Bye.' },
      },
    },
    booking: {
      nodes: {
        start: { type: 'start', next: 'ask' },
        ask: {
          type: 'form',
          slots: [
            { slot: 'arrival', ask: 'From when?' },
            { slot: 'departure', ask: 'Until when?' },
            { slot: 'nights', ask: 'How long?', optional: true },
            { slot: 'name', ask: 'What name?' },
            { slot: 'phone', ask: 'What number?' },
          ],
          next: 'done',
        },
        done: { type: 'return' },
      },
    },
  },
});
const { phrases, contexts } = agentVocabulary(inn, 'en-US');
const expected = (context: string) => contexts[context] ?? [];

describe('asked what else there is', () => {
  test.each(['i need a room', 'nothing more', 'no thank you', "that's all thank you goodbye", 'yes'])(
    '"%s" is expected',
    (phrase) => expect(expected(openQuestion)).toContain(phrase),
  );

  test('a day is expected as part of a wish, a name and a bare day are not', () => {
    expect(expected(openQuestion)).toContain('a room from friday');
    for (const other of ['friday', 'the eighth', 'my name is cynthia', 'cynthia']) {
      expect(expected(openQuestion)).not.toContain(other);
      expect(phrases).toContain(other);
    }
  });
});

describe('asked for one end of a stay', () => {
  test.each(['arrival', 'departure'])('both ends and the length may be told together (%s)', (slot) => {
    const told = expected(slot);
    expect(told.some((phrase) => /^from friday (?:to|until) /.test(phrase))).toBe(true);
    expect(told.some((phrase) => /^from \w+ for (?:\w+ nights|one night)$/.test(phrase))).toBe(true);
  });

  test('Sundays are as likely as other days', () => {
    const count = (day: string) => expected('departure').filter((phrase) => phrase.split(' ').includes(day)).length;
    expect(count('sunday')).toBeGreaterThan(count('saturday') / 2);
  });
});

test('telephone numbers begin as they do in the country', () => {
  const startsOh = (region: string) =>
    (agentVocabulary({ ...inn, region }, 'en-US').contexts.phone ?? []).filter((phrase) =>
      /^(?:oh|zero) \w+ \w+ \w+ \w+ \w+ /.test(phrase),
    ).length;
  expect(startsOh('IE')).toBeGreaterThan(3 * startsOh('US'));
});
