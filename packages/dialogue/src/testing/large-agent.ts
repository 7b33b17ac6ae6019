/*
 * Agents of any size, for measuring how long they take to load and validate. Every sentence and name is its own, as in an agent
 * that somebody wrote: nothing is saved by having been seen before.
 */

export interface LargeAgentOptions {
  readonly flows: number;
  readonly nodesPerFlow: number;
}

/** A valid definition in two languages, as it comes from a file. Each flow is used by an intent, and has all kinds of nodes. */
export function largeAgent({ flows, nodesPerFlow }: LargeAgentOptions): unknown {
  const names = Array.from({ length: flows }, (_, at) => (at === 0 ? 'main' : `flow${at}`));
  return {
    format: 1,
    id: 'large',
    name: 'Large agent',
    languages: ['en', 'vi'],
    slots: {
      date: { type: 'date' },
      time: { type: 'time' },
      guests: { type: 'number' },
      name: { type: 'person', privacy: 'personal' },
      room: { type: 'list', list: 'rooms' },
      code: { type: 'pattern', pattern: '[A-Z]{2}-\\d{4}' },
    },
    lists: { rooms: [{ value: 'blue', names: { en: ['blue room', 'the blue one'], vi: 'phòng xanh' } }] },
    intents: Object.fromEntries(
      names.slice(1).map((flow) => [
        `ask-${flow}`,
        {
          flow,
          title: { en: `do ${flow}`, vi: `làm ${flow}` },
          examples: {
            en: [`I need ${flow}`, `${flow} on {date} please`, `can you do ${flow} for {guests}`],
            vi: [`tôi cần ${flow}`, `làm ${flow} vào {date}`],
          },
        },
      ]),
    ),
    facts: { address: '1 High Street' },
    flows: Object.fromEntries(names.map((name) => [name, { nodes: nodesOf(name, nodesPerFlow) }])),
  };
}

/** Tools that the agent uses. */
export const largeAgentTools: readonly string[] = ['find_rooms'];

function nodesOf(flow: string, count: number): Record<string, unknown> {
  const nodes: Record<string, unknown> = { start: { type: 'start', next: 'n1' } };
  const last = count - 2;
  for (let at = 1; at <= last; at += 1) nodes[`n${at}`] = nodeOf(flow, at, at === last ? 'end' : `n${at + 1}`);
  nodes.end =
    flow === 'main' ? { type: 'route', text: both('How can I help?', 'Tôi giúp gì được ạ?') } : { type: 'return' };
  return nodes;
}

function nodeOf(flow: string, at: number, next: string): unknown {
  const place = { x: at * 40, y: 120 };
  const label = `${flow} ${at}`;
  switch (at % 8) {
    case 0:
      return {
        type: 'form',
        place,
        slots: [
          { slot: 'date', ask: both(`Which day for ${label}?`, `Ngày nào cho ${label}?`) },
          {
            slot: 'guests',
            ask: both(`How many guests on {{ slots.date | say_date }} for ${label}?`, `Mấy khách cho ${label}?`),
            when: {
              all: [{ value: 'slots.date', is: 'isSet' }, { not: { value: 'now.hour', is: 'moreThan', to: 20 } }],
            },
          },
        ],
        checks: [
          {
            wrong: { value: 'slots.date', is: 'lessThan', to: '=now.date' },
            say: both(`${label}: that day is over.`, `${label}: ngày đó đã qua.`),
            clear: ['date'],
          },
        ],
        next,
      };
    case 1:
      return {
        type: 'condition',
        place,
        branches: [{ when: { value: 'slots.guests', is: 'atLeast', to: at }, next: 'end' }],
        otherwise: next,
      };
    case 2:
      return {
        type: 'call',
        place,
        tool: 'find_rooms',
        input: {
          date: '=slots.date',
          note: `${label} for {{ slots.name | default: "a guest" }}`,
          guests: '=slots.guests',
        },
        result: `found${at}`,
        next,
        failed: next,
      };
    case 3:
      return {
        type: 'menu',
        place,
        text: both(`For ${label} press 1 or 2.`, `${label}: bấm 1 hoặc 2.`),
        options: [
          { digit: '1', names: both(['sales', `sales ${at}`], 'bán hàng'), next },
          {
            digit: '2',
            names: both('service', 'dịch vụ'),
            set: { name: `{{ turn.text | strip }} ${at}` },
            next: 'end',
          },
        ],
      };
    case 4:
      return {
        type: 'set',
        place,
        slots: { guests: at },
        results: { [`note${at}`]: `${label} {{ slots.room }}` },
        next,
      };
    default:
      return {
        type: 'say',
        place,
        text: both(
          [
            `${label}: {{ slots.name }}, see you on {{ slots.date | say_date }} at {{ slots.time | say_time }}.`,
            `${label}: that is {{ slots.guests }} {{ slots.guests | plural: 'guest', 'guests' }} at {{ conversation.facts.address }}.`,
          ],
          `${label}: hẹn gặp {{ slots.name }} vào {{ slots.date | say_date }}.`,
        ),
        next,
      };
  }
}

function both(en: string | readonly string[], vi: string): unknown {
  return { en, vi };
}
