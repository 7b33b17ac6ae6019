import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { NodeType } from '@parley/contract/flow/nodes.ts';
import type { Agent, AgentOutput, AgentRequest, Understanding } from '@parley/engine/ports/agent.ts';
import { openQuestion } from '@parley/engine/ports/recognizer.ts';
import { FlowError } from '../flow-error.ts';
import { type FlowPlan, planFlows } from './flow-plan.ts';
import type { Heard } from './hearing.ts';
import { listen } from './listen.ts';
import { type FlowMemory, type Frame, freshMemory, readMemory, topOf, writeMemory } from './memory.ts';
import type { FlowParts } from './parts.ts';
import { placeOf } from './place.ts';
import { askAgain, proceed, pushFlow } from './proceed.ts';
import { breakSilence, recover, takeLeave } from './recover.ts';
import { type Run, type Speaking, saySystem } from './run.ts';
import { takeTurn } from './take-turn.ts';
import { retoldOf, understandingOf } from './understanding.ts';

export interface FlowAgentOptions {
  /** One of the definition's languages, which callers are greeted in; the first, if left out. */
  readonly language?: string;
  /** Told of mistakes of the definition that showed only when it ran. */
  readonly onError?: (error: unknown, where: { readonly conversationId: string }) => void;
}

/**
 * An agent that follows its flows. Stateless: its memory travels with the conversation, so any replica can answer. What the
 * definition does wrong leads to words and a person, never to silence.
 *
 * @param definition a valid one: see `validateAgent`
 */
export function createFlowAgent(definition: AgentDefinition, parts: FlowParts, options: FlowAgentOptions = {}): Agent {
  const plan = planFlows(definition, parts.tools);
  const language = options.language ?? definition.languages[0] ?? 'en-US';
  return {
    id: definition.id,
    language,
    voice: definition.voices[language],
    // Every change outside waits for `commit`, see the call node.
    thinksAhead: usesSlowParts(definition),
    async *respond(given, signal): AsyncGenerator<AgentOutput> {
      signal.throwIfAborted();
      const commitment = watchCommit(given, signal);
      const { request } = commitment;
      const report = (error: unknown) => options.onError?.(error, { conversationId: request.conversationId });
      const memory = readMemory(request.memory) ?? freshMemory(language);
      dropUnknownPlaces(memory, plan);
      const { cue } = request;
      const toldSecret = isAskedForSecret(memory, plan);
      const heard =
        cue.type === 'turn' ? await listen(plan, parts, memory, request, cue.turn, report, signal) : undefined;
      const run: Run = {
        plan,
        parts,
        request,
        signal,
        memory,
        heard,
        toldSecret,
        taken: {},
        said: [],
        report,
        isAhead: false,
        ended: false,
        handedOver: false,
      };
      const broke = (error: unknown) => {
        signal.throwIfAborted();
        // The turn was taken back: whatever would be said now would be said of it.
        if (commitment.failed) throw error;
        report(error instanceof FlowError ? error.at(placeOf(run)) : error);
      };
      // Before it is acted on, and told at once: what was said is being kept already, and the reply may never come to its end.
      const retold = heard === undefined ? undefined : retoldOf(run, heard);
      try {
        if (heard !== undefined && retold !== undefined)
          yield { type: 'understood', understanding: bare(heard, retold) };
        yield* reply(run);
        yield* breakSilence(run);
      } catch (error) {
        broke(error);
        try {
          yield* recover(run);
        } catch (again) {
          broke(again);
          yield* takeLeave(run);
        }
      }
      if (heard !== undefined) yield { type: 'understood', understanding: understandingOf(run, heard, retold) };
      memory.replies += 1;
      if (run.said.length > 0) memory.lastReply = run.said.join(' ').slice(-2000);
      // Who writes again after the end begins again; who fell silent is waited for where they were.
      if (run.ended && cue.type !== 'farewell') {
        memory.stack.splice(0);
        memory.clarifying = undefined;
        memory.partial = undefined;
      }
      const expectsSecret = !run.ended && isAskedForSecret(memory, plan);
      yield {
        type: 'finished',
        memory: writeMemory(memory),
        expects: expectsOf(run),
        end: run.ended,
        ...(expectsSecret && { expectsSecret }),
        ...(run.handedOver && { handedOver: true }),
      };
    },
  };
}

