import { type AgentDefinition, agentDefinitionSchema } from '@parley/contract/flow/agent-definition.ts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createTextCall } from '../../testing/text-call.ts';
import { type AnyTool, ToolError } from '../../tools/tool.ts';
import { buildFlowAgent } from '../build-agent.ts';

/** In two languages, with free text among the slots, and with a diary that may be away. */
const plumber: AgentDefinition = agentDefinitionSchema.parse({
  format: 1,
  id: 'plumber',
  name: 'The plumber',
  languages: ['en-US', 'vi-VN'],
  region: 'US',
  timeZone: 'UTC',
  intents: {
    book: {
      flow: 'booking',
      examples: {
        en: ['I need a plumber', 'I want to book a visit', 'can you come and fix my sink', 'my boiler is broken'],
        vi: ['tôi cần thợ sửa ống nước', 'tôi muốn đặt lịch', 'đến sửa giúp tôi', 'vòi nước bị hỏng'],
      },
    },
    nothing_more: {
      examples: {
        en: ['no thanks', "that's all", 'nothing else', "no, that's it"],
        vi: ['không', 'không cảm ơn', 'thế thôi', 'hết rồi'],
      },
    },
  },
  slots: {
    address: { type: 'text', title: { en: ['address'], vi: ['địa chỉ'] } },
    time: { type: 'time', title: { en: ['time'], vi: ['giờ'] }, hours: { from: '08:00', to: '18:00' } },
    phone: { type: 'phone', title: { en: ['number'], vi: ['số'] } },
  },
  flows: {
    main: {
      nodes: {
        start: { type: 'start', next: 'listen' },
        listen: {
          type: 'route',
          text: { en: 'Hello?', vi: 'Dạ?' },
          choices: [{ intent: 'nothing_more', next: 'bye' }],
        },
        bye: { type: 'end', text: { en: 'Bye.', vi: 'Tạm biệt.' } },
      },
    },
    booking: {
      nodes: {
        start: { type: 'start', next: 'free' },
        free: { type: 'call', tool: 'diary_free', result: 'free', next: 'ask', failed: 'ask' },
        ask: {
          type: 'form',
          slots: [
            { slot: 'address', ask: { en: 'Where?', vi: 'Ở đâu?' } },
            {
              slot: 'time',
              ask: {
                en: "Free: {{ results.free | say_times: 'or' }}.",
                vi: "Còn: {{ results.free | say_times: 'or' }}.",
              },
            },
            { slot: 'phone', ask: { en: 'Which number?', vi: 'Số nào?' } },
          ],
          next: 'confirm',
        },
        confirm: {
          type: 'confirm',
          text: { en: '{{ slots.address }} at {{ slots.time }}?', vi: '{{ slots.address }} lúc {{ slots.time }}?' },
          corrects: 'ask',
          yes: 'done',
          no: 'done',
        },
        done: { type: 'return' },
      },
    },
  },
});

function callPlumber(free: AnyTool['run'] = async () => ['09:00', '16:00'], order?: readonly string[]) {
  const diary: AnyTool = {
    name: 'diary_free',
    description: 'The free times.',
    effect: 'reads',
    input: z.object({}),
    run: free,
  };
  const { agent } = buildFlowAgent(order === undefined ? plumber : inOrder(order), { tools: [diary] });
  return createTextCall(agent);
}

/** The same plumber, who asks in another order. */
function inOrder(order: readonly string[]): AgentDefinition {
  const changed = structuredClone(plumber);
  const ask = changed.flows.booking?.nodes.ask;
  if (ask?.type !== 'form') throw new Error('The plumber has no form.');
  ask.slots.sort((one, other) => order.indexOf(one.slot) - order.indexOf(other.slot));
  return changed;
}

describe('free text', () => {
  test('is corrected by its name while something else is asked, and while it is read back', async () => {
    const call = callPlumber();
    await call.greet();
    for (const said of ['I need a plumber', '44 Elm Avenue', 'the address is 46 Elm Avenue']) await call.say(said);
    expect((await call.say('9 am')).said).toBe('Which number?');
    expect((await call.say('2125550123')).said).toBe('46 Elm Avenue at 09:00?');
    expect((await call.say('no, the address is 48 Elm Avenue')).said).toBe('48 Elm Avenue at 09:00?');
  });

  test('is taken without the words that name it when it was asked for', async () => {
    const call = callPlumber();
    await call.greet();
    for (const said of ['I need a plumber', 'my address is 5 Main Street', '9 am']) await call.say(said);
    expect((await call.say('2125550123')).said).toBe('5 Main Street at 09:00?');
  });
});

test('a time is no beginning of the telephone number that was asked for', async () => {
  const call = callPlumber();
  await call.greet();
  for (const said of ['I need a plumber', '44 Elm Avenue', '9 am']) await call.say(said);
  expect((await call.say('4 pm')).said).toBe('Which number?');
  expect((await call.say('415')).said).toContain('415');
  expect((await call.say('555 2671')).said).toBe('44 Elm Avenue at 16:00?');
});

describe('an address while the telephone number is asked for', () => {
  test.each(['5 Main Street', 'five main street', 'at 17 Old Mill Road'])(
    '%s is no piece of it, and no hour',
    async (said) => {
      const call = callPlumber();
      await call.greet();
      for (const line of ['I need a plumber', '44 Elm Avenue', '9 am']) await call.say(line);
      expect((await call.say(said)).said).toMatch(/Which number\?$/);
      expect((await call.say('212 555 0123')).said).toBe('44 Elm Avenue at 09:00?');
    },
  );

  test('corrects the one that was told, by its name', async () => {
    const call = callPlumber();
    await call.greet();
    for (const line of ['I need a plumber', '44 Elm Avenue', '9 am']) await call.say(line);
    expect((await call.say('the address is 5 Main Street')).said).toBe('Which number?');
    expect((await call.say('212 555 0123')).said).toBe('5 Main Street at 09:00?');
  });

  test('is taken for the one text that is still to be told', async () => {
    const call = callPlumber(undefined, ['time', 'phone', 'address']);
    await call.greet();
    for (const line of ['I need a plumber', '9 am', '5 Main Street']) await call.say(line);
    expect((await call.say('212 555 0123')).said).toBe('5 Main Street at 09:00?');
  });
});

test('a diary that is away is not read out to the caller', async () => {
  const call = callPlumber(async () => {
    throw new ToolError('unreachable', 'diary.free: connect ECONNREFUSED');
  });
  await call.greet();
  await call.say('I need a plumber');
  expect((await call.say('44 Elm Avenue')).said).toBe('Free: .');
});

describe('a caller who types', () => {
  test.each(['the toilet is clogged', "what's the weather like", 'forget the whole thing'])(
    'is not answered in another language for want of examples: %s',
    async (text) => {
      const call = callPlumber();
      await call.greet();
      const { said } = await call.say(text, { modality: 'text' });
      expect(said).not.toMatch(/Tạm biệt|Dạ|Ở đâu/);
    },
  );

  test('is answered in the other language that they write', async () => {
    const call = callPlumber();
    await call.greet();
    expect((await call.say('tôi muốn đặt lịch', { modality: 'text' })).said).toBe('Ở đâu?');
  });
});
