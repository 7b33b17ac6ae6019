import type { ToolContext } from '@parley/dialogue/tools/tool.ts';
import { defaultShop, type Shop } from './shop.ts';

/** Open Monday to Friday 9 to 12 and 13 to 18, in London; closed on Christmas Day. */
export const londonShop: Shop = {
  ...defaultShop,
  timeZone: 'Europe/London',
  week: Object.fromEntries([1, 2, 3, 4, 5].map((weekday) => [weekday, [hours(9, 12), hours(13, 18)]])),
  exceptions: [{ date: '2026-12-25', spans: [], reason: 'Christmas Day' }],
};

/** Saturday 21 November 2026, 10:00 in London. */
export const saturdayMorning = Date.parse('2026-11-21T10:00:00Z');

export function hours(opens: number, closes: number) {
  return { opens: { hour: opens, minute: 0 }, closes: { hour: closes, minute: 0 } };
}

/** One use of a tool in a conversation. */
export function toolUse(idempotencyKey: string, overrides: Partial<ToolContext> = {}): ToolContext {
  return {
    conversationId: 'conversation-1',
    turnNumber: 1,
    nowEpochMs: saturdayMorning,
    timeZone: 'Europe/London',
    language: 'en-GB',
    idempotencyKey,
    signal: AbortSignal.timeout(10_000),
    ...overrides,
  };
}
