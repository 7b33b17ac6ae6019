import { type AgentDefinition, agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { describe, expect, test } from 'vitest';
import { createTextCall } from '../../testing/text-call.ts';
import { addDuration, nightsBetween } from '../days.ts';
import { createFlowAgent } from './flow-agent.ts';

/** Says what it holds after each turn. */
const inn: AgentDefinition = agentDefinitionSchema.parse({
  format: 1,
  id: 'inn',
  name: 'The inn',
  languages: ['en-US'],
  timeZone: 'UTC',
  slots: {
    arrival: { type: 'date', part: 'from', title: ['arrival', 'arriving', 'arrive'] },
    departure: { type: 'date', part: 'to', title: ['departure', 'leaving', 'leave'] },
    nights: { type: 'duration' },
    adults: { type: 'number', unit: ['adults', 'adult', 'people', 'for …'] },
    children: { type: 'number', unit: ['children', 'child'] },
    name: { type: 'person' },
  },
  flows: {
    main: {
      nodes: {
        start: { type: 'start', next: 'ask' },
        ask: {
          type: 'form',
          slots: [
            { slot: 'arrival', ask: 'When do you arrive?' },
            { slot: 'nights', ask: 'How long?', optional: true },
            { slot: 'departure', ask: 'When do you leave?' },
            { slot: 'adults', ask: 'How many adults?' },
            { slot: 'children', ask: 'How many children?', optional: true },
            { slot: 'name', ask: 'What name?' },
          ],
          derive: [
            { when: { value: 'results.heard.departure', is: 'isSet' }, slots: { nights: null } },
            {
              when: {
                all: [
                  { value: 'slots.nights', is: 'isSet' },
                  { value: 'slots.arrival', is: 'isSet' },
                ],
              },
              slots: { departure: '{{ slots.arrival | add_duration: slots.nights }}' },
            },
          ],
          next: 'confirm',
        },
        confirm: {
          type: 'confirm',
          text: '{{ slots.arrival }} to {{ slots.departure }}, {{ slots.arrival | nights_until: slots.departure }} nights, {{ slots.adults }} and {{ slots.children | default: 0 }}?',
          corrects: 'ask',
          whatElse: 'What should I change?',
          yes: 'bye',
          no: 'bye',
        },
        bye: { type: 'end', text: 'Bye.' },
      },
    },
  },
});

/** Monday, 23 November 2026. */
async function called(...lines: readonly string[]): Promise<string> {
  const call = createTextCall(createFlowAgent(inn, { tools: [], classifiers: new Map() }));
  let said = (await call.greet()).said;
  for (const line of lines) said = (await call.say(line)).said;
  return said;
}

describe('a beginning and an end', () => {
  test('a day alone is the beginning, the next one is the end', async () => {
    expect(await called('on friday')).toBe('When do you leave?');
    expect(await called('on friday', 'sunday', 'two', 'anna')).toBe('2026-11-27 to 2026-11-29, 2 nights, 2 and 0?');
  });

  test('words beside a day say which it is', async () => {
    expect(await called('we leave on sunday')).toBe('When do you arrive?');
    expect(await called('arriving friday and leaving sunday')).toBe('How many adults?');
    const booked = ['friday to sunday', 'two', 'anna'];
    expect(await called(...booked, 'no until monday')).toBe('2026-11-27 to 2026-11-30, 3 nights, 2 and 0?');
    expect(await called(...booked, 'no we arrive on thursday')).toBe('2026-11-26 to 2026-11-29, 3 nights, 2 and 0?');
  });

  test('a correction is of what was told last, and else of the beginning', async () => {
    expect(await called('friday', 'sunday', 'no monday', 'two', 'anna')).toMatch('2026-11-27 to 2026-11-30');
    expect(await called('friday to sunday', 'two', 'anna', 'no thursday')).toMatch('2026-11-26 to 2026-11-29');
  });

  test('the end is sought after the beginning', async () => {
    expect(await called('the fourth of december', 'until sunday', 'two', 'anna')).toMatch('2026-12-04 to 2026-12-06');
    expect(await called('the fourth of december', 'the second of may', 'two', 'anna')).toMatch('to 2027-05-02');
    expect(await called('the thirtieth', 'the second', 'two', 'anna')).toMatch('2026-11-30 to 2026-12-02');
  });

  test('what follows from others follows anew when they change', async () => {
    const booked = ['friday for two nights', 'two', 'anna'];
    expect(await called(...booked)).toMatch('2026-11-27 to 2026-11-29, 2 nights');
    expect(await called(...booked, 'no thursday')).toMatch('2026-11-26 to 2026-11-28, 2 nights');
    expect(await called(...booked, 'make it three nights')).toMatch('2026-11-27 to 2026-11-30, 3 nights');
    expect(await called(...booked, 'no until tuesday', 'no arriving thursday')).toMatch('2026-11-26 to 2026-12-01');
  });
});

describe('what is counted', () => {
  test('is told by its word; a bare number answers the question alone', async () => {
    expect(await called('two adults and one child', 'friday to sunday', 'anna')).toMatch('2 and 1?');
    expect(await called('friday to sunday', 'one child and two adults', 'anna')).toMatch('2 and 1?');
    expect(await called('friday to sunday', 'two adults one child', 'anna')).toMatch('2 and 1?');
    expect(await called('a room for two from friday to sunday', 'anna')).toMatch('2 and 0?');
    expect(await called('friday to sunday', 'two', 'anna', 'no 3')).toBe('What should I change?');
    expect(await called('friday', 'sunday', 'for three nights')).toBe('How many adults?');
    expect(await called('friday', 'sunday', 'for three nights', 'two', 'anna')).toMatch('to 2026-11-30, 3 nights, 2');
  });
});

test('days are counted by the calendar', () => {
  expect(addDuration('2026-11-27', 'P3D')).toBe('2026-11-30');
  expect(addDuration('2026-12-30', 'P1W')).toBe('2027-01-06');
  expect(addDuration('2026-12-01', '-P2D')).toBe('2026-11-29');
  expect(addDuration('2027-03-31', '-P1M')).toBe('2027-02-28');
  expect(addDuration('2027-01-31', 'P1M')).toBe('2027-02-28');
  expect(addDuration('2024-02-29', 'P1Y')).toBe('2025-02-28');
  expect(addDuration('2026-11-27', 'PT3H')).toBeUndefined();
  expect(addDuration('2026-11-27', 'P99999999D')).toBeUndefined();
  expect(addDuration('friday', 'P1D')).toBeUndefined();
  expect(nightsBetween('2026-10-24', '2026-10-26')).toBe(2);
  expect(nightsBetween('2026-10-26', '2026-10-24')).toBe(-2);
  expect(nightsBetween('2026-10-26', undefined)).toBeUndefined();
});
