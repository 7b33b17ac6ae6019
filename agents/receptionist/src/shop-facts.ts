import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { isoTimeOf } from '@parley/dialogue/entities/zoned-time.ts';
import { sayList, sayTime } from '@parley/dialogue/wording/spoken.ts';
import type { OpenSpan, Shop } from './availability/shop.ts';

/** The definition for a shop: its name, address and hours as facts, its services as what can be booked, its clock. */
export function forShop(definition: AgentDefinition, shop: Shop): AgentDefinition {
  const spans = Object.values(shop.week).flat();
  const opens = spans.map((span) => isoTimeOf(span.opens)).sort()[0];
  const closes = spans
    .map((span) => isoTimeOf(span.closes))
    .sort()
    .at(-1);
  const hours = opens === undefined || closes === undefined ? undefined : { from: opens, to: closes };
  const slots = Object.entries(definition.slots).map(
    ([name, slot]) =>
      // "At three" is when the shop is open.
      [name, slot.hours === undefined || hours === undefined ? slot : { ...slot, hours }] as const,
  );
  return {
    ...definition,
    timeZone: shop.timeZone,
    intents: withServices(definition.intents, shop),
    slots: Object.fromEntries(slots),
    lists: { ...definition.lists, services: serviceEntries(definition, shop) },
    facts: {
      ...definition.facts,
      shop: shop.name,
      address: shop.address,
      phone: shop.phone,
      hours: sayWeek(shop),
      services: sayList(
        shop.services.map(({ name }) => withArticle(name)),
        'or',
      ),
    },
  };
}

/** `Monday to Friday, 9 AM to 6 PM, and Saturday, 9 AM to 1 PM`. */
export function sayWeek({ week }: Pick<Shop, 'week'>): string {
  const runs: { first: number; last: number; said: string }[] = [];
  for (let weekday = 1; weekday <= 7; weekday += 1) {
    const said = sayList((week[weekday] ?? []).map(saySpan), 'and');
    const run = runs.at(-1);
    if (said === '') continue;
    if (run !== undefined && run.said === said && run.last === weekday - 1) run.last = weekday;
    else runs.push({ first: weekday, last: weekday, said });
  }
  const parts = runs.map(({ first, last, said }) => `${sayDays(first, last)}, ${said}`);
  return parts.length <= 1
    ? (parts[0] ?? 'by appointment only')
    : `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`;
}

/** Who names a service, and nothing else, wants to book it. */
function withServices(intents: AgentDefinition['intents'], { services }: Shop): AgentDefinition['intents'] {
  const { book } = intents;
  if (book === undefined) return intents;
  const named = services.flatMap(({ name }) => [name, withArticle(name), `${withArticle(name)} please`]);
  return { ...intents, book: { ...book, examples: { ...book.examples, en: [...(book.examples.en ?? []), ...named] } } };
}

/** Known services keep the other names by which callers call them. */
function serviceEntries(definition: AgentDefinition, shop: Shop): AgentDefinition['lists'][string] {
  const known = definition.lists.services ?? [];
  return shop.services.map(({ name }) => known.find(({ value }) => value === name) ?? { value: name, names: [name] });
}

function sayDays(first: number, last: number): string {
  const [from = '', to = ''] = [weekdays[first - 1], weekdays[last - 1]];
  if (first === last) return from;
  return last === first + 1 ? `${from} and ${to}` : `${from} to ${to}`;
}

function saySpan({ opens, closes }: OpenSpan): string {
  return `${sayTime(opens)} to ${sayTime(closes)}`;
}

function withArticle(name: string): string {
  return `${/^[aeio]/iu.test(name) ? 'an' : 'a'} ${name}`;
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
