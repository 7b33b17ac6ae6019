import type { Agent, AgentOutput, AgentRequest } from '../ports/agent.ts';
import type { Clock } from '../ports/clock.ts';
import type { CallLog, Thinking } from './call-log.ts';
import type { CallScript, ThoughtPlan, ThoughtStep } from './call-script.ts';

/** Thinks as the script says, and keeps the promise of agents: an effect outside waits until the turn is certain. */
export function createSimulatedAgent(clock: Clock, script: CallScript, log: CallLog): Agent {
  return {
    id: 'simulated',
    language: 'en-US',
    voice: undefined,
    thinksAhead: script.thinksAhead,
    respond(request, signal) {
      const plan = script.agent(log.thoughts.length, request.cue);
      const thinking = createThinking(clock, request, signal);
      log.thoughts.push(thinking);
      if (plan.throwsAtOnce) {
        thinking.outcome = 'failed';
        thinking.endedAtMs = clock.nowMs();
        throw new Error('The script says that the agent throws.');
      }
      return think(clock, plan, thinking, request, signal);
    },
  };
}

async function* think(
  clock: Clock,
  plan: ThoughtPlan,
  thinking: Thinking,
  request: AgentRequest,
  signal: AbortSignal,
): AsyncGenerator<AgentOutput> {
  try {
    for (const step of plan.steps) {
      if (step.afterMs > 0) await passed(clock, step.afterMs, plan.deaf ? undefined : signal);
      if (!plan.deaf) signal.throwIfAborted();
      const output = await take(clock, step, thinking, request, signal);
      if (output === 'stop') return;
      if (output !== undefined) yield output;
    }
  } catch (error) {
    if (!signal.aborted) thinking.outcome = 'failed';
    throw error;
  } finally {
    thinking.endedAtMs = clock.nowMs();
  }
}

async function take(
  clock: Clock,
  step: ThoughtStep,
  thinking: Thinking,
  request: AgentRequest,
  signal: AbortSignal,
): Promise<AgentOutput | 'stop' | undefined> {
  const atMs = clock.nowMs();
  switch (step.do) {
    case 'say':
      if (!signal.aborted) thinking.said.push({ atMs, text: step.text, interruptible: step.interruptible });
      return { type: 'say', text: step.text, interruptible: step.interruptible };
    case 'understand':
      return { type: 'understood', understanding: { intent: 'simulated', confidence: 0.9, entities: [] } };
    case 'act':
      await request.commit();
      thinking.acts.push({ atMs: clock.nowMs(), name: step.name });
      return { type: 'acted', name: step.name, data: {} };
    case 'finish':
      if (!signal.aborted) thinking.outcome = thinking.said.length > 0 ? 'finished' : 'empty';
      return { type: 'finished', memory: { thought: atMs }, expects: step.expects, end: step.end };
    case 'throw':
      throw new Error('The script says that the thought fails.');
    case 'hang':
      await new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      return undefined;
    case 'stop':
      if (!signal.aborted) thinking.outcome = 'failed';
      return 'stop';
  }
}

function createThinking(clock: Clock, request: AgentRequest, signal: AbortSignal): Thinking {
  const { cue, history } = request;
  const thinking: Thinking = {
    atMs: clock.nowMs(),
    cue,
    history,
    signal,
    abandonedAtMs: undefined,
    endedAtMs: undefined,
    outcome: 'running',
    said: [],
    acts: [],
  };
  signal.addEventListener('abort', () => {
    thinking.abandonedAtMs = clock.nowMs();
  });
  return thinking;
}

/** Resolves when the time has passed, or at once when told to stop. */
function passed(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.wakeAt(clock.nowMs() + ms, resolve);
    signal?.addEventListener('abort', () => {
      cancel();
      resolve();
    });
  });
}
