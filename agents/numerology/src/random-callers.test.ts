import { randomWalk } from '@parley/dialogue/testing/random-walk.ts';
import { expect, test } from 'vitest';
import { createNumerology } from './numerology-agent.ts';

const callers = 500;

/** Dates and names as callers say them, some in part; the samples of slots are days to come. */
const answers = {
  'vi-VN': {
    birth: ['12/3/1990', 'ngày 5 tháng 9 năm 2001', '13 tháng 11', 'ngày 30/4/2002'],
    birth_day: ['12/3/1990'],
    birth_year: ['1990', 'một chín chín mươi'],
    other_birth: ['5/5/1992', 'ngày 29 tháng 2 năm 1988'],
    name: ['Nguyễn Thị Ngà', 'Lê Quân', 'tên mình là Đỗ Hồng Nhung', 'Ý'],
  },
  'en-US': {
    birth: ['march twelfth nineteen ninety', 'september twenty second two thousand', 'may fourth', 'tomorrow'],
    birth_day: ['march twelfth nineteen ninety'],
    birth_year: ['nineteen ninety', '1985'],
    other_birth: ['may fifth nineteen ninety two', 'june first'],
    name: ['mary ann smith', 'my name is john brown', 'alice', 'm a r y, s m i t h'],
  },
} as const;

test.each(['vi-VN', 'en-US'] as const)(
  `${callers} callers who change their minds all come to an end in %s`,
  async (language) => {
    const mistakes: unknown[] = [];
    const { agent, definition } = await createNumerology({ language, onError: (error) => mistakes.push(error) });
    const circles: string[] = [];
    const outcomes = new Map<string, number>();
    for (let seed = 1; seed <= callers; seed += 1) {
      const walk = await randomWalk(agent, definition, seed, { answers: answers[language] });
      outcomes.set(walk.outcome, (outcomes.get(walk.outcome) ?? 0) + 1);
      // To be read as it was held.
      if (walk.outcome === 'circle') circles.push(`caller ${seed}:\n${walk.transcript}`);
    }
    expect(circles.slice(0, 3).join('\n\n')).toBe('');
    expect(mistakes).toEqual([]);
    // Nearly all get what they came for; a person is for those who ask, and for those who cannot be helped.
    expect(outcomes.get('handoff') ?? 0).toBeLessThan(callers * 0.08);
  },
  60_000,
);
