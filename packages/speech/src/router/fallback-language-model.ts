import { type Breaker, type BreakerOptions, breakerDefaults, type Ticket } from '@parley/engine/fallback/breaker.ts';
import { FallbackError } from '@parley/engine/fallback/fallback-error.ts';
import { type Choice, createRotation, type Rotation } from '@parley/engine/fallback/rotation.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import { APICallError, wrapLanguageModel } from 'ai';
import type { LanguageModel } from '../language-models/language-model.ts';
import { failureOfStatus } from '../provider/provider-failure.ts';
import { type AnswerSoFar, createAnswerSoFar, goOnFrom } from './answer-so-far.ts';
import { createMeasuredTimes, type MeasuredTimes, type MeasuredTimesOptions } from './measured-times.ts';
import { within } from './within.ts';

export interface FallbackLanguageModelOptions {
  /** To the first word, or the first tool that it wants, where another model can take over. */
  readonly firstOutput: MeasuredTimesOptions;
  /** The same for the last one left, and for an answer in one piece. */
  readonly patienceMs: number;
  /** The longest silence in the middle of an answer. */
  readonly stallMs: number;
  /** How long a model that refuses the key is left alone. */
  readonly unauthorizedMs: number;
  /** How long a model that says "no more" without a time is. */
  readonly rateLimitedMs: number;
  readonly breaker: BreakerOptions;
}

export const fallbackLanguageModelDefaults: FallbackLanguageModelOptions = {
  // Hosted models begin within 0.3–1.5 s. Agents give an answer up that has not begun after 4.5 s (`model-agent/limits.ts`): when one
  // hangs, another has as long as it needs.
  firstOutput: { defaultMs: 2000, floorMs: 1000, ceilingMs: 2200 },
  // The turn machine has given up by then.
  patienceMs: 15_000,
  // Tokens come every few hundredths of a second; some models think for seconds in between.
  stallMs: 10_000,
  unauthorizedMs: 300_000,
  rateLimitedMs: 5000,
  // Each time-out is a caller who waited in vain.
  breaker: { ...breakerDefaults, hangsToOpen: 1 },
};

export interface NamedLanguageModel {
  /** As people write it, for records and prices. */
  readonly id: string;
  readonly model: LanguageModel;
}

/** What an answer took, told at its end. */
export interface ModelUsage {
  /** Of the model that answered. */
  readonly engine: string;
  /** 0 where the model does not count. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface FallbackLanguageModelParts {
  readonly clock: Clock;
  readonly options?: FallbackLanguageModelOptions;
  /** What was got over: for the log. */
  readonly onError: (error: FallbackError) => void;
  readonly onUsage?: (usage: ModelUsage) => void;
}

/** As it is now, for metrics and readiness. */
export interface ModelSnapshot {
  readonly engine: string;
  readonly breaker: Breaker['state'];
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
}

/**
 * Language models that stand in for one another, in order of preference, as one model. One that fails, refuses or is silent is replaced
 * as long as nothing of its answer was given on. After that the next one is asked to go on where it broke off, if there were only words so
 * far; else its failure is passed on: what was asked of tools is not asked again. What `doStream` returns has its first output
 * already. When all fail, the last one's error is thrown, so that whoever asks can read its status.
 *
 * @throws FallbackError `no_parts`
 */
export function createFallbackLanguageModel(
  models: readonly NamedLanguageModel[],
  parts: FallbackLanguageModelParts,
): LanguageModel & { snapshot(): readonly ModelSnapshot[] } {
  const options = parts.options ?? fallbackLanguageModelDefaults;
  const { clock } = parts;
  const [first] = models;
  if (first === undefined) throw new FallbackError('no_parts', 'language models');
  const entries = models.map(({ id, model }): Entry => {
    const asked = wrapLanguageModel({ model, middleware: { specificationVersion: 'v4' } });
    return { id, model: asked, times: createMeasuredTimes(options.firstOutput) };
  });
  const chain: Chain = { ...parts, options, rotation: createRotation(entries, clock, options.breaker) };
  const { provider, modelId } = first.model;
  return {
    specificationVersion: 'v4',
    provider,
    modelId,
    // What one of them can fetch for itself another one may not.
    supportedUrls: {},
    doGenerate: (params) => askInTurn(chain, params, (attempt) => generate(chain, attempt, params)),
    doStream: (params) => streamInTurn(chain, params),
    snapshot: () =>
      entries.map(({ id, times }, index) => ({
        engine: id,
        breaker: chain.rotation.breakers[index]?.state ?? 'closed',
        p50Ms: times.p50Ms,
        p95Ms: times.p95Ms,
      })),
  };
}

