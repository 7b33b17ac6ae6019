import type { LanguageModel } from '@parley/speech/language-models/language-model.ts';
import { APICallError, generateText, type ModelMessage, streamText } from 'ai';
import { describe, expect, test } from 'vitest';
import { type Bench, deadUrl, msUntilFree, onBench, until, withinMs } from './bench.ts';
import { turns } from './steerable-clock.ts';
import { type LanguageModelCase, type LanguageModelSubject, languageModelCases, timeoutMsOf } from './subject.ts';

const question = 'what are your opening hours on saturday';
/** Long enough that it comes in pieces. */
const system = 'You are a receptionist.';
/** Far more than any case takes. */
const patienceMs = 5000;

/** What every language model must do, over its fake. To be called in a test file. */
export function describeLanguageModel(subject: LanguageModelSubject): void {
  const check = (
    key: LanguageModelCase,
    run: (bench: Bench<LanguageModel>) => Promise<void>,
    { fault = '', isDead = false }: { readonly fault?: string; readonly isDead?: boolean } = {},
  ) => {
    const reason = subject.exceptions?.[key];
    if (reason !== undefined) {
      test.skip(`${languageModelCases[key]} (${reason})`);
      return;
    }
    test(languageModelCases[key], async () => {
      const dead = isDead ? await deadUrl() : undefined;
      await onBench<LanguageModel>(
        { fake: subject.fake, create: (url, context) => subject.create(dead ?? url, context, timeoutMsOf(key)) },
        fault,
        run,
      );
    });
  };

  describe(`${subject.name} as a language model`, () => {
    check('answer', async ({ part, brain }) => {
      const { text, finishReason } = await generateText({ ...asked(part), prompt: question });
      expect(text).toBe(brain.answer(question));
      expect(finishReason).toBe('stop');
    });

    check('stream', async ({ part, brain }) => {
      const { pieces, error } = await read(part, new AbortController().signal);
      expect(error).toBeUndefined();
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join('')).toBe(brain.answer(question));
    });

    check('conversation', async ({ part, brain, fake }) => {
      const messages: ModelMessage[] = [
        { role: 'user', content: 'hello there' },
        { role: 'assistant', content: 'How can I help you?' },
        { role: 'user', content: question },
      ];
      const { text } = await generateText({ ...asked(part), messages });
      expect(text).toBe(brain.answer(question));
      const body = JSON.stringify(fake?.journal.requests.at(-1)?.body);
      const places = [system, 'hello there', 'How can I help you?', question].map((said) => body.indexOf(said));
      expect(Math.min(...places.slice(1))).toBeGreaterThanOrEqual(0);
      expect(places[0]).toBeGreaterThanOrEqual(0);
      expect(places.slice(1)).toEqual([...places.slice(1)].sort((a, b) => a - b));
    });

    check(
      'abort',
      async ({ part, fake }) => {
        await withinMs(50, async () => {
          const scope = new AbortController();
          const reading = read(part, scope.signal);
          if (fake === undefined) return 0;
          await until(() => fake.openSockets > 0, 'the vendor to be asked');
          await turns(20);
          scope.abort();
          const tookMs = await msUntilFree(fake);
          await reading;
          return tookMs;
        });
      },
      { fault: 'freeze-after:2' },
    );

    const refuses = (key: LanguageModelCase, fault: string, status: number) =>
      check(
        key,
        async ({ part, fake }) => {
          for (const error of await failures(part)) {
            expect(APICallError.isInstance(error), String(error)).toBe(true);
            if (!APICallError.isInstance(error)) continue;
            expect(error.statusCode).toBe(status);
            expect(error.isRetryable).toBe(status !== 401);
            if (status === 429) expect(error.responseHeaders?.['retry-after']).toBe('2');
          }
          expect(fake?.journal.requests).toHaveLength(2);
        },
        { fault },
      );
    refuses('unauthorized', 'status:401', 401);
    refuses('rateLimited', 'status:429,retry-after:2', 429);
    refuses('broken', 'status:500', 500);

    check(
      'unreachable',
      async ({ part }) => {
        for (const error of await failures(part)) expect(String(error)).toMatch(/connect|fetch failed|refused/i);
      },
      { isDead: true },
    );

    check(
      'slowStart',
      async ({ part, brain }) => {
        const { pieces } = await read(part, new AbortController().signal);
        expect(pieces.join('')).toBe(brain.answer(question));
      },
      { fault: 'slow-start:60' },
    );

    for (const key of ['break', 'garble'] as const) {
      check(
        key,
        async ({ part, brain }) => {
          const { pieces, error, isFinished } = await read(part, new AbortController().signal);
          // Who passes over one message that is none of the vendor's has the whole answer all the same.
          if (key === 'garble' && isFinished) expect(pieces.join('')).toBe(brain.answer(question));
          else expect(error).toBeDefined();
        },
        { fault: `${key}-after:2` },
      );
    }
  });
}

/** Asked once: trying again is the router's. */
function asked(model: LanguageModel) {
  return { model, system, maxRetries: 0, timeout: patienceMs };
}

/** What came of a question asked as a stream. */
async function read(
  model: LanguageModel,
  abortSignal: AbortSignal,
): Promise<{ pieces: string[]; error: unknown; isFinished: boolean }> {
  const pieces: string[] = [];
  let error: unknown;
  let isFinished = false;
  const answer = streamText({
    ...asked(model),
    prompt: question,
    abortSignal,
    onError: (event) => {
      error = event.error;
    },
  });
  try {
    for await (const part of answer.fullStream) {
      if (part.type === 'text-delta') pieces.push(part.text);
      if (part.type === 'error') error = part.error;
      if (part.type === 'finish') isFinished = part.finishReason === 'stop' && error === undefined;
    }
  } catch (thrown) {
    // Some end their stream with what went wrong, some tell it as a part.
    error = thrown;
  }
  return { pieces, error, isFinished };
}

/** What the model fails with, asked in one piece and as a stream. */
async function failures(model: LanguageModel): Promise<unknown[]> {
  const whole = await generateText({ ...asked(model), prompt: question }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const { error } = await read(model, new AbortController().signal);
  expect(whole).toBeDefined();
  expect(error).toBeDefined();
  return [whole, error];
}
