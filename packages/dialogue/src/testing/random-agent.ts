import type { Random } from '@parley/engine/simulation/random.ts';

/*
 * Agents that nobody would write, of every type of node, for proving that whatever is valid can be run.
 */

/** Tools that the agents use; what they do is up to the test. */
export const randomAgentTools: readonly string[] = ['look', 'change'];

/**
 * A definition with one to four flows, each of up to ten nodes that lead anywhere as long as no circle is without a question.
 * The same random numbers make the same agent.
 */
export function randomAgent(random: Random): unknown {
  const { pick, int, chance } = random;
  const names = ['main', 'one', 'two', 'three'].slice(0, int(1, 4));
  return {
    format: 1,
    id: 'random',
    name: 'Random',
    languages: ['en-US'],
    slots: slotDefinitions,
    lists: {
      colours: [
        { value: 'red', names: ['red', 'crimson'] },
        { value: 'blue', names: 'blue' },
      ],
    },
    intents: {
      ...Object.fromEntries(
        names.map((name) => [`do_${name}`, { flow: name, title: `do ${name}`, examples: { en: [name] } }]),
      ),
      ...Object.fromEntries(globals.map((does) => [does, { does, title: does, examples: { en: [does] } }])),
      own: { title: 'go our own way', examples: { en: ['own way'] } },
    },
    wordings: {},
    flows: Object.fromEntries(names.map((name, at) => [name, { nodes: flowOf(names, at) }])),
  };

  function flowOf(flows: readonly string[], at: number): Record<string, unknown> {
    const count = int(2, 10);
    const last =
      at === 0 ? pick([{ type: 'end', text: 'Bye.' }, { type: 'route' }]) : pick([{ type: 'return' }, { type: 'end' }]);
    const all: Record<string, unknown> = { last };
    for (let index = count; index >= 1; index -= 1) all[`n${index}`] = nodeOf(flows.slice(at + 1), index, count);
    all.start = { type: 'start', next: 'n1' };
    const forms = Object.keys(all).filter((name) => isOfType(all[name], 'form'));
    const [form, ...others] = forms;
    for (const [name, node] of Object.entries(all)) {
      if (isOfType(node, 'confirm') && form !== undefined && chance(0.7))
        all[name] = { ...Object(node), corrects: pick([form, ...others]) };
    }
    // What nothing leads to is no part of a valid flow.
    const reached = new Set<string>();
    const visit = (name: string): void => {
      if (reached.has(name)) return;
      reached.add(name);
      for (const next of waysOf(all[name])) visit(next);
    };
    visit('start');
    return Object.fromEntries(Object.entries(all).filter(([name]) => reached.has(name)));
  }

  function nodeOf(flows: readonly string[], index: number, count: number): unknown {
    const later = () => {
      const to = int(index + 1, count + 1);
      return to > count ? 'last' : `n${to}`;
    };
    /** After a question the way may lead back. */
    const anywhere = () => (chance(0.3) ? `n${int(1, index)}` : later());
    const slot = () => pick(slotNames);
    const condition = () =>
      pick<object>([
        { value: `slots.${slot()}`, is: 'isSet' },
        { not: { value: 'results.outcome.error', is: 'isSet' } },
        {
          any: [
            { value: 'turn.number', is: 'moreThan', to: 3 },
            { value: 'now.hour', is: 'atLeast', to: 12 },
          ],
        },
      ]);
    const maybe = (more: object) => (chance(0.4) ? more : {});
    const attempts = () => ({ attempts: int(1, 4) });
    switch (int(0, 13)) {
      case 0:
      case 1:
      case 2: {
        const asked = [...new Set([slot(), slot(), slot()])];
        return {
          type: 'form',
          slots: asked.map((name, at) => ({
            slot: name,
            ask: [`What ${name}?`, `Which ${name}, please?`],
            ...maybe({ help: [`Tell me the ${name}.`] }),
            ...(at > 0 ? maybe({ when: condition() }) : {}),
            ...(at > 0 ? maybe({ optional: true }) : {}),
          })),
          ...maybe({ echo: '{% if results.heard %}Okay.{% endif %}' }),
          ...maybe({
            checks: [
              {
                look: { tool: 'look', input: { slot: `=slots.${asked[0]}` }, result: 'looked', timeoutMs: 100 },
                wrong: { value: 'results.looked.ok', is: 'equals', to: false },
                needs: [asked[0]],
                say: '{{ slots.colour }} is not possible.',
                clear: [asked[0]],
              },
            ],
          }),
          ...maybe({ derive: [{ slots: { note: '{{ slots.day }}' } }] }),
          ...attempts(),
          next: later(),
          ...maybe({ stuck: later() }),
        };
      }
      case 3:
        return {
          type: 'confirm',
          text: ['Is {{ slots.colour }} right?', 'So {{ slots.colour }}?'],
          ...attempts(),
          ...maybe({ whatElse: 'What then?' }),
          yes: later(),
          no: anywhere(),
        };
      case 4:
        return {
          type: 'menu',
          text: 'Sales or support?',
          options: [
            { digit: '1', names: ['sales'], set: { note: 'sales' }, next: later() },
            { digit: '2', names: ['support'], next: anywhere() },
          ],
          ...attempts(),
        };
      case 5:
        return {
          type: 'route',
          ...maybe({ text: 'What can I do?' }),
          ...maybe({ again: 'What else?' }),
          choices: [{ intent: 'own', next: later() }],
          ...attempts(),
          ...maybe({ stuck: later() }),
        };
      case 6:
        return { type: 'condition', branches: [{ when: condition(), next: later() }], otherwise: later() };
      case 7:
        return {
          type: 'set',
          slots: { note: `{{ slots.note }}${'x'.repeat(int(0, 3000))}`, [slot()]: null },
          results: { kept: '=slots.colour' },
          next: later(),
        };
      case 8:
        return {
          type: 'call',
          tool: pick(['look', 'change']),
          input: { colour: '=slots.colour' },
          result: 'outcome',
          ...maybe({ filler: 'One moment.' }),
          timeoutMs: 100,
          next: later(),
          errors: [{ codes: ['taken'], next: later() }],
          failed: later(),
        };
      case 9:
        return {
          type: 'model',
          instructions: 'Talk of {{ slots.colour }}.',
          tools: ['look'],
          extract: ['note'],
          ...maybe({ converses: true }),
          maxTurns: 3,
          next: later(),
          failed: later(),
        };
      case 10:
        return { type: 'code', source: 'return 1', result: 'computed', next: later(), failed: later() };
      case 11:
        return { type: 'transfer', ...maybe({ text: 'I put you through.' }), failed: later() };
      case 12: {
        const [flow] = flows;
        if (flow !== undefined) return { type: 'flow', flow: pick([flow, ...flows]), next: later() };
        return { type: 'say', text: '{{ slots.mood }}', next: later() };
      }
      default:
        return chance(0.5)
          ? { type: 'say', text: ['Well.', 'Now then.'], ...maybe({ interruptible: false }), next: later() }
          : {
              type: 'split',
              name: 'trial',
              branches: [
                { name: 'a', weight: 1, next: later() },
                { name: 'b', weight: 2, next: later() },
              ],
            };
    }
  }
}

