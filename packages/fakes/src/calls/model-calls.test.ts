import { createMemoryCalendar } from '@parley/agent-receptionist/availability/memory-calendar.ts';
import { memoryBook } from '@parley/agent-receptionist/memory-book.ts';
import { createReceptionistModelAgent } from '@parley/agent-receptionist/receptionist-model-agent.ts';
import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { AgentMemory, HistoryLine } from '@parley/engine/ports/agent.ts';
import { createLanguageModel } from '@parley/speech/language-models/language-models.ts';
import { accountsOf, listEngines, providerSettings } from '@parley/speech/registry.ts';
import { createFallbackLanguageModel } from '@parley/speech/router/fallback-language-model.ts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createScriptedBrain } from '../brains/scripted-brain.ts';
import type { FakeVendor } from '../fake-vendor.ts';
import { fakes } from '../registry.ts';

const clock = createSystemClock();
/** Saturday 21 November 2026, 10:00 in New York, where the shop is. */
const nowEpochMs = Date.parse('2026-11-21T10:00:00-05:00');
const when = { date: '2026-11-27', time: '15:00' };
const look = `→ find_free_times ${JSON.stringify({ service: 'haircut', ...when })}`;
const booking = `→ book_appointment ${JSON.stringify({ service: 'haircut', ...when, name: 'Alice Brown', phone: '4155551234' })}`;
const question = 'Friday at 3 PM is free. What name shall I put down?';
const readBack = 'A haircut on Friday, November 27 at 3 PM, for Alice Brown, 415 555 1234. Shall I book it?';
const done = 'Done, you are booked for Friday at 3 PM.';

/** Each model of each provider that has a fake. */
const models = fakes.flatMap((fake) =>
  listEngines('languageModel').flatMap(({ name, provider }) =>
    provider.name === fake.name ? [{ title: name, name, fake }] : [],
  ),
);

test.each([
  ...models,
  ...models
    .filter(({ name }) => name === 'openai')
    .map((model) => ({
      ...model,
      title: 'openai, by responses',
      options: { api: 'responses' },
    })),
])('the receptionist thinks by $title: the call ends in the same words and the same booking', async (model) => {
  const call = await holdCall(model);
  expect(call.said).toEqual([question, readBack, done]);
  expect(call.rows).toMatchObject([{ service: 'haircut', name: 'Alice Brown', phone: '4155551234', status: 'booked' }]);
  // Nothing was asked twice, and nothing left out.
  expect(call.unasked).toEqual([]);
});

async function holdCall({ name, fake, options }: { name: string; fake: FakeVendor; options?: object }) {
  const answers = [look, question, booking, readBack, booking, done];
  const running = await fake.start({
    port: 0,
    brain: createScriptedBrain(['-'], () => answers.shift() ?? 'There is no more in the script.'),
  });
  try {
    const accounts = accountsOf(z.object(providerSettings).partial().parse(running.environment));
    const context = { clock, onError: () => {} };
    const own = createLanguageModel(name, { model: 'gpt-4o-mini', ...options }, accounts, context);
    const book = memoryBook();
    const agent = await createReceptionistModelAgent(createFallbackLanguageModel([{ id: name, model: own }], context), {
      calendar: createMemoryCalendar(book, { now: () => nowEpochMs }),
      clock,
    });
    const said: string[] = [];
    const history: HistoryLine[] = [];
    let memory: AgentMemory | undefined;
    for (const [index, text] of ['a haircut on Friday at three', 'Alice Brown, 415 555 1234', 'yes please'].entries()) {
      let words = '';
      const request = {
        conversationId: 'call',
        cue: {
          type: 'turn',
          turn: { turnNumber: index + 1, text, confidence: 1, rejected: false, modality: 'voice' },
        },
        memory,
        history: [...history],
        language: 'en-US',
        nowEpochMs,
        timeZone: 'America/New_York',
        commit: async () => {},
      } as const;
      for await (const output of agent.respond(request, AbortSignal.timeout(20_000))) {
        if (output.type === 'say') words += output.text;
        if (output.type === 'finished') memory = output.memory;
      }
      said.push(words.trim());
      history.push({ speaker: 'caller', text }, { speaker: 'agent', text: words.trim() });
    }
    return { said, rows: book.rows, unasked: answers };
  } finally {
    await running.close();
  }
}
