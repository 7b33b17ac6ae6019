import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenClockTimes } from '../vocabulary/spoken-values.ts';
import { sayTime } from '../wording/spoken.ts';
import { findClockTimes, findPartOfDay, resolveTime } from './clock-time.ts';

const HOURS = { opens: { hour: 9, minute: 0 }, closes: { hour: 18, minute: 0 } };

describe('clock times as callers say them to a shop open from 9 to 18', () => {
  it.each([
    ['three', '15:00'],
    ['at three', '15:00'],
    ['three pm', '15:00'],
    ['3pm', '15:00'],
    ['3 p.m.', '15:00'],
    ['three p m', '15:00'],
    ['3:30pm', '15:30'],
    ['15:30', '15:30'],
    ['half past two', '14:30'],
    ['half two', '14:30'],
    ['quarter to four', '15:45'],
    ['a quarter to four in the afternoon', '15:45'],
    ['quarter past nine', '9:15'],
    ['quarter to one', '12:45'],
    ['ten past nine', '9:10'],
    ['twenty to five', '16:40'],
    ['twenty five minutes past ten', '10:25'],
    ['at ten thirty', '10:30'],
    ['ten oh five', '10:05'],
    ['nine', '9:00'],
    ['eleven am', '11:00'],
    ["two o'clock", '14:00'],
    ['noon', '12:00'],
    ['twelve', '12:00'],
    ['midnight', '0:00'],
    ['three in the morning', '3:00'],
    ['seven', '7:00'],
    ['eight pm', '20:00'],
    ['twelve thirty', '12:30'],
    ['six', '18:00'],
  ])('%s', (text, expected) => {
    const found = findClockTimes(text);
    expect(found).toHaveLength(1);
    const spoken = found[0]?.value;
    const time = spoken && resolveTime(spoken, findPartOfDay(text), HOURS);
    expect(`${time?.hour}:${String(time?.minute).padStart(2, '0')}`).toBe(expected);
  });

  it('all that the recogniser can hear as a time is one time', () => {
    for (const text of spokenClockTimes()) {
      expect(
        findClockTimes(text).map(({ text: said }) => said),
        text,
      ).toEqual([text]);
    }
  });

  it('what the agent says, it understands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 0, max: 59 }), (hour, minute) => {
        const spoken = findClockTimes(sayTime({ hour, minute }))[0]?.value;
        expect(spoken && resolveTime(spoken, undefined, HOURS)).toEqual({ hour, minute });
      }),
    );
  });

  it.each(['in three days', '25:99', 'two people', '4155551234', 'hello'])('no time in: %s', (text) => {
    expect(findClockTimes(text)).toEqual([]);
  });

  it('a bare number is marked, so that it counts only where a time was asked', () => {
    expect(findClockTimes('three')[0]?.value.bare).toBe(true);
    expect(findClockTimes('at three')[0]?.value.bare).toBe(false);
    expect(findClockTimes('three pm')[0]?.value.bare).toBe(false);
  });
});