const globals = ['cancel', 'help', 'human', 'repeat', 'startOver', 'goodbye'];

const slotDefinitions = {
  colour: { type: 'list', list: 'colours', title: 'colour' },
  day: { type: 'date', title: 'day' },
  time: { type: 'time' },
  guests: { type: 'number' },
  name: { type: 'person', scope: 'flow', privacy: 'personal' },
  phone: { type: 'phone' },
  pin: { type: 'digits', length: { min: 4, max: 4 }, privacy: 'secret' },
  ready: { type: 'yesNo' },
  note: { type: 'text', heard: 'asked' },
  mood: { type: 'list', list: 'colours', heard: 'always' },
};
const slotNames: readonly [string, ...string[]] = [
  'colour',
  'day',
  'time',
  'guests',
  'name',
  'phone',
  'pin',
  'ready',
  'note',
];

function isOfType(node: unknown, type: string): boolean {
  return typeof node === 'object' && node !== null && 'type' in node && node.type === type;
}

/** Names of nodes that a node leads to: whatever stands under these fields, however deep. */
function waysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]) =>
    typeof inner === 'string' && wayFields.has(field) ? [inner] : waysOf(inner),
  );
}

const wayFields = new Set(['next', 'otherwise', 'yes', 'no', 'failed', 'stuck', 'corrects']);
