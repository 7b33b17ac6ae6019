import { type AgentDefinition, agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import type { AgentCue, AgentMemory, AgentOutput } from '@parley/engine/ports/agent.ts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { IntentClassifier, IntentGuess } from '../../nlu/intent-classifier.ts';
import { type AnyTool, ToolError } from '../../tools/tool.ts';
import { createFlowAgent } from './flow-agent.ts';
import type { FlowParts } from './parts.ts';

const shop = agentDefinitionSchema.parse({
  format: 1,
  id: 'shop',
  name: 'The shop',
  languages: ['en-US'],
  intents: {
    book: { title: 'book an appointment', flow: 'booking' },
    hours: { title: 'hear our opening hours', flow: 'hours' },
    cancel: { does: 'cancel' },
    help: { does: 'help' },
    repeat: { does: 'repeat' },
    startOver: { does: 'startOver' },
    human: { does: 'human' },
    goodbye: { does: 'goodbye' },
    nothingMore: {},
  },
  slots: {
    service: { type: 'list', list: 'services', title: 'service' },
    day: { type: 'date', title: 'day' },
    time: { type: 'time', title: 'time', hours: { from: '09:00', to: '18:00' } },
    name: { type: 'person', title: 'name' },
  },
  lists: {
    services: [
      { value: 'haircut', names: ['haircut'] },
      { value: 'shave', names: ['shave'] },
    ],
  },
  flows: {
    main: {
      nodes: {
        start: { type: 'start', next: 'hello' },
        hello: { type: 'say', text: 'Hello.', next: 'listen' },
        listen: {
          type: 'route',
          text: 'What can I do for you?',
          again: 'Anything else?',
          choices: [{ intent: 'nothingMore', next: 'bye' }],
        },
        bye: { type: 'end', text: 'Goodbye then.' },
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
            { slot: 'service', ask: 'Which service?', help: ['You can say haircut or shave.'] },
            { slot: 'day', ask: 'Which day?' },
            { slot: 'time', ask: 'What time?' },
            { slot: 'name', ask: 'What name?' },
          ],
          checks: [
            {
              needs: ['day', 'time'],
              look: { tool: 'is_free', input: { day: '=slots.day', time: '=slots.time' }, result: 'free' },
              wrong: { value: 'results.free.free', is: 'equals', to: false },
              say: '{{ slots.time }} is taken.',
              clear: ['time'],
            },
          ],
          echo: 'Okay.',
          next: 'confirm',
        },
        confirm: {
          type: 'confirm',
          text: 'A {{ slots.service }} on {{ slots.day }} at {{ slots.time }} for {{ slots.name }}?',
          corrects: 'ask',
          whatElse: 'What should I change?',
          yes: 'book',
          no: 'leave',
        },
        book: {
          type: 'call',
          tool: 'book',
          input: { service: '=slots.service', day: '=slots.day', time: '=slots.time', name: '=slots.name' },
          result: 'booking',
          acted: 'appointment_booked',
          next: 'booked',
          errors: [{ codes: ['slot_taken'], next: 'taken' }],
          failed: 'notBooked',
        },
        booked: { type: 'say', text: 'Booked under {{ results.booking.reference }}.', next: 'done' },
        taken: { type: 'set', slots: { time: null }, next: 'ask' },
        notBooked: { type: 'say', text: 'I could not book it.', next: 'confirm' },
        leave: { type: 'say', text: 'Nothing is booked.', next: 'done' },
        done: { type: 'return' },
      },
    },
  },
});

const sureness: Readonly<Record<string, number>> = {
  surely: 0.9,
  rather: 0.6,
  maybe: 0.5,
  perhaps: 0.45,
  hardly: 0.42,
};

/** Means what it is told to mean: a sentence that names an intent in square brackets, and how sure it is. */
const told: IntentClassifier = {
  name: 'told',
  async classify(text): Promise<IntentGuess> {
    const ranking = [...text.matchAll(/\[(\w+) (\w+)\]/g)].map(([, intent = '', word = '']) => ({
      intent,
      confidence: sureness[word] ?? 0,
    }));
    const [first] = ranking;
    return { intent: first?.intent, confidence: first?.confidence ?? 0, ranking };
  },
};

interface Called {
  readonly tool: string;
  readonly input: unknown;
  readonly key: string;
}

