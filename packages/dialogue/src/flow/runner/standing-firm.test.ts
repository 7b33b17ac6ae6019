import { type AgentDefinition, agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { IntentClassifier } from '../../nlu/intent-classifier.ts';
import { createTextCall } from '../../testing/text-call.ts';
import type { AnyTool } from '../../tools/tool.ts';
import { createFlowAgent } from './flow-agent.ts';
import { maxStackDepth, readMemory } from './memory.ts';
import type { FlowParts } from './parts.ts';

const form = (slot: string, ask: string, next: string, more: object = {}) => ({
  type: 'form',
  slots: [{ slot, ask }],
  next,
  ...more,
});

/** Sells tables: a front door that asks, a task with a form and a read-back, and wishes that hold everywhere. */
function shop(change: (definition: Record<string, unknown>) => void = () => {}): AgentDefinition {
  const definition: Record<string, unknown> = {
    format: 1,
    id: 'shop',
    name: 'Shop',
    languages: ['en-US'],
    intents: {
      book: { title: 'book a table', flow: 'booking' },
      hours: { title: 'hear our hours', flow: 'hours' },
      repeat: { does: 'repeat' },
      cancel: { does: 'cancel' },
      startOver: { does: 'startOver' },
      human: { does: 'human' },
      help: { does: 'help' },
      more: { title: 'hear the menu' },
    },
    slots: {
      day: { type: 'date', title: 'day' },
      guests: { type: 'number', title: 'guests' },
      terrace: { type: 'yesNo' },
      name: { type: 'person' },
    },
    flows: {
      main: {
        nodes: {
          start: { type: 'start', next: 'hello' },
          hello: { type: 'say', text: 'Hello.', next: 'listen' },
          listen: { type: 'route', text: 'Yes?', again: 'Else?', choices: [{ intent: 'more', next: 'menu' }] },
          menu: form('guests', 'Menu for how many?', 'listen'),
        },
      },
      hours: {
        nodes: {
          start: { type: 'start', next: 'say' },
          say: { type: 'say', text: 'We open at nine.', next: 'done' },
          done: { type: 'return' },
        },
      },
      booking: {
        nodes: {
          start: { type: 'start', next: 'ask' },
          ask: {
            type: 'form',
            slots: [
              { slot: 'day', ask: 'Which day?' },
              { slot: 'guests', ask: 'How many?' },
            ],
            next: 'confirm',
          },
          confirm: {
            type: 'confirm',
            text: '{{ slots.guests }} on {{ slots.day }}?',
            corrects: 'ask',
            whatElse: 'What should I change?',
            yes: 'book',
            no: 'left',
          },
          book: { type: 'call', tool: 'book', input: { day: '=slots.day' }, next: 'booked', failed: 'left' },
          booked: { type: 'say', text: 'Booked.', next: 'done' },
          left: { type: 'say', text: 'Not booked.', next: 'done' },
          done: { type: 'return' },
        },
      },
    },
  };
  change(definition);
  return agentDefinitionSchema.parse(definition);
}

const sureness: Readonly<Record<string, number>> = { surely: 0.9, maybe: 0.5, perhaps: 0.45 };

/** Means what it is told to mean: "[book surely]". */
const told: IntentClassifier = {
  name: 'told',
  async classify(text) {
    const ranking = [...text.matchAll(/\[(\w+) (\w+)\]/g)].map(([, intent = '', word = '']) => ({
      intent,
      confidence: sureness[word] ?? 0,
    }));
    return { intent: ranking[0]?.intent, confidence: ranking[0]?.confidence ?? 0, ranking };
  },
};

const book: AnyTool = {
  name: 'book',
  description: 'Books.',
  input: z.record(z.string(), z.unknown()),
  effect: 'changes',
  run: async () => ({ reference: 'A7' }),
};

function call(
  definition: AgentDefinition,
  parts: Partial<FlowParts> = {},
  onError: (error: unknown) => void = () => {},
) {
  const all = { tools: [book], classifiers: new Map([['en', told]]), ...parts };
  return createTextCall(createFlowAgent(definition, all, { onError }));
}

async function saying(...lines: readonly string[]) {
  const caller = call(shop());
  let said = (await caller.greet()).said;
  for (const line of lines) said = (await caller.say(line)).said;
  return { said, caller };
}

describe('"did you mean …?"', () => {
  test('is asked again after a silence, and a yes is still a yes to it', async () => {
    const { caller } = await saying('something [book maybe]');
    expect((await caller.remind(1)).said).toMatch(/there\? Did you mean: book a table\?$/);
    expect((await caller.say('yes')).said).toBe('Which day?');
  });

  test('is asked again when the answer could not be heard', async () => {
    const { caller } = await saying('something [book maybe]');
    expect((await caller.say('yes', { confidence: 0.2 })).said).toMatch(/Did you mean: book a table\?$/);
    expect((await caller.say('yes')).said).toBe('Which day?');
  });

  test('stays open while it is repeated', async () => {
    const { caller } = await saying('something [book maybe]');
    expect((await caller.say('what [repeat surely]')).said).toBe('Did you mean: book a table?');
    expect((await caller.say('yes')).said).toBe('Which day?');
  });

  test('a yes to one of two is never a yes to the question before', async () => {
    const { caller } = await saying('[book surely]', 'friday', 'two');
    expect((await caller.say('hm [hours maybe] [book perhaps]')).said).toMatch(/^Did you mean: hear our hours or book/);
    expect((await caller.say('yes')).said).toMatch(/^Did you mean: hear our hours or book/);
    expect(caller.actions).toEqual([]);
    expect((await caller.say('the hours [hours maybe]')).said).toMatch(/^We open at nine\. 2 on 2026-11-27\?$/);
  });

  test('a no that says what was meant is an answer', async () => {
    const { said } = await saying('[book surely]', 'hm [hours maybe]', 'no, on friday');
    expect(said).toBe('How many?');
  });

  test('offers the ways that this question alone has', async () => {
    const { caller } = await saying('something [more maybe]');
    expect((await caller.say('yes')).said).toBe('Menu for how many?');
  });
});

describe('who leaves, or begins anew', () => {
  test('comes back to where they are asked what they want, also from within the first flow', async () => {
    const { caller } = await saying('the menu [more surely]');
    expect((await caller.say('forget it [cancel surely]')).said).toBe("All right, I've left that. Else?");
    expect((await caller.say('[book surely]')).said).toBe('Which day?');
  });

  test('begins the conversation anew when nothing is under way, with all that it looks up', async () => {
    const { said, caller } = await saying('the menu [more surely]', 'start over [startOver surely]');
    expect(said).toBe("All right, let's start over. Hello. Yes?");
    expect(readMemory(caller.memory)?.stack).toHaveLength(1);
  });

  test('is heard with a no to the read-back', async () => {
    const { said } = await saying('[book surely]', 'friday', 'two', 'no please just forget it [cancel surely]');
    expect(said).toBe("All right, I've left that. Else?");
  });

  test('and asks for a person gets one, whatever else is in the sentence', async () => {
    const person = { handOff: async () => 'accepted' as const };
    for (const words of ['i want a person before friday [human surely]', 'yes but i want a person [human surely]']) {
      const caller = call(shop(), person);
      await caller.greet();
      await caller.say('[book surely]');
      if (words.startsWith('yes')) {
        await caller.say('friday');
        await caller.say('two');
      }
      expect((await caller.say(words)).said, words).toMatch(/put you through/);
      expect(caller.actions).toEqual(['handed_off']);
    }
  });
});

describe('nobody goes round in circles', () => {
  test('who wishes again for what is under way is asked again, and then a person comes in', async () => {
    const { caller } = await saying('[book surely]');
    expect((await caller.say('[book surely]')).said).toBe('Which day?');
    await caller.say('[book surely]');
    expect((await caller.say('[book surely]')).ended).toBe(true);
    expect(caller.actions).toEqual(['handoff_requested']);
  });

  test('who names what is open has not answered', async () => {
    const { caller } = await saying('[book surely]');
    for (let time = 0; time < 2; time += 1) expect((await caller.say('the day')).ended).toBe(false);
    expect((await caller.say('the day')).ended).toBe(true);
  });

  test('a check that refuses everything leads to a person', async () => {
    const caller = call(
      shop((definition) => {
        const full = {
          wrong: { value: 'slots.day', is: 'isSet' },
          say: 'Full.',
          clear: ['day'],
        };
        definition.flows = {
          main: {
            nodes: {
              start: { type: 'start', next: 'ask' },
              ask: form('day', 'Which day?', 'bye', { checks: [full] }),
              bye: { type: 'end' },
            },
          },
        };
        definition.intents = {};
      }),
    );
    await caller.greet();
    let reply = await caller.say('friday');
    let turns = 1;
    for (; !reply.ended && turns < 20; turns += 1) reply = await caller.say(turns % 2 === 0 ? 'friday' : 'saturday');
    expect(turns).toBe(8);
    expect(caller.actions).toEqual(['handoff_requested']);
  });

  test('what breaks each time is tried no more than three times', async () => {
    const errors: unknown[] = [];
    const caller = call(
      shop((definition) => {
        Object.assign(Object(definition.flows).hours.nodes.say, { text: '{{ slots.day | nonsense }}' });
      }),
      {},
      (error) => errors.push(error),
    );
    await caller.greet();
    for (let time = 0; time < 2; time += 1)
      expect((await caller.say('[hours surely]')).said).toMatch(/went wrong on my side\. Else\?$/);
    expect((await caller.say('[hours surely]')).ended).toBe(true);
    expect(errors).toHaveLength(3);
  });

  test('flows that call each other are left from the middle, and memory stays small', async () => {
    const caller = call(
      shop((definition) => {
        const flows = Object(definition.flows);
        for (let at = 0; at < 12; at += 1) {
          flows[`deep${at}`] = {
            nodes: {
              start: { type: 'start', next: 'ask' },
              ask: form('name', `Name ${at}?`, 'done'),
              done: { type: 'return' },
            },
          };
          Object(definition.intents)[`deep${at}`] = { flow: `deep${at}` };
        }
      }),
    );
    await caller.greet();
    for (let at = 0; at < 12; at += 1) expect((await caller.say(`[deep${at} surely]`)).said).toBe(`Name ${at}?`);
    expect(readMemory(caller.memory)?.stack).toHaveLength(maxStackDepth);
    expect((await caller.say('alice')).said).toMatch(/Else\?$/);
  });
});

describe('the agent is never silent', () => {
  test('it asks something when its own sentences come to nothing', async () => {
    const caller = call(
      shop((definition) => {
        const { nodes } = Object(definition.flows).main;
        nodes.hello.text = '{{ slots.name }}';
        nodes.listen = { type: 'route' };
      }),
    );
    expect((await caller.greet()).said).toBe('I can help with: book a table or hear our hours.');
  });

  test('it has words when its apology is broken too', async () => {
    const errors: unknown[] = [];
    const caller = call(
      shop((definition) => {
        definition.wordings = { trouble: '{{ 1 | nonsense }}', stuck: '{{ 1 | nonsense }}' };
        const { nodes } = Object(definition.flows).main;
        nodes.listen.again = '{{ 1 | nonsense }}';
        Object(definition.flows).hours.nodes.say.text = '{{ 1 | nonsense }}';
      }),
      {},
      (error) => errors.push(error),
    );
    await caller.greet();
    const reply = await caller.say('[hours surely]');
    expect(reply.said).toMatch(/went wrong on my side.*can't work this out.*bye\.$/);
    expect(reply.ended).toBe(true);
    expect(errors.length).toBeGreaterThan(1);
  });

  test('a classifier that fails leaves the answer to the open question', async () => {
    const errors: unknown[] = [];
    let isAway = false;
    const classifier: IntentClassifier = {
      name: 'away',
      classify: (text, context, signal) =>
        isAway ? Promise.reject(new Error('no line')) : told.classify(text, context, signal),
    };
    const caller = call(shop(), { classifiers: new Map([['en', classifier]]) }, (error) => errors.push(error));
    await caller.greet();
    await caller.say('[book surely]');
    isAway = true;
    expect((await caller.say('on friday')).said).toBe('How many?');
    expect(errors).toHaveLength(1);
  });
});

describe('a conversation that goes on later', () => {
  test('begins anew after its end', async () => {
    const definition = shop((one) => {
      Object(one.flows).main.nodes.menu = { type: 'end', text: 'Bye.' };
    });
    const caller = call(definition);
    await caller.greet();
    expect((await caller.say('[more surely]')).ended).toBe(true);
    expect((await caller.say('[book surely]')).said).toBe('Hello. Which day?');
  });

  test('that begins with the caller’s words is not asked what they have said', async () => {
    expect((await call(shop()).say('[book surely]')).said).toBe('Hello. Which day?');
    expect((await call(shop()).say('a table on friday [book surely]')).said).toBe('Hello. How many?');
  });

  test('that begins with a model is heard by it once', async () => {
    const heard: string[] = [];
    const definition = shop((one) => {
      Object(one.flows).main.nodes.hello = {
        type: 'model',
        instructions: 'Talk.',
        converses: true,
        next: 'listen',
        failed: 'listen',
      };
    });
    const caller = call(definition, {
      model: async function* ({ text }) {
        heard.push(text);
        yield { type: 'say', text: 'Hm. ' };
        yield { type: 'done', slots: {}, finished: false };
      },
    });
    expect((await caller.say('good day')).said).toBe('Hm.');
    expect(heard).toEqual(['good day']);
  });

  test('takes its step anew where another version of the agent asks something else', async () => {
    const before = call(shop());
    await before.greet();
    await before.say('[book surely]');
    const after = createFlowAgent(
      shop((one) => {
        Object(one.flows).booking.nodes.ask = form('name', 'What name?', 'confirm');
      }),
      { tools: [book], classifiers: new Map([['en', told]]) },
    );
    const resumed = createTextCall({
      ...after,
      respond: (request, signal) => after.respond({ ...request, memory: request.memory ?? before.memory }, signal),
    });
    expect((await resumed.greet()).said).toBe('Hello again. What name?');
    expect((await resumed.say('alice')).said).toMatch(/^ on \?$|on \?$/);
  });
});

describe('what was changed is never told to have failed', () => {
  test('also when there is too much to keep of it', async () => {
    const much: AnyTool = { ...book, run: async () => ({ story: 'x'.repeat(80_000) }) };
    const definition = shop((one) => {
      Object(one.flows).booking.nodes.book.result = 'booking';
    });
    const caller = call(definition, { tools: [much] });
    await caller.greet();
    await caller.say('[book surely]');
    await caller.say('friday');
    await caller.say('two');
    expect((await caller.say('yes')).said).toBe('Booked. Else?');
    expect(caller.actions).toEqual(['book']);
    expect(JSON.stringify(caller.memory).length).toBeLessThan(5000);
  });
});

test('yes and no are for the question that is open, and for nothing that was not asked', async () => {
  const caller = call(
    shop((definition) => {
      Object(definition.flows).booking.nodes.ask.slots.push({ slot: 'terrace', ask: 'On the terrace?' });
    }),
  );
  await caller.greet();
  await caller.say('yes please [book surely]');
  await caller.say('yes on friday');
  expect((await caller.say('two')).said).toBe('On the terrace?');
  expect((await caller.say('no')).said).toBe('2 on 2026-11-27?');
  expect((await caller.say('yes')).said).toBe('Booked. Else?');
});

test('of variations none comes twice in a row, and the count of them is bounded', async () => {
  const caller = call(shop());
  await caller.greet();
  let before = '';
  for (let time = 0; time < 12; time += 1) {
    const said = (await caller.remind(1)).said.replace('Yes?', '');
    expect(said).not.toBe(before);
    before = said;
  }
  const many = call(
    shop((definition) => {
      const slots = Array.from({ length: 40 }, (_, at) => ({ slot: `s${at}`, ask: [`${at}?`, `and ${at}?`] }));
      definition.slots = Object.fromEntries(slots.map(({ slot }) => [slot, { type: 'text' }]));
      definition.flows = {
        main: {
          nodes: {
            start: { type: 'start', next: 'one' },
            one: { type: 'form', slots, next: 'two' },
            two: { type: 'set', slots: Object.fromEntries(slots.map(({ slot }) => [slot, null])), next: 'three' },
            three: {
              type: 'form',
              slots: slots.map(({ slot }) => ({ slot, ask: [`again ${slot}?`, `once more ${slot}?`] })),
              next: 'one',
            },
          },
        },
      };
      definition.intents = {};
    }),
  );
  await many.greet();
  for (let time = 0; time < 80; time += 1) await many.say('x');
  const uses = readMemory(many.memory)?.uses ?? {};
  expect(Object.keys(uses)).toHaveLength(64);
});