type Model = ReturnType<typeof wrapLanguageModel>;
type Params = Parameters<Model['doStream']>[0];
type StreamAnswer = Awaited<ReturnType<Model['doStream']>>;
type WholeAnswer = Awaited<ReturnType<Model['doGenerate']>>;
type StreamPart = StreamAnswer['stream'] extends ReadableStream<infer Part> ? Part : never;

interface Entry {
  readonly id: string;
  readonly model: Model;
  readonly times: MeasuredTimes;
}

interface Chain extends FallbackLanguageModelParts {
  readonly options: FallbackLanguageModelOptions;
  readonly rotation: Rotation<Entry>;
}

/** One model with the whole question. */
interface Attempt {
  readonly entry: Entry;
  readonly ticket: Ticket;
  /** To the first output. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** It is over: nothing listens to whoever asked any more. */
  end(reason?: unknown): void;
}

async function askInTurn<Answer>(
  chain: Chain,
  { abortSignal }: Params,
  ask: (attempt: Attempt) => Promise<Answer>,
  tried = new Set<number>(),
): Promise<Answer> {
  const { rotation, options, onError } = chain;
  for (;;) {
    abortSignal?.throwIfAborted();
    const choice = rotation.choose((_, index) => !tried.has(index));
    if (choice === undefined) throw new FallbackError('parts_exhausted', 'language models');
    tried.add(choice.index);
    const isLast = tried.size === rotation.parts.length;
    const patienceMs = isLast ? options.patienceMs : choice.part.times.timeoutMs;
    const attempt = createAttempt(choice, patienceMs, abortSignal);
    try {
      return await ask(attempt);
    } catch (error) {
      attempt.end(error);
      if (abortSignal?.aborted) {
        attempt.ticket.released();
        throw error;
      }
      noteFailure(chain, choice, error);
      const code = isTimeout(error) ? 'part_hung' : 'part_failed';
      onError(new FallbackError(code, `language model ${choice.part.id}: ${String(error)}`, error));
      if (isLast) throw error;
    }
  }
}

function createAttempt({ part, ticket }: Choice<Entry>, patienceMs: number, asked: AbortSignal | undefined): Attempt {
  const scope = new AbortController();
  const onAbort = () => scope.abort(asked?.reason);
  asked?.addEventListener('abort', onAbort, { once: true });
  return {
    entry: part,
    ticket,
    patienceMs,
    signal: scope.signal,
    end(reason) {
      asked?.removeEventListener('abort', onAbort);
      if (reason !== undefined) scope.abort(reason);
    },
  };
}

async function generate(chain: Chain, attempt: Attempt, params: Params): Promise<WholeAnswer> {
  const { entry, signal, ticket } = attempt;
  const asking = entry.model.doGenerate({ ...params, abortSignal: signal });
  const answer = await within(asking, chain.options.patienceMs, chain.clock, signal);
  ticket.succeeded();
  ticket.released();
  attempt.end();
  tellUsage(chain, entry, answer.usage);
  return answer;
}

/** A stream that another model goes on with when the one that answers breaks off among its words. */
function streamInTurn(chain: Chain, params: Params): Promise<StreamAnswer> {
  const tried = new Set<number>();
  const soFar = createAnswerSoFar();
  const ask = (asked: Params): Promise<StreamAnswer> =>
    askInTurn(chain, asked, (attempt) => beginStream(chain, attempt, asked, goOn), tried);
  const goOn: GoOn = {
    soFar,
    next: async (error) => {
      const { text } = soFar;
      if (text === undefined || tried.size >= chain.rotation.parts.length || params.abortSignal?.aborted)
        return undefined;
      chain.onError(new FallbackError('part_failed', `language model, in mid-answer: ${String(error)}`, error));
      soFar.brokeOff();
      return (await ask(goOnFrom(params, text))).stream.getReader();
    },
  };
  return ask(params);
}

interface GoOn {
  readonly soFar: AnswerSoFar;
  /** @returns the rest by another model; undefined when none can go on */
  next(error: unknown): Promise<ReadableStreamDefaultReader<StreamPart> | undefined>;
}

async function beginStream(chain: Chain, attempt: Attempt, params: Params, goOn: GoOn): Promise<StreamAnswer> {
  const { clock } = chain;
  const { entry, signal, ticket, patienceMs } = attempt;
  const askedAtMs = clock.nowMs();
  const leftMs = () => askedAtMs + patienceMs - clock.nowMs();
  const asking = entry.model.doStream({ ...params, abortSignal: signal });
  const answer = await within(asking, leftMs(), clock, signal);
  const reader = answer.stream.getReader();
  const held: StreamPart[] = [];
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), leftMs(), clock, signal);
      if (done) throw new Error('The answer ended before it began.');
      if (value.type === 'error') throw value.error;
      held.push(value);
      if (!isPrelude(value)) break;
      if (held.length > maxHeld) throw new Error('The answer does not begin.');
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
  entry.times.add(clock.nowMs() - askedAtMs);
  ticket.succeeded();
  return { ...answer, stream: carryOn(chain, attempt, held, reader, goOn) };
}

