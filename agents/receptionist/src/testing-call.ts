import { createTextCall, type TextCall } from '@parley/dialogue/testing/text-call.ts';
import type { Calendar } from './availability/calendar.ts';
import { createMemoryCalendar } from './availability/memory-calendar.ts';
import { defaultShop, type Shop } from './availability/shop.ts';
import { type BookedRow, memoryBook } from './memory-book.ts';
import { createReceptionist } from './receptionist-agent.ts';

/** Saturday 21 November 2026, 10:00 in New York, where the shop is. */
export const saturdayMorning = Date.parse('2026-11-21T10:00:00-05:00');

export interface TestedCall {
  /** What the receptionist says to it; ends with `(ended)` when it has hung up. */
  say(text: string, more?: Parameters<TextCall['say']>[1]): Promise<string>;
  /** Says one line after the other. @returns the last reply */
  sayAll(...lines: readonly string[]): Promise<string>;
  readonly call: TextCall;
  readonly rows: readonly BookedRow[];
  /** Data of the last action of the name. */
  acted(name: string): Readonly<Record<string, unknown>> | undefined;
}

export interface TestedCallOptions {
  readonly shop?: Shop;
  /** Around the calendar: to let it fail. */
  readonly wrap?: (calendar: Calendar) => Calendar;
  /** Taken before the call, at the shop's only chair or both. */
  readonly taken?: readonly {
    readonly startsAt: string;
    readonly service?: string;
    readonly name?: string;
    readonly phone?: string;
  }[];
}

/** A greeted caller in text, with an empty book but for what is taken. */
export async function startCall({ shop = defaultShop, wrap, taken = [] }: TestedCallOptions = {}): Promise<TestedCall> {
  const book = memoryBook();
  const kept = createMemoryCalendar(book, { now: () => saturdayMorning });
  for (const [at, { startsAt, service = 'haircut', name = 'Sam Other', phone = '14155550000' }] of taken.entries()) {
    const startsAtEpochMs = Date.parse(startsAt);
    const minutes = shop.services.find((one) => one.name === service)?.durationMinutes ?? 30;
    await kept.book(
      {
        idempotencyKey: `taken-${at}`,
        conversationId: 'earlier',
        service,
        startsAtEpochMs,
        endsAtEpochMs: startsAtEpochMs + minutes * 60_000,
        timeZone: shop.timeZone,
        chairIds: shop.chairs.map(({ chairId }) => chairId),
        name,
        phone,
      },
      AbortSignal.timeout(5000),
    );
  }
  const errors: unknown[] = [];
  const { agent } = await createReceptionist({
    calendar: wrap?.(kept) ?? kept,
    shop,
    onError: (error) => errors.push(error),
  });
  const call = createTextCall(agent, { nowEpochMs: saturdayMorning, timeZone: shop.timeZone });
  const actions = new Map<string, Readonly<Record<string, unknown>>>();
  await call.greet();
  const say: TestedCall['say'] = async (text, more) => {
    const reply = await call.say(text, more);
    for (const output of reply.outputs) if (output.type === 'acted') actions.set(output.name, output.data);
    if (errors.length > 0) throw new Error('The definition went wrong while it ran.', { cause: errors[0] });
    return reply.ended ? `${reply.said} (ended)` : reply.said;
  };
  return {
    say,
    async sayAll(...lines) {
      let last = '';
      for (const line of lines) last = await say(line);
      return last;
    },
    call,
    rows: book.rows,
    acted: (name) => actions.get(name),
  };
}
