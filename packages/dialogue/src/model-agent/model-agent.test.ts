import type { AgentOutput } from '@parley/engine/ports/agent.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { askAgent, requestOf } from '../testing/agent-turns.ts';
import { type ScriptedModel, scriptedModel } from '../testing/scripted-model.ts';
import { type AnyTool, type Tool, ToolError } from '../tools/tool.ts';
import type { ModelAgentDefinition, ModelAgentParts } from './definition.ts';
import { createModelAgent } from './model-agent.ts';

const slotsInput = z.object({ day: z.string().describe('YYYY-MM-DD') });
const bookInput = z.object({ day: z.string(), time: z.string() });

function salonTools() {
  const look = vi.fn<Tool<z.infer<typeof slotsInput>>['run']>(async ({ day }) => ({ day, free: ['15:00', '16:00'] }));
  const book = vi.fn<Tool<z.infer<typeof bookInput>>['run']>(async ({ time }) => ({ reference: 'A1', time }));
  const tools: readonly AnyTool[] = [
    { name: 'find_times', description: 'Free times of a day.', input: slotsInput, effect: 'reads', run: look },
    { name: 'book_appointment', description: 'Books a time.', input: bookInput, effect: 'changes', run: book },
  ];
  return { look, book, tools };
}

function salon(
  script: ScriptedModel,
  definition: Partial<ModelAgentDefinition> = {},
  parts: Partial<ModelAgentParts> = {},
) {
  const clock = createVirtualClock();
  const { tools, look, book } = salonTools();
  const agent = createModelAgent(
    {
      id: 'salon',
      description: 'A hair salon.',
      language: 'en-GB',
      instructions: 'You answer for a hair salon.',
      tools,
      ...definition,
    },
    { model: script.model, clock, ...parts },
  );
  return { agent, clock, look, book };
}

const friday = { day: '2026-11-27' };
const three = { day: '2026-11-27', time: '15:00' };