/** The answer from its beginning; another model goes on where it breaks off among words. Any other failure is that of the answer. */
function carryOn(
  chain: Chain,
  attempt: Attempt,
  held: StreamPart[],
  reader: ReadableStreamDefaultReader<StreamPart>,
  goOn: GoOn,
): ReadableStream<StreamPart> {
  const { clock, options } = chain;
  const { entry, ticket, signal } = attempt;
  let rest: ReadableStreamDefaultReader<StreamPart> | undefined;
  const end = (reason?: unknown) => {
    ticket.released();
    attempt.end(reason);
  };
  const read = async () => {
    const kept = held.shift();
    return kept === undefined
      ? within(reader.read(), options.stallMs, clock, signal)
      : { done: false as const, value: kept };
  };
  /** @returns what is to be given on; undefined at the end */
  const own = async (): Promise<readonly StreamPart[] | undefined> => {
    const { done, value } = await read();
    if (done) return undefined;
    if (value.type === 'finish') tellUsage(chain, entry, value.usage);
    if (value.type === 'error' && !signal.aborted) throw new ToldError(value);
    return goOn.soFar.add(value);
  };
  const brokenOff = async (error: unknown): Promise<readonly StreamPart[]> => {
    if (!signal.aborted) ticket.failed(isTimeout(error) ? 'hung' : undefined);
    const wasAborted = signal.aborted;
    end(error);
    reader.cancel(error).catch(() => {});
    const told = error instanceof ToldError ? error.part.error : error;
    // The failure of who was to go on says less than that of who began.
    rest = wasAborted ? undefined : await goOn.next(told).catch(() => undefined);
    if (rest !== undefined) return [];
    if (error instanceof ToldError) return [error.part];
    throw error;
  };
  return new ReadableStream<StreamPart>(
    {
      async pull(controller) {
        try {
          for (;;) {
            if (rest !== undefined) {
              const { done, value } = await rest.read();
              return done ? controller.close() : controller.enqueue(value);
            }
            const parts = await own().catch(brokenOff);
            if (parts === undefined) {
              end();
              return controller.close();
            }
            for (const part of parts) controller.enqueue(part);
            if (parts.length > 0) return;
          }
        } catch (error) {
          controller.error(error);
        }
      },
      async cancel(reason) {
        end(reason ?? new Error('The answer is not wanted any more.'));
        await (rest ?? reader).cancel(reason);
      },
    },
    // Nothing is read ahead: whoever asked sets the pace.
    { highWaterMark: 0 },
  );
}

/** The model told of its failure in a part of its answer, and may go on after it. */
class ToldError extends Error {
  override readonly name = 'ToldError';
  readonly part: Extract<StreamPart, { readonly type: 'error' }>;

  constructor(part: Extract<StreamPart, { readonly type: 'error' }>) {
    super('The model told of a failure.');
    this.part = part;
  }
}

function noteFailure({ rotation, options }: Chain, { index, ticket }: Choice<Entry>, error: unknown): void {
  if (isTimeout(error)) return ticket.failed('hung');
  if (!APICallError.isInstance(error) || error.statusCode === undefined) return ticket.failed();
  const { code, retryAfterMs } = failureOfStatus(error.statusCode, '', error.responseHeaders?.['retry-after']);
  const breaker = rotation.breakers[index];
  switch (code) {
    case 'provider_rate_limited':
      breaker?.leaveAlone(retryAfterMs ?? options.rateLimitedMs);
      return ticket.released();
    case 'provider_unauthorized':
      breaker?.leaveAlone(options.unauthorizedMs);
      return ticket.released();
    // Another request may do.
    case 'provider_refused':
      return ticket.released();
    default:
      return ticket.failed();
  }
}

function tellUsage({ onUsage }: Chain, { id }: Entry, usage: WholeAnswer['usage']): void {
  onUsage?.({
    engine: id,
    inputTokens: usage.inputTokens.total ?? 0,
    outputTokens: usage.outputTokens.total ?? 0,
  });
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** Some servers begin with an empty word. */
function isPrelude(part: StreamPart): boolean {
  return preludes.has(part.type) || (part.type === 'text-delta' && part.delta === '');
}

/** Parts that come before the model has said anything. */
const preludes: ReadonlySet<string> = new Set([
  'stream-start',
  'response-metadata',
  'raw',
  'text-start',
  'reasoning-start',
]);

/** Preludes are five or so. */
const maxHeld = 64;
