import type { Clock } from '@parley/engine/ports/clock.ts';
import { jsonSchema, type LanguageModel, type ModelMessage, streamText, type ToolSet, tool } from 'ai';
import { z } from 'zod';
import { estimateTokens, type ModelLimits } from './limits.ts';
import { ModelError, retryDelayMs, toModelError } from './model-error.ts';

/** A model of the AI SDK. Names of models are not taken: they would go through a gateway that nobody chose. */
export type Model = Exclude<LanguageModel, string>;

/** What the model is told of a tool. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType;
}

export interface AnswerRequest {
  readonly model: Model;
  readonly instructions: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolDescription[];
  /** `none`: the tools are shown, so that earlier uses make sense, but the answer has to be in words. */
  readonly toolChoice: 'auto' | 'none' | 'required';
  readonly limits: ModelLimits;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told once for each answer, failed and given-up ones included; estimated where the provider does not say. */
  readonly onUsed: (inputTokens: number, outputTokens: number) => void;
}

export interface ModelCall {
  readonly id: string;
  readonly name: string;
  /** As the model gave it; undefined when it was no JSON. */
  readonly input: unknown;
}

export type AnswerPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly call: ModelCall }
  /** Last part. */
  | { readonly type: 'end'; readonly messages: readonly ModelMessage[]; readonly cutShort: boolean };

/**
 * One answer of the model, piece by piece. A provider that is too busy is asked once more while there is time and nothing was
 * said.
 *
 * @throws ModelError; the signal's reason
 */
export async function* streamAnswer(request: AnswerRequest): AsyncGenerator<AnswerPart, void> {
  const { clock, limits, signal } = request;
  const watch = createWatch(clock, signal);
  const meter = createMeter(request);
  try {
    watch.within('step', limits.stepMs, 'model_stalled');
    watch.within('piece', limits.firstTokenMs, 'model_silent');
    const giveUpAtMs = clock.nowMs() + limits.firstTokenMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        yield* answerOnce(request, watch, meter);
        return;
      } catch (error) {
        signal.throwIfAborted();
        const delayMs = attempt > 1 || meter.hasOutput() ? undefined : retryDelayMs(error);
        if (delayMs === undefined || clock.nowMs() + delayMs >= giveUpAtMs) throw toModelError(error);
        await watch.pause(delayMs);
      }
    }
  } finally {
    watch.close();
    meter.tell();
  }
}

async function* answerOnce(request: AnswerRequest, watch: Watch, meter: Meter): AsyncGenerator<AnswerPart, void> {
  const { model, instructions, messages, tools, limits } = request;
  const scope = new AbortController();
  const answer = streamText({
    model,
    instructions,
    messages: [...messages],
    ...(tools.length === 0 ? {} : { tools: toolSet(tools), toolChoice: request.toolChoice }),
    maxOutputTokens: limits.maxOutputTokens,
    // The SDK would wait two seconds: the caller would hear them.
    maxRetries: 0,
    abortSignal: AbortSignal.any([scope.signal, request.signal]),
    // Errors come as parts of the stream; unset, it writes them to the console with what the caller said.
    onError: () => {},
  });
  const parts = answer.stream[Symbol.asyncIterator]();
  let finishReason: string | undefined;
  try {
    for (;;) {
      const item = await watch.race(parts.next());
      if (item.done) break;
      const part = item.value;
      if (isSignOfLife(part.type)) watch.within('piece', limits.stallMs, 'model_stalled');
      switch (part.type) {
        case 'text-delta':
          meter.add(part.text.length);
          if (part.text !== '') yield { type: 'text', text: part.text };
          break;
        case 'tool-input-delta':
          meter.add(part.delta.length);
          break;
        case 'tool-call':
          yield { type: 'call', call: { id: part.toolCallId, name: part.toolName, input: readInput(part.input) } };
          break;
        case 'finish-step':
          finishReason = part.finishReason;
          meter.exact(part.usage.inputTokens, part.usage.outputTokens);
          break;
        case 'error':
          throw part.error;
        case 'abort':
          request.signal.throwIfAborted();
          throw new ModelError('model_failed', 'The answer was aborted.');
      }
    }
    if (finishReason === undefined || finishReason === 'error') {
      throw new ModelError('model_malformed', 'The answer broke off without an end.');
    }
    const responses = await watch.race(Promise.resolve(answer.responseMessages));
    // Results of tools are ours to write.
    const own = responses.filter(({ role }) => role === 'assistant');
    yield { type: 'end', messages: own, cutShort: finishReason === 'length' };
  } finally {
    scope.abort();
    // Not waited for: a stream that hangs would keep us as well.
    void Promise.resolve(parts.return?.()).catch(() => {});
  }
}