describe('a language-model agent', () => {
  it('speaks in sentences as they come', async () => {
    const rest = Promise.withResolvers<void>();
    const script = scriptedModel([
      'We are open from nine to five. On',
      { waitsFor: rest.promise },
      ' Sundays we are closed.',
    ]);
    const { agent } = salon(script);
    const outputs = agent
      .respond(requestOf('When are you open?'), new AbortController().signal)
      [Symbol.asyncIterator]();
    expect((await outputs.next()).value).toEqual({ type: 'say', text: 'We are open from nine to five. ' });
    rest.resolve();
    expect((await outputs.next()).value).toEqual({ type: 'say', text: 'On Sundays we are closed. ' });
    expect((await outputs.next()).value).toMatchObject({ type: 'finished', end: false });
  });

  it('greets, asks whether somebody is there and says goodbye without the model', async () => {
    const { agent } = salon(scriptedModel(), { wording: { en: { greeting: 'Salon Lee, hello!' } } });
    expect((await askAgent(agent, '', { cue: { type: 'greet' } })).said).toBe('Salon Lee, hello!');
    expect((await askAgent(agent, '', { cue: { type: 'reprompt', count: 1 }, language: 'vi' })).said).toContain(
      'còn nghe máy',
    );
    const farewell = await askAgent(agent, '', { cue: { type: 'farewell', reason: 'silence' } });
    expect(farewell).toMatchObject({ end: true, said: expect.stringContaining('Goodbye') });
  });

  it('looks things up, acts once the turn is certain, and says what was done', async () => {
    const script = scriptedModel(
      ['Let me see.', { tool: 'find_times', input: friday }],
      [{ tool: 'book_appointment', input: three }],
      ["I've booked you in for Friday at three. Anything else?"],
    );
    const { agent, book } = salon(script);
    const commit = vi.fn(async () => {});
    const answer = await askAgent(agent, 'Friday at three, please', { commit, turnNumber: 4 });
    expect(answer.said).toBe("Let me see. I've booked you in for Friday at three. Anything else?");
    expect(answer.acted).toEqual([
      { type: 'acted', name: 'book_appointment', data: { reference: 'A1', time: '15:00' } },
    ]);
    expect(commit).toHaveBeenCalledOnce();
    expect(book.mock.calls[0]?.[1]).toMatchObject({
      idempotencyKey: expect.stringMatching(/^conv_1\/4\/book_appointment/),
      language: 'en-GB',
      timeZone: 'Europe/London',
    });
    // The model was given the results.
    expect(JSON.stringify(script.asked[1]?.prompt)).toContain('16:00');
    expect(JSON.stringify(script.asked[2]?.prompt)).toContain('A1');
  });

  it('may say what it is about to do while it asks for what is missing', async () => {
    const { agent } = salon(scriptedModel(["I'll book that for you. At what time?"]));
    expect((await askAgent(agent, 'Friday')).said).toBe("I'll book that for you. At what time?");
  });

  it('may tell of a booking that it found, and not of one that nobody looked for', async () => {
    const found = scriptedModel([{ tool: 'find_times', input: friday }], ['Your appointment is confirmed for Friday.']);
    expect((await askAgent(salon(found).agent, 'Is it?')).said).toBe('Your appointment is confirmed for Friday.');
    const made = scriptedModel(['Your appointment is confirmed for Friday.'], ['For which day was it?']);
    expect((await askAgent(salon(made).agent, 'Is it?')).said).toBe('For which day was it?');
  });

  it('uses tools side by side, and does the same thing asked for twice only once', async () => {
    const begun: string[] = [];
    const gate = Promise.withResolvers<void>();
    const { tools, book } = salonTools();
    const slow: Tool<z.infer<typeof slotsInput>> = {
      name: 'find_times',
      description: 'Free times.',
      input: slotsInput,
      effect: 'reads',
      async run({ day }) {
        begun.push(day);
        if (begun.length === 2) gate.resolve();
        await gate.promise;
        return day;
      },
    };
    const script = scriptedModel(
      [
        { tool: 'find_times', input: { day: '2026-11-27' } },
        { tool: 'find_times', input: { day: '2026-11-28' } },
        { tool: 'book_appointment', input: three },
        { tool: 'book_appointment', input: { time: three.time, day: three.day } },
      ],
      ['Done.'],
    );
    const { agent } = salon(script, { tools: [slow, ...tools.slice(1)] });
    const answer = await askAgent(agent, 'Friday or Saturday?');
    expect(begun).toEqual(['2026-11-27', '2026-11-28']);
    expect(book).toHaveBeenCalledOnce();
    expect(answer.acted).toHaveLength(1);
  });

  it('does nothing outside for a thought that is dropped', async () => {
    const script = scriptedModel([
      { tool: 'find_times', input: friday },
      { tool: 'book_appointment', input: three },
    ]);
    const { agent, book, look } = salon(script);
    const thought = new AbortController();
    const dropped = Promise.withResolvers<void>();
    const waiting = Promise.withResolvers<void>();
    const outputs: AgentOutput[] = [];
    const thinking = (async () => {
      const request = requestOf('Friday at three', {
        commit: () => {
          waiting.resolve();
          return dropped.promise;
        },
      });
      for await (const output of agent.respond(request, thought.signal)) outputs.push(output);
    })();
    await waiting.promise;
    thought.abort(new Error('dropped'));
    dropped.reject(new Error('dropped'));
    await expect(thinking).rejects.toThrow('dropped');
    expect(look).toHaveBeenCalledOnce();
    expect(book).not.toHaveBeenCalled();
    expect(outputs).toEqual([]);
    expect(agent.thinksAhead).toBe(true);
  });

  it('gives the tool and the model up when the thought is dropped', async () => {
    const seen = Promise.withResolvers<AbortSignal>();
    const { tools } = salonTools();
    const slow: Tool<z.infer<typeof slotsInput>> = {
      name: 'find_times',
      description: 'Free times.',
      input: slotsInput,
      effect: 'reads',
      run: (_, { signal }) => {
        seen.resolve(signal);
        return new Promise(() => {});
      },
    };
    const script = scriptedModel([{ tool: 'find_times', input: friday }]);
    const { agent } = salon(script, { tools: [slow, ...tools.slice(1)] });
    const thought = new AbortController();
    const asking = askAgent(agent, 'Friday?', { signal: thought.signal });
    const signal = await seen.promise;
    thought.abort(new Error('interrupted'));
    await expect(asking).rejects.toThrow('interrupted');
    expect(signal.aborted).toBe(true);
  });

  it('shows the model what was heard of its last reply, not what it had said', async () => {
    const script = scriptedModel(['On Friday then.']);
    const { agent } = salon(script);
    const history = [
      { speaker: 'caller', text: 'When are you free?' },
      { speaker: 'agent', text: 'We have Friday at' },
    ] as const;
    await askAgent(agent, 'Friday is good', { history, turnNumber: 2 });
    const prompt = script.asked[0]?.prompt ?? [];
    expect(prompt.slice(1).map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(prompt[2])).toContain('"We have Friday at"');
  });

  it('remembers in later turns what tools told', async () => {
    const script = scriptedModel([{ tool: 'find_times', input: friday }], ['At three or four?'], ['Four it is?']);
    const { agent } = salon(script);
    const first = await askAgent(agent, 'Friday?');
    const memory = JSON.parse(JSON.stringify(first.memory));
    await askAgent(agent, 'Four', { memory, turnNumber: 2, history: [{ speaker: 'caller', text: 'Friday?' }] });
    const prompt = script.asked[2]?.prompt ?? [];
    expect(prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'user']);
    expect(JSON.stringify(prompt[3])).toContain('16:00');
  });

  it('goes on in words when a tool fails, and says nothing of its insides', async () => {
    const { tools } = salonTools();
    const broken: AnyTool = {
      name: 'book_appointment',
      description: 'Books.',
      input: bookInput,
      effect: 'changes',
      run: async () => {
        throw new ToolError('slot_taken', 'That time is taken.');
      },
    };
    const script = scriptedModel(
      [{ tool: 'book_appointment', input: three }],
      ['Sorry, three is taken. Would four do?'],
    );
    const { agent } = salon(script, { tools: [...tools.slice(0, 1), broken] });
    const answer = await askAgent(agent, 'Friday at three');
    expect(answer.said).toBe('Sorry, three is taken. Would four do?');
    expect(answer.acted).toEqual([]);
    expect(JSON.stringify(script.asked[1]?.prompt)).toContain('slot_taken');
  });

  it('lets the model correct input that does not fit before anything is done', async () => {
    const script = scriptedModel(
      [
        { tool: 'book_appointment', input: { day: 'Friday' } },
        { tool: 'find_times', input: '{"day": ' },
      ],
      ['At what time?'],
    );
    const { agent, book, look } = salon(script);
    const commit = vi.fn(async () => {});
    const answer = await askAgent(agent, 'Friday', { commit });
    expect(answer.said).toBe('At what time?');
    expect(book).not.toHaveBeenCalled();
    expect(look).not.toHaveBeenCalled();
    expect(commit).not.toHaveBeenCalled();
    expect(JSON.stringify(script.asked[1]?.prompt)).toContain('time:');
  });

  it('asks again when the words were not made out, without the model', async () => {
    const { agent } = salon(scriptedModel());
    const answer = await askAgent(agent, 'mumble', { turn: { rejected: true } });
    expect(answer.said).toContain('say it again');
  });

  it('keeps what the caller told and shows it with the turn', async () => {
    const script = scriptedModel(
      [{ tool: 'note_details', input: { name: 'Ann', nonsense: 1 } }],
      ['Hello Ann.'],
      ['Yes?'],
    );
    const { agent } = salon(script, { slots: { name: "The caller's name." } });
    const answer = await askAgent(agent, 'I am Ann');
    expect(answer.outputs).toContainEqual({
      type: 'understood',
      understanding: { intent: undefined, confidence: 1, entities: [], slots: { name: 'Ann' } },
    });
    await askAgent(agent, 'Well', { memory: answer.memory, turnNumber: 2 });
    expect(JSON.stringify(script.asked[2]?.prompt[0])).toContain('Ann');
  });

  it('ends the conversation when the model does, with a goodbye', async () => {
    const script = scriptedModel([{ tool: 'end_conversation' }]);
    const { agent } = salon(script);
    expect(await askAgent(agent, 'Bye')).toMatchObject({ end: true, said: 'Thank you, goodbye.' });
  });

  it('refuses definitions that cannot work', () => {
    expect(() => salon(scriptedModel(), { handOffTo: ['nobody'] })).toThrow('which is no role');
    expect(() => salon(scriptedModel(), { rails: { confirmFirst: ['pay'] } })).toThrow(
      'names the tool "pay"'.replace('names', 'name'),
    );
    const { tools } = salonTools();
    expect(() => salon(scriptedModel(), { tools: [...tools, ...tools] })).toThrow('two tools');
  });
});
