import { isoDateOf, isoTimeOf, localTime } from '@parley/dialogue/entities/zoned-time.ts';
import type { AnyTool, Tool } from '@parley/dialogue/tools/tool.ts';
import { z } from 'zod';
import { openOn } from './free-slots.ts';
import type { OpenSpan, Shop } from './shop.ts';
import { isoDay, readDay } from './wire-time.ts';

/** The tool that tells what is true of the shop whoever calls. */
export function shopInformation(shop: Shop): AnyTool {
  const input = z.object({
    date: isoDay.optional().describe('A day whose opening hours are asked about; today if left out'),
  });
  // What does not depend on the moment.
  const services = shop.services.map((service) => ({ ...service }));
  const week = Object.entries(shop.week).map(([weekday, open]) => ({
    weekday: Number(weekday),
    open: open.map(spanJson),
  }));
  const exceptions = shop.exceptions.map((one) => ({
    date: one.date,
    reason: one.reason,
    open: one.spans.map(spanJson),
  }));
  const tool: Tool<z.infer<typeof input>> = {
    name: 'shop_information',
    description: 'The shop’s name, address, telephone number, services with prices and minutes, and opening hours.',
    input,
    effect: 'reads',
    run: async (asked, context) => {
      const now = localTime(context.nowEpochMs, shop.timeZone);
      const date = asked.date === undefined ? now.date : readDay(asked.date);
      const { spans, reason } = openOn(shop, date);
      const clock = isoTimeOf(now.time);
      const isOpenNow = openOn(shop, now.date).spans.some(
        (span) => isoTimeOf(span.opens) <= clock && clock < isoTimeOf(span.closes),
      );
      return {
        name: shop.name,
        address: shop.address,
        phone: shop.phone,
        timeZone: shop.timeZone,
        services,
        openNow: isOpenNow,
        day: { date: isoDateOf(date), open: spans.map(spanJson), reason: reason ?? null },
        week,
        exceptions: exceptions.filter((one) => one.date >= isoDateOf(now.date)),
      };
    },
  };
  return tool;
}

function spanJson(span: OpenSpan) {
  return { from: isoTimeOf(span.opens), to: isoTimeOf(span.closes) };
}