function isSignOfLife(type: string): boolean {
  return !['start', 'start-step', 'ping', 'raw', 'text-start', 'reasoning-start'].includes(type);
}

/** What a model wrote as input is not always JSON. */
function readInput(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  try {
    return JSON.parse(input);
  } catch {
    return undefined;
  }
}

/** Models are shown the schema; the input is checked where the tool is used. */
function toolSet(tools: readonly ToolDescription[]): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, input }) => [name, tool({ description, inputSchema: schemaOf(input) })]),
  );
}

const schemas = new WeakMap<z.ZodType, ReturnType<typeof jsonSchema>>();

function schemaOf(input: z.ZodType): ReturnType<typeof jsonSchema> {
  const known = schemas.get(input);
  if (known !== undefined) return known;
  const { $schema: _, ...shape } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  // The SDK's type for JSON schemas is narrower than zod's; both mean draft 7.
  const schema = jsonSchema(jsonSchemaShape.parse({ type: 'object', properties: {}, ...shape }));
  schemas.set(input, schema);
  return schema;
}

const jsonSchemaShape = z.custom<Parameters<typeof jsonSchema>[0]>(
  (value) => typeof value === 'object' && value !== null,
);

/** Counts what an answer uses up, for the case that the provider does not say. */
interface Meter {
  add(characters: number): void;
  exact(inputTokens: number | undefined, outputTokens: number | undefined): void;
  hasOutput(): boolean;
  tell(): void;
}

function createMeter({ instructions, messages, onUsed }: AnswerRequest): Meter {
  let characters = 0;
  let exactInput: number | undefined;
  let exactOutput: number | undefined;
  let answered = false;
  return {
    add(more) {
      answered = true;
      characters += more;
    },
    exact(inputTokens, outputTokens) {
      answered = true;
      // Servers that do not count say zero.
      exactInput = inputTokens || undefined;
      exactOutput = outputTokens || undefined;
    },
    hasOutput: () => characters > 0,
    tell() {
      // A request that was refused costs nothing.
      if (!answered) return;
      const prompt = () => estimateTokens(instructions.length + JSON.stringify(messages).length);
      onUsed(exactInput ?? prompt(), exactOutput ?? estimateTokens(characters));
    },
  };
}

interface Watch {
  /** Fail if it is not renewed or closed within the time. */
  within(what: 'step' | 'piece', ms: number, code: 'model_silent' | 'model_stalled'): void;
  race<Value>(promise: PromiseLike<Value>): Promise<Value>;
  pause(ms: number): Promise<void>;
  close(): void;
}

function createWatch(clock: Clock, signal: AbortSignal): Watch {
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const timers = new Map<string, () => void>();
  const onAbort = () => broken.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    within(what, ms, code) {
      timers.get(what)?.();
      timers.set(
        what,
        clock.wakeAt(clock.nowMs() + ms, () => broken.reject(new ModelError(code, `${ms} ms.`))),
      );
    },
    race: (promise) => Promise.race([promise, broken.promise]),
    pause(ms) {
      const over = Promise.withResolvers<void>();
      timers.get('pause')?.();
      timers.set('pause', clock.wakeAt(clock.nowMs() + ms, over.resolve));
      return Promise.race([over.promise, broken.promise]);
    },
    close() {
      signal.removeEventListener('abort', onAbort);
      for (const cancel of timers.values()) cancel();
    },
  };
}