function tools(calls: Called[], behaviour: { book?: () => void } = {}): AnyTool[] {
  const input = z.record(z.string(), z.string());
  return [
    {
      name: 'is_free',
      description: 'Whether the time is free.',
      input,
      effect: 'reads',
      async run(given, { idempotencyKey }) {
        calls.push({ tool: 'is_free', input: given, key: idempotencyKey });
        return { free: input.parse(given).time !== '15:00' };
      },
    },
    {
      name: 'book',
      description: 'Books it.',
      input,
      effect: 'changes',
      async run(given, { idempotencyKey }) {
        calls.push({ tool: 'book', input: given, key: idempotencyKey });
        behaviour.book?.();
        return { reference: 'A7' };
      },
    },
  ];
}

/** A caller on a line without a network. */
function call(
  definition: AgentDefinition,
  parts: Partial<FlowParts> = {},
  onError: (error: unknown) => void = () => {},
) {
  const agent = createFlowAgent(definition, { tools: [], classifiers: new Map([['en', told]]), ...parts }, { onError });
  let memory: AgentMemory | undefined;
  let turnNumber = 0;
  let committed = 0;
  const outputs: AgentOutput[] = [];
  const cue = async (next: AgentCue) => {
    const said: string[] = [];
    let ended = false;
    const request = {
      conversationId: 'c1',
      cue: next,
      memory,
      history: [],
      language: 'en-US',
      nowEpochMs: Date.UTC(2026, 10, 23, 9),
      timeZone: 'UTC',
      commit: async () => {
        committed += 1;
      },
    };
    for await (const output of agent.respond(request, new AbortController().signal)) {
      outputs.push(output);
      if (output.type === 'say') said.push(output.text.trim());
      if (output.type === 'finished') {
        ended = output.end;
        // As it is stored and read again.
        memory = JSON.parse(JSON.stringify(output.memory));
      }
    }
    return ended ? `${said.join(' ')} (ended)` : said.join(' ');
  };
  return {
    outputs,
    committed: () => committed,
    greet: () => cue({ type: 'greet' }),
    remind: () => cue({ type: 'reprompt', count: 1 }),
    say: (text: string, more: { confidence?: number; modality?: 'voice' | 'text' | 'digits' } = {}) => {
      turnNumber += 1;
      return cue({
        type: 'turn',
        turn: {
          turnNumber,
          text,
          confidence: more.confidence ?? 1,
          rejected: false,
          modality: more.modality ?? 'voice',
        },
      });
    },
    acted: () => outputs.filter((output) => output.type === 'acted').map(({ name }) => name),
    slots: () => outputs.findLast((output) => output.type === 'understood')?.understanding.slots,
  };
}

