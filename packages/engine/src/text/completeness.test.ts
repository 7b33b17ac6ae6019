import { describe, expect, it } from 'vitest';
import { isBackchannel } from './backchannel.ts';
import { completeness } from './completeness.ts';

describe('a sentence', () => {
  it.each([
    "i'd like to book a haircut",
    'friday at three pm',
    'my name is alice',
    'yes',
    'yes please',
    'a haircut please',
    'what was that',
    'four one five five five five one two three four',
    'three thirty',
    'what did you say',
  ])('can be over: %s', (text) => {
    expect(completeness(text, undefined, 'en-US').kind).toBe('complete');
  });

  it.each(["i'd like to book a", 'my name is', 'friday at', 'um', 'half past', 'my number', 'a haircut and'])(
    'goes on: %s',
    (text) => {
      expect(completeness(text, undefined, 'en-US').kind).toBe('incomplete');
    },
  );

  it('is dictated while a number has come only in part', () => {
    expect(completeness('four one five', undefined, 'en-US').kind).toBe('dictating');
    expect(completeness('my number is four one', 'phone', 'en-US').kind).toBe('dictating');
    expect(completeness('415 555', 'phone', 'en-US').kind).toBe('dictating');
    expect(completeness('415 555 1234', 'phone', 'en-US').kind).toBe('complete');
  });

  it('goes on in Vietnamese too', () => {
    expect(completeness('tôi muốn đặt lịch với', undefined, 'vi-VN').kind).toBe('incomplete');
    expect(completeness('tôi muốn đặt lịch ngày mai', undefined, 'vi-VN').kind).toBe('complete');
  });
});

describe('a thing of which nothing was said', () => {
  it.each([
    ['the radio in the kitchen', 'en-US'],
    ['quạt trần phòng ngủ', 'vi-VN'],
  ])('may be all or not, so it is waited for longer: %s', (text, language) => {
    expect(completeness(text, undefined, language).probability).toBeLessThanOrEqual(0.6);
  });

  it.each([
    ['the radio in the kitchen is broken', 'en-US'],
    ['quạt trần phòng ngủ bị hỏng rồi', 'vi-VN'],
  ])('is a sentence once something is: %s', (text, language) => {
    expect(completeness(text, undefined, language).probability).toBeGreaterThan(0.6);
  });
});

describe('a backchannel', () => {
  it.each(['uh-huh', 'okay', 'yeah right', 'Mm-hmm.', 'I see'])('is %s', (text) => {
    expect(isBackchannel(text, 'en-GB')).toBe(true);
  });

  it.each(['okay but wait', 'no', 'stop', 'three', ''])('is not %j', (text) => {
    expect(isBackchannel(text, 'en-GB')).toBe(false);
  });

  it('is "dạ vâng" in Vietnamese', () => {
    expect(isBackchannel('Dạ vâng', 'vi-VN')).toBe(true);
  });
});
