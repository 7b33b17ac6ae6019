import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { Agent, AgentOutput, Understanding } from '@parley/engine/ports/agent.ts';
import type { Json } from '../../tools/tool.ts';
import { FlowError } from '../flow-error.ts';
import { type FlowPlan, planFlows } from './flow-plan.ts';
import { handOff } from './hand-off.ts';
import type { Heard } from './hearing.ts';
import { listen } from './listen.ts';
import { type FlowMemory, freshMemory, readMemory, topOf, writeMemory } from './memory.ts';
import type { FlowParts } from './parts.ts';
import { placeOf } from './place.ts';
import { askAgain, proceed, pushFlow } from './proceed.ts';
import { type Run, type Speaking, saySystem } from './run.ts';
import { takeTurn } from './take-turn.ts';

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
    async *respond(request, signal): AsyncGenerator<AgentOutput> {
      signal.throwIfAborted();
      const memory = readMemory(request.memory) ?? freshMemory(language);
      dropUnknownPlaces(memory, plan);
      const { cue } = request;
      const heard = cue.type === 'turn' ? await listen(plan, parts, memory, request, cue.turn, signal) : undefined;
      const run: Run = { plan, parts, request, signal, memory, heard, taken: {}, said: [], ended: false };
      try {
        yield* reply(run);
      } catch (error) {
        signal.throwIfAborted();
        options.onError?.(error instanceof FlowError ? error.at(placeOf(run)) : error, {
          conversationId: request.conversationId,
        });
        yield* recover(run);
      }
      if (heard !== undefined) yield { type: 'understood', understanding: understandingOf(run, heard) };
      memory.replies += 1;
      if (run.said.length > 0) memory.lastReply = run.said.join(' ').slice(-2000);
      yield { type: 'finished', memory: writeMemory(memory), expects: expectsOf(run), end: run.ended };
    },
  };
}

async function* reply(run: Run): Speaking<void> {
  const { cue } = run.request;
  const frame = topOf(run.memory);
  switch (cue.type) {
    case 'greet':
      if (frame === undefined) return yield* proceed(run, pushFlow(run, run.plan.definition.start));
      yield* saySystem(run, 'welcomeBack');
      return yield* askAgain(run, frame, 'repeated');
    case 'reprompt':
      yield* saySystem(run, 'stillThere');
      return frame === undefined ? undefined : yield* askAgain(run, frame, 'repeated');
    case 'farewell':
      run.ended = true;
      return yield* saySystem(run, cue.reason === 'silence' ? 'goodbyeSilence' : 'goodbyeTime');
    case 'turn':
      // A conversation that begins with the caller's words has not been greeted: its flow begins, and then they are taken.
      if (frame === undefined) yield* proceed(run, pushFlow(run, run.plan.definition.start));
      if (run.heard !== undefined && !run.ended) yield* proceed(run, yield* takeTurn(run, run.heard));
  }
}

/** Something in the definition or a part broke: an apology, and a person. */
async function* recover(run: Run): Speaking<void> {
  yield* saySystem(run, 'trouble');
  run.memory.stack.splice(1);
  const ground = topOf(run.memory);
  const isStanding = ground?.waiting === true;
  if (isStanding) return yield* askAgain(run, ground, 'resumed');
  yield* handOff(run, { to: { kind: 'inbox' }, text: undefined, summary: undefined, reason: 'stuck' });
}

/** Places that another version of the definition knew. */
function dropUnknownPlaces(memory: FlowMemory, plan: FlowPlan): void {
  const unknown = memory.stack.findIndex(({ flow, node }) => plan.node(flow, node) === undefined);
  if (unknown !== -1) memory.stack.splice(unknown);
}

function understandingOf({ memory, plan }: Run, heard: Heard): Understanding {
  const slots: { [name: string]: Json } = {};
  const entities: { type: string; text: string; value: Json }[] = [];
  for (const [name, value] of Object.entries(memory.slots)) slots[name] = isSecret(plan, name) ? '•••' : value;
  for (const [name, { text, value }] of heard.values(Object.keys(memory.slots), undefined)) {
    entities.push(isSecret(plan, name) ? { type: name, text: '•••', value: null } : { type: name, text, value });
  }
  return { intent: heard.guess.intent, confidence: heard.guess.confidence, entities, slots };
}

function isSecret({ definition }: FlowPlan, slot: string): boolean {
  return definition.slots[slot]?.privacy === 'secret';
}

/** The vocabulary's context of the answer: a slot, yes or no, or everything. */
function expectsOf({ memory, plan }: Run): string | undefined {
  const frame = topOf(memory);
  const node = frame === undefined ? undefined : plan.node(frame.flow, frame.node);
  if (memory.clarifying !== undefined || node?.type === 'confirm') return 'yes-no';
  return node?.type === 'form' ? frame?.asked : undefined;
}

/** Flows alone answer in a millisecond: there is nothing to be won by beginning early. */
function usesSlowParts({ flows }: AgentDefinition): boolean {
  return Object.values(flows).some(({ nodes }) =>
    Object.values(nodes).some(({ type }) => type === 'model' || type === 'call'),
  );
}
