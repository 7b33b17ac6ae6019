import { describe, expect, it } from 'vitest';
import { rememberLast } from './remember-last.ts';
import { localTime } from './zoned-time.ts';

describe('what is asked several times in one turn', () => {
  it('is looked for once, and answered with the same', () => {
    const asked: string[] = [];
    const length = rememberLast((text) => {
      asked.push(text);
      return { length: text.length };
    });
    const first = length('hello');
    expect(length('you')).toEqual({ length: 3 });
    expect(length('hello')).toBe(first);
    expect(asked).toEqual(['hello', 'you']);
  });

  it('is forgotten soon: what callers say does not gather in memory', () => {
    const asked: string[] = [];
    const length = rememberLast((text) => {
      asked.push(text);
      return { length: text.length };
    });
    length('hello');
    for (let n = 0; n < 8; n += 1) length(`another ${n}`);
    length('hello');
    expect(asked.filter((text) => text === 'hello')).toHaveLength(2);
  });
});

describe('the clock on the wall', () => {
  it('is right from one minute to the next, in each zone, and back again', () => {
    const at = Date.UTC(2026, 10, 21, 12, 59, 59, 999);
    const shown = (epochMs: number, zone: string) => {
      const { date, time } = localTime(epochMs, zone);
      return `${date.day} ${time.hour}:${time.minute}`;
    };
    expect(shown(at, 'Asia/Ho_Chi_Minh')).toBe('21 19:59');
    expect(shown(at, 'UTC')).toBe('21 12:59');
    expect(shown(at + 1, 'Asia/Ho_Chi_Minh')).toBe('21 20:0');
    expect(shown(at, 'Asia/Ho_Chi_Minh')).toBe('21 19:59');
    expect(shown(at + 4 * 3_600_000 + 1, 'Asia/Ho_Chi_Minh')).toBe('22 0:0');
  });

  it('is right where the zone was off by part of a minute', () => {
    // Monrovia was 44 minutes and 30 seconds behind until 1972: its minutes began in the middle of ours.
    const shown = [29_999, 30_000].map(
      (ms) => localTime(Date.UTC(1971, 5, 1, 12, 0) + ms, 'Africa/Monrovia').time.minute,
    );
    expect(shown).toEqual([15, 16]);
  });
});