function bare({ guess }: Heard, retold: string): Understanding {
  return { intent: guess.intent, confidence: guess.confidence, entities: [], retold };
}

/** The request with a commit that is known to have failed, should it fail. */
function watchCommit(given: AgentRequest, signal: AbortSignal) {
  const watched = {
    failed: false,
    request: {
      ...given,
      commit: async () => {
        try {
          await given.commit();
          signal.throwIfAborted();
        } catch (error) {
          watched.failed = true;
          throw error;
        }
      },
    },
  };
  return watched;
}

async function* reply(run: Run): Speaking<void> {
  const { cue } = run.request;
  const frame = topOf(run.memory);
  switch (cue.type) {
    case 'greet':
      if (frame === undefined) return yield* proceed(run, pushFlow(run, run.plan.definition.start));
      yield* saySystem(run, 'welcomeBack');
      return yield* askWhatIsOpen(run, frame);
    case 'reprompt':
      yield* saySystem(run, 'stillThere');
      return frame === undefined ? undefined : yield* askWhatIsOpen(run, frame);
    case 'farewell':
      run.ended = true;
      return yield* saySystem(run, cue.reason === 'silence' ? 'goodbyeSilence' : 'goodbyeTime');
    case 'turn': {
      if (frame?.waiting !== true) {
        // The caller spoke before they were asked: the flow begins, and then their words are taken.
        run.isAhead = true;
        yield* proceed(
          run,
          frame === undefined ? pushFlow(run, run.plan.definition.start) : { kind: 'next', node: frame.node },
        );
        run.isAhead = false;
        // A model that the flow began with has heard them already.
        const now = topOf(run.memory);
        if (now !== undefined && run.plan.node(now.flow, now.node)?.type === 'model') return;
      }
      if (run.heard !== undefined && !run.ended) yield* proceed(run, yield* takeTurn(run, run.heard));
    }
  }
}

async function* askWhatIsOpen(run: Run, frame: Frame): Speaking<void> {
  if (frame.waiting) return yield* askAgain(run, frame, 'repeated');
  return yield* proceed(run, { kind: 'next', node: frame.node });
}

/** Places that another version of the definition knew, and questions that it asked. */
function dropUnknownPlaces(memory: FlowMemory, plan: FlowPlan): void {
  const unknown = memory.stack.findIndex(({ flow, node }) => plan.node(flow, node) === undefined);
  if (unknown !== -1) memory.stack.splice(unknown);
  const frame = topOf(memory);
  const node = frame === undefined ? undefined : plan.node(frame.flow, frame.node);
  if (frame === undefined || node === undefined) return;
  const isGone = node.type === 'form' && !node.slots.some(({ slot }) => slot === frame.asked);
  // The step is taken anew.
  if (isGone || !waitingTypes.has(node.type)) frame.waiting = false;
}

const waitingTypes: ReadonlySet<NodeType> = new Set(['form', 'confirm', 'menu', 'route', 'model']);

function isAskedForSecret(memory: FlowMemory, plan: FlowPlan): boolean {
  const asked = topOf(memory)?.asked;
  return asked !== undefined && plan.secrets.includes(asked);
}

/** The vocabulary's context of the answer: a slot, yes or no, any wish, or everything. */
function expectsOf({ memory, plan }: Run): string | undefined {
  const frame = topOf(memory);
  const node = frame === undefined ? undefined : plan.node(frame.flow, frame.node);
  if (memory.clarifying !== undefined || node?.type === 'confirm') return 'yes-no';
  // One key is the whole answer.
  if (node?.type === 'menu') return 'menu';
  if (node?.type === 'route') return openQuestion;
  return node?.type === 'form' ? frame?.asked : undefined;
}

/** Flows alone answer in a millisecond: there is nothing to be won by beginning early. */
function usesSlowParts({ flows }: AgentDefinition): boolean {
  return Object.values(flows).some(({ nodes }) =>
    Object.values(nodes).some(({ type }) => type === 'model' || type === 'call'),
  );
}