describe('a form', () => {
  test('asks for what is missing, takes what is said unasked, and books after a yes', async () => {
    const calls: Called[] = [];
    const caller = call(shop, { tools: tools(calls) });
    expect(await caller.greet()).toBe('Hello. What can I do for you?');
    expect(await caller.say('a haircut on friday please [book surely]')).toBe('Okay. What time?');
    expect(await caller.say('at four')).toBe('Okay. What name?');
    expect(await caller.say('alice')).toBe('A haircut on 2026-11-27 at 16:00 for Alice?');
    expect(await caller.say('yes')).toBe('Booked under A7. Anything else?');
    expect(caller.acted()).toEqual(['appointment_booked']);
    expect(caller.committed()).toBe(1);
    expect(await caller.say('no thanks [nothingMore surely]')).toBe('Goodbye then. (ended)');
  });

  test('takes a correction at any time, also at the read-back', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    await caller.say('a haircut on friday at four [book surely]');
    expect(await caller.say('no, on thursday')).toBe('Okay. What name?');
    await caller.say('alice');
    expect(await caller.say('no, a shave')).toBe('A shave on 2026-11-26 at 16:00 for Alice?');
    expect(await caller.say('no')).toBe('What should I change?');
    expect(await caller.say('the name')).toBe('What name?');
    expect(await caller.say('bob')).toBe('A shave on 2026-11-26 at 16:00 for Bob?');
  });

  test('changes what a bare number can only be, and takes no yes for another question', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    await caller.say('a haircut on friday at four [book surely]');
    expect(await caller.say('bob')).toBe('A haircut on 2026-11-27 at 16:00 for Bob?');
    expect(await caller.say('no, make it five')).toBe('A haircut on 2026-11-27 at 17:00 for Bob?');
    expect(await caller.say('ok then two')).toBe('A haircut on 2026-11-27 at 14:00 for Bob?');
    expect(await caller.say('five')).toBe('A haircut on 2026-11-27 at 17:00 for Bob?');
    expect(await caller.say('no')).toBe('What should I change?');
    expect(await caller.say('yes')).toBe('A haircut on 2026-11-27 at 17:00 for Bob?');
    expect(caller.acted()).toEqual([]);
    expect(await caller.say('yes')).toBe('Booked under A7. Anything else?');
  });

  test('takes examples of an intent named yes or no for answers', async () => {
    const definition = { ...shop, intents: { ...shop.intents, yes: { examples: {} } } };
    const caller = call(definition, { tools: tools([]) });
    await caller.greet();
    await caller.say('a haircut on friday at four [book surely]');
    await caller.say('bob');
    expect(await caller.say('send it [yes hardly]')).toContain('yes or no');
    expect(await caller.say('send it [yes surely]')).toBe('Booked under A7. Anything else?');
  });

  test('hears a goodbye that comes with a no', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    await caller.say('a haircut on friday at four [book surely]');
    await caller.say('bob');
    expect(await caller.say('no thanks bye [goodbye surely]')).toMatch(/bye.*\(ended\)$/i);
    expect(caller.acted()).toEqual([]);
  });

  test('looks up what was said as soon as it can, and asks again for what cannot be', async () => {
    const calls: Called[] = [];
    const caller = call(shop, { tools: tools(calls) });
    await caller.greet();
    expect(await caller.say('a haircut on friday at three [book surely]')).toBe('15:00 is taken. What time?');
    expect(await caller.say('at four')).toBe('Okay. What name?');
    await caller.say('alice');
    // Nothing has changed since, so nobody is asked again.
    expect(calls.map(({ tool }) => tool)).toEqual(['is_free', 'is_free']);
  });

  test('answers a question on the way and goes on where it was', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    await caller.say('a haircut [book surely]');
    expect(await caller.say('when do you open [hours surely]')).toBe('We open at nine. Which day?');
    expect(await caller.say('on friday')).toBe('Okay. What time?');
  });

  test('gives more help each time it does not understand, and then turns to a person', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    await caller.say('[book surely]');
    expect(await caller.say('purple')).toMatch(/(get|catch) that\. You can say haircut or shave\. Which service\?$/);
    expect(await caller.say('purple')).toMatch(/Which service\?$/);
    expect(await caller.say('purple')).toMatch(/can't work this out.*nobody can take over.*\(ended\)$/);
    expect(caller.acted()).toEqual(['handoff_requested']);
  });
});

describe('a tool that fails', () => {
  test('leads to words and another way on; the next try is the same booking', async () => {
    const calls: Called[] = [];
    let isDown = true;
    const book = () => {
      if (isDown) throw new ToolError('calendar_away', 'No answer.');
    };
    const caller = call(shop, { tools: tools(calls, { book }) });
    await caller.greet();
    await caller.say('a haircut on friday at four [book surely]');
    await caller.say('alice');
    expect(await caller.say('yes')).toMatch(/^I could not book it\. A haircut/);
    expect(caller.acted()).toEqual([]);
    isDown = false;
    expect(await caller.say('yes')).toMatch(/^Booked/);
    const keys = calls.filter(({ tool }) => tool === 'book').map(({ key }) => key);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  test('takes the way that its code names', async () => {
    const book = () => {
      throw new ToolError('slot_taken', 'Somebody was faster.');
    };
    const caller = call(shop, { tools: tools([], { book }) });
    await caller.greet();
    await caller.say('a haircut on friday at four [book surely]');
    await caller.say('alice');
    expect(await caller.say('yes')).toBe('What time?');
  });
});

describe('at any time', () => {
  test('cancel leaves what is under way, and what was said of it', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    await caller.say('a haircut on friday [book surely]');
    expect(await caller.say('forget it [cancel surely]')).toBe("All right, I've left that. Anything else?");
    expect(await caller.say('i want to book [book surely]')).toBe('Which service?');
    await caller.say('stop [cancel surely]');
    expect(await caller.say('stop [cancel surely]')).toBe("There's nothing under way to cancel. Anything else?");
  });

  test('start over begins the task anew', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    await caller.say('a haircut on friday [book surely]');
    expect(await caller.say('start over [startOver surely]')).toBe("All right, let's start over. Which service?");
  });

  test('repeat says it again; help helps with the open question', async () => {
    const caller = call(shop, { tools: tools([]) });
    const greeting = await caller.greet();
    expect(await caller.say('what [repeat surely]')).toBe(greeting);
    expect(await caller.say('help [help surely]')).toBe(
      'I can help with: book an appointment or hear our opening hours.',
    );
    await caller.say('[book surely]');
    expect(await caller.say('help [help surely]')).toBe('You can say haircut or shave. Which service?');
  });

  test('a person is asked for before one is promised', async () => {
    const alone = call(shop, { tools: tools([]) });
    await alone.greet();
    expect(await alone.say('[human surely]')).toMatch(/nobody can take over.*Anything else\?$/);
    const staffed = call(shop, { tools: tools([]), handOff: async () => 'accepted' });
    await staffed.greet();
    expect(await staffed.say('[human surely]')).toMatch(/put you through.*\(ended\)$/);
    expect(staffed.acted()).toEqual(['handed_off']);
  });

  test('silence is answered with the question that is open', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    await caller.say('[book surely]');
    expect(await caller.remind()).toMatch(/there\? Which service\?$/);
  });
});

