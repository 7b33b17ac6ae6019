import type { Agent, AgentOutput, AgentRequest } from '../ports/agent.ts';
import type { Clock } from '../ports/clock.ts';
import { type BreakerOptions, breakerDefaults } from './breaker.ts';
import { FallbackError } from './fallback-error.ts';
import { type Choice, createRotation } from './rotation.ts';

export interface FallbackAgentOptions {
  /** The longest that an agent may take to its first output, and from there to its first word, before another one is asked. */
  readonly firstOutputTimeoutMs: number;
  readonly breaker: BreakerOptions;
}

export const fallbackAgentDefaults: FallbackAgentOptions = {
  // Models begin within two seconds, and a filler covers the rest. The turn machine gives up after 15 s: two hang, a third
  // still has its five.
  firstOutputTimeoutMs: 5000,
  breaker: breakerDefaults,
};

/**
 * Agents that stand in for one another, in order of preference; they must read the same memory. One that throws, stops
 * without finishing or hangs is replaced for the turn as long as nothing was said or done: once it has spoken, acted or
 * committed to the turn (after which something may have been done outside), its failure is passed on, and the turn machine
 * apologises. The wait for the commitment is not counted: it lasts as long as the caller speaks.
 *
 * @param onError what was got over: for the log
 * @throws FallbackError `no_parts`; `respond` throws `parts_exhausted` with the last failure as its cause
 */
export function createFallbackAgent(
  agents: readonly Agent[],
  options: FallbackAgentOptions,
  clock: Clock,
  onError: (error: FallbackError) => void,
): Agent {
  const [first] = agents;
  if (first === undefined) throw new FallbackError('no_parts', 'agents');
  const rotation = createRotation(agents, clock, options.breaker);

  async function* respond(request: AgentRequest, signal: AbortSignal): AsyncGenerator<AgentOutput> {
    const tried = new Set<number>();
    let lastError: unknown;
    for (;;) {
      signal.throwIfAborted();
      const choice = rotation.choose((_, index) => !tried.has(index));
      if (choice === undefined) throw new FallbackError('parts_exhausted', 'agents', lastError);
      tried.add(choice.index);
      const attempt = createAttempt(choice, request, signal, options, clock);
      try {
        yield* attempt.outputs();
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (attempt.bound) throw error;
        lastError = error;
        const code = error instanceof NoOutputError ? 'part_hung' : 'part_failed';
        onError(new FallbackError(code, `agent ${choice.part.id}: ${String(error)}`, error));
      } finally {
        attempt.stop();
      }
    }
  }

  return {
    id: first.id,
    language: first.language,
    voice: first.voice,
    // One that does not promise to wait for the turn may not be asked before it is certain.
    thinksAhead: agents.every((agent) => agent.thinksAhead),
    respond,
  };
}

interface Attempt {
  /** Something was said or done: no other agent may begin again. */
  readonly bound: boolean;
  outputs(): AsyncGenerator<AgentOutput>;
  stop(): void;
}

/** One agent with the whole turn. */
function createAttempt(
  { part, ticket }: Choice<Agent>,
  request: AgentRequest,
  signal: AbortSignal,
  options: FallbackAgentOptions,
  clock: Clock,
): Attempt {
  const scope = new AbortController();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  let bound = false;
  let stopped = false;
  let waitingForCommit = 0;
  let cancelTimer = () => {};

  const arm = () => {
    cancelTimer();
    if (bound || stopped || waitingForCommit > 0) return;
    const { firstOutputTimeoutMs } = options;
    cancelTimer = clock.wakeAt(clock.nowMs() + firstOutputTimeoutMs, () =>
      broken.reject(new NoOutputError(`No output within ${firstOutputTimeoutMs} ms.`)),
    );
  };
  const bind = () => {
    bound = true;
    cancelTimer();
  };
  const onAbort = () => {
    scope.abort(signal.reason);
    broken.reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });

  const commit = async () => {
    scope.signal.throwIfAborted();
    waitingForCommit += 1;
    cancelTimer();
    try {
      await request.commit();
      // Another agent has the turn by now: this one must not act.
      scope.signal.throwIfAborted();
      bind();
    } finally {
      waitingForCommit -= 1;
      arm();
    }
  };

  async function* outputs(): AsyncGenerator<AgentOutput> {
    arm();
    const items = part.respond({ ...request, commit }, scope.signal)[Symbol.asyncIterator]();
    /** What was understood is told with the first word: if that never comes, another agent understands it otherwise. */
    const held: AgentOutput[] = [];
    let over = false;
    try {
      for (;;) {
        const item = await Promise.race([items.next(), broken.promise]);
        over = item.done === true;
        if (item.done) throw new Error('The agent stopped without finishing its reply.');
        if (item.value.type === 'understood' && !bound) {
          if (held.length < maxHeld) held.push(item.value);
          arm();
          continue;
        }
        bind();
        ticket.succeeded();
        yield* held.splice(0);
        yield item.value;
        if (item.value.type === 'finished') return;
      }
    } catch (error) {
      over = over || !(error instanceof NoOutputError || signal.aborted);
      if (signal.aborted) ticket.released();
      else ticket.failed();
      throw error;
    } finally {
      // Not waited for: an agent that hangs would keep us as well.
      if (!over) {
        scope.abort();
        void Promise.resolve(items.return?.()).catch(() => {});
      }
    }
  }

  return {
    get bound() {
      return bound;
    },
    outputs,
    stop() {
      stopped = true;
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      scope.abort();
      ticket.released();
    },
  };
}

/** An agent understands a turn once, or a few times as a model corrects itself. */
const maxHeld = 16;

class NoOutputError extends Error {
  override readonly name = 'NoOutputError';
}