describe('when it is not clear what was meant', () => {
  test('it asks, and a yes takes up what was said', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    expect(await caller.say('something on friday [book maybe]')).toBe('Did you mean: book an appointment?');
    expect(await caller.say('yes')).toBe('Okay. Which service?');
    expect(await caller.say('a shave')).toBe('Okay. What time?');
  });

  test('it offers both when two are equally likely', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    expect(await caller.say('open book [book perhaps] [hours hardly]')).toBe(
      'Did you mean: book an appointment or hear our opening hours?',
    );
    expect(await caller.say('the hours [hours rather]')).toBe('We open at nine. Anything else?');
  });

  test('a no asks for other words, and then a person comes in', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    await caller.say('something [book maybe]');
    expect(await caller.say('no')).toBe('Could you say it in other words?');
    expect(await caller.say('purple')).toMatch(/\(ended\)$/);
  });

  test('words that the recogniser is not sure of are never acted on', async () => {
    const caller = call(shop, { tools: tools([]) });
    await caller.greet();
    expect(await caller.say('a haircut on friday at four [book surely]', { confidence: 0.5 })).toMatch(
      /I can help with/,
    );
    expect(caller.slots()).toEqual({});
  });
});

describe('a definition that goes wrong while it runs', () => {
  const broken = (node: object) =>
    agentDefinitionSchema.parse({
      ...shop,
      flows: {
        ...shop.flows,
        hours: {
          nodes: {
            start: { type: 'start', next: 'say' },
            say: node,
            back: {
              type: 'condition',
              branches: [{ when: { value: 'turn.text', is: 'isSet' }, next: 'say' }],
              otherwise: 'say',
            },
            done: { type: 'return' },
          },
        },
      },
    });

  test('a circle without a question is found, and the caller hears words', async () => {
    const errors: unknown[] = [];
    const caller = call(broken({ type: 'set', next: 'back' }), {}, (error) => errors.push(error));
    await caller.greet();
    expect(await caller.say('[hours surely]')).toMatch(/something went wrong on my side\. Anything else\?$/);
    expect(errors).toMatchObject([{ code: 'flow_loop', flow: 'hours' }]);
  });

  test('a template that cannot be rendered names its node', async () => {
    const errors: unknown[] = [];
    const caller = call(broken({ type: 'say', text: '{{ slots.day | nonsense }}', next: 'done' }), {}, (error) =>
      errors.push(error),
    );
    await caller.greet();
    expect(await caller.say('[hours surely]')).toMatch(/Anything else\?$/);
    expect(errors).toMatchObject([{ flow: 'hours', node: 'say' }]);
  });
});

test('a conversation that was stored by another version of the agent goes on', async () => {
  const caller = call(shop, { tools: tools([]) });
  await caller.greet();
  await caller.say('a haircut [book surely]');
  expect(await caller.remind()).toMatch(/Which day\?$/);
});
