import type { AgentOutput, AgentRequest } from '@parley/engine/ports/agent.ts';
import { z } from 'zod';
import type { Json, JsonObject } from '../tools/tool.ts';
import { buildPersona } from './build-persona.ts';
import { jsonObjectSchema, type PersonOptions } from './controls.ts';
import { controlNames, type ModelAgentDefinition, type ModelAgentParts, type ModelRole } from './definition.ts';
import { addSpent, isOver, type ModelLimits, nothingSpent, type Spent } from './limits.ts';
import { freshProposals, linesAfter, type ModelMemory, withNote } from './memory.ts';
import { askAgain, exhausted, say } from './own-words.ts';
import type { ModelStepOutput, StepOutcome } from './persona.ts';
import { runModelStep } from './run-model-step.ts';
import { beginSummary, type SummaryWork } from './summary.ts';
import { isUnconfirmed, type TurnFacts } from './tool-desk.ts';
import { toMessages } from './transcript.ts';
import type { AgentWording } from './wording.ts';

export interface TurnParts {
  readonly definition: ModelAgentDefinition;
  readonly parts: ModelAgentParts;
  readonly roles: ReadonlyMap<string, ModelRole>;
  readonly limits: ModelLimits;
  readonly wording: AgentWording;
  readonly request: AgentRequest;
  readonly memory: ModelMemory;
  readonly signal: AbortSignal;
}

/** What is known while the turn is taken. */
export interface OpenTurn extends TurnParts {
  readonly facts: TurnFacts;
  readonly text: string;
  readonly person: PersonOptions | undefined;
  readonly onError: (error: unknown, context: string) => void;
  /** As it will be kept. */
  kept: ModelMemory;
  spoken: boolean;
  acted: boolean;
  end: boolean;
  /** A person has the caller. */
  handedOver: boolean;
  /** The vocabulary of the answer: a flow that asks knows it. */
  expects: string | undefined;
  /** A flow asks for a secret. */
  expectsSecret: boolean;
}

type Speaking<Result = void> = AsyncGenerator<AgentOutput, Result>;

/** Answers the caller's turn, or whatever cue the flow that has the floor is given. */
export async function* takeTurn(given: TurnParts): Speaking {
  const turn = openTurn(given);
  const { request, memory, limits } = turn;
  const summary = beginSummary(request.history, memory.summary, {
    model: given.parts.summaryModel ?? given.parts.model,
    limits,
    prices: given.parts.prices,
    clock: given.parts.clock,
    onError: turn.onError,
  });
  let isAnswered = false;
  try {
    yield* answerSomehow(turn);
    isAnswered = true;
  } finally {
    if (!isAnswered) summary?.stop();
  }
  if (summary !== undefined) await keepSummary(turn, summary);
  const { kept } = turn;
  const { expects, end, expectsSecret } = turn;
  yield {
    type: 'finished',
    memory: { ...kept },
    expects,
    end,
    ...(expectsSecret && { expectsSecret }),
    ...(end && turn.handedOver && { handedOver: true }),
  };
}

async function* answerSomehow(turn: OpenTurn): Speaking {
  const { memory, request, limits, signal, wording } = turn;
  try {
    if (memory.floor.kind === 'flow') yield* runFlow(turn, memory.floor.name, undefined, memory.floor.memory);
    else if (request.cue.type === 'turn' && (request.cue.turn.rejected || turn.text === '')) yield* askAgain(turn);
    else if (isOver(memory.spent, limits.conversation)) yield* exhausted(turn, 'conversation');
    else yield* answer(turn);
  } catch (error) {
    signal.throwIfAborted();
    // What was done is done, and has to be remembered.
    const { turnNumber } = turn.facts;
    const isUnsure = turn.kept.notes.some((note) => note.turnNumber === turnNumber && isUnconfirmed(note.result));
    if (!turn.acted && !isUnsure) throw error;
    turn.onError(error, 'after something was done');
    yield* say(turn, isUnsure ? wording.unconfirmed : wording.doneButFailed);
  }
}

function openTurn(given: TurnParts): OpenTurn {
  const { request, memory, definition, parts, signal, wording } = given;
  const { cue, conversationId, language, nowEpochMs, timeZone } = request;
  const turnNumber = cue.type === 'turn' ? cue.turn.turnNumber : 0;
  const text = cue.type === 'turn' ? cue.turn.text.trim() : '';
  const facts: TurnFacts = {
    conversationId,
    turnNumber,
    language,
    nowEpochMs,
    timeZone,
    commit: () => request.commit(),
  };
  const onError = parts.onError ?? (() => {});
  const person: PersonOptions | undefined =
    definition.person === undefined
      ? undefined
      : {
          ...definition.person,
          handOff: parts.handOff,
          facts,
          history: request.history,
          text,
          wording,
          clock: parts.clock,
          signal,
          onError,
          hasSpoken: () => turn.spoken,
        };
  const proposals = freshProposals(memory.proposals, turnNumber);
  const turn: OpenTurn = {
    ...given,
    facts,
    text,
    person,
    onError,
    kept: { ...memory, proposals, misses: 0 },
    spoken: false,
    acted: false,
    end: false,
    handedOver: false,
    expects: undefined,
    expectsSecret: false,
  };
  return turn;
}

/** The model speaks; once more, if a flow that it began came to its end without a word. */
async function* answer(turn: OpenTurn): Speaking {
  const { parts, limits, request } = turn;
  for (let round = 1; ; round += 1) {
    const role = turn.kept.floor.kind === 'role' ? turn.kept.floor.id : turn.kept.floor.role;
    const persona = buildPersona(turn, role);
    const hasTools = persona.tools.length + persona.controls.length > 0;
    const outputs = runModelStep({
      persona,
      messages: toMessages({
        summary: turn.kept.summary?.text,
        history: linesAfter(request.history, turn.kept.summary?.until),
        notes: hasTools ? turn.kept.notes : [],
        text: turn.text,
        historyCharacters: limits.historyCharacters,
      }),
      facts: turn.facts,
      limits,
      prices: parts.prices,
      clock: parts.clock,
      wording: turn.wording,
      spentBefore: turn.kept.spent,
      doneBefore: turn.kept.done,
      consultedBefore: turn.kept.notes.some(({ failed }) => !failed),
      proposals: turn.kept.proposals,
      signal: turn.signal,
      onError: turn.onError,
    });
    const outcome = yield* forward(turn, outputs);
    const goesOn = yield* conclude(turn, outcome);
    if (!goesOn || round >= maxRounds) return;
  }
}

/** Before and after one flow. */
const maxRounds = 2;

/** Passes on what is said and done, and keeps what is to be remembered. */
async function* forward(turn: OpenTurn, outputs: AsyncIterable<ModelStepOutput>): Speaking<StepOutcome> {
  for await (const output of outputs) {
    switch (output.type) {
      case 'say':
        turn.spoken = true;
        yield output;
        break;
      case 'acted':
        turn.acted = true;
        if (output.name === 'handed_off') turn.handedOver = true;
        if (!turn.kept.done.includes(output.name)) {
          turn.kept = { ...turn.kept, done: [...turn.kept.done, output.name].slice(-maxDone) };
        }
        yield output;
        break;
      case 'waiting':
        yield output;
        break;
      case 'noted':
        turn.kept = { ...turn.kept, notes: withNote(turn.kept.notes, output.note, turn.limits) };
        break;
      case 'slots':
        turn.kept = { ...turn.kept, slots: { ...turn.kept.slots, ...output.slots } };
        yield {
          type: 'understood',
          understanding: { intent: undefined, confidence: 1, entities: [], slots: turn.kept.slots },
        };
        break;
      case 'over':
        spend(turn, output.spent);
        turn.kept = {
          ...turn.kept,
          floor: { kind: 'role', id: output.personaId },
          proposals: [
            ...turn.kept.proposals.filter((each) => !output.carriedOut.includes(each)),
            ...output.proposals,
          ].slice(-maxProposals),
        };
        return output.outcome;
    }
  }
  throw new TypeError('The model step ended without an outcome.');
}

/** More tools than an agent has. */
const maxDone = 100;
const maxProposals = 24;

/** @returns whether the model is to speak once more */
async function* conclude(turn: OpenTurn, outcome: StepOutcome): Speaking<boolean> {
  if (outcome.kind === 'answered') return false;
  if (outcome.kind === 'exhausted') {
    yield* exhausted(turn, outcome.budget);
    return false;
  }
  if (outcome.by === controlNames.flow) {
    const { flow, slots } = startSchema.parse(outcome.value);
    return yield* runFlow(turn, flow, slots, undefined);
  }
  if (outcome.by === controlNames.end && !turn.spoken) yield* say(turn, turn.wording.goodbye);
  turn.end = true;
  return false;
}

const startSchema = z.object({ flow: z.string(), slots: jsonObjectSchema });

/** @returns whether the flow is over without having said anything: somebody has to */
async function* runFlow(
  turn: OpenTurn,
  name: string,
  start: JsonObject | undefined,
  memory: AgentRequest['memory'],
): Speaking<boolean> {
  const { flows } = turn.parts;
  const role = turn.kept.floor.kind === 'role' ? turn.kept.floor.id : turn.kept.floor.role;
  turn.kept = { ...turn.kept, floor: { kind: 'role', id: role } };
  // The flow is no longer there since the conversation began: the model goes on.
  if (flows === undefined || !flows.flows.some((flow) => flow.name === name)) {
    turn.onError(new Error(`There is no flow ${name}.`), 'flow');
    return yield* answerInstead(turn);
  }
  for await (const output of flows.respond(name, start, { ...turn.request, memory }, turn.signal)) {
    if (output.type !== 'finished') {
      if (output.type === 'say') turn.spoken = true;
      if (output.type === 'acted') turn.acted = true;
      if (output.type === 'acted' && output.name === 'handed_off') turn.handedOver = true;
      yield output;
      continue;
    }
    turn.end = output.end;
    turn.expects = output.expects;
    turn.expectsSecret = output.expectsSecret === true;
    if (output.over === undefined) {
      turn.kept = { ...turn.kept, floor: { kind: 'flow', name, role, memory: { ...output.memory } } };
      return false;
    }
    noteFlow(turn, name, output.over.result);
    if (turn.spoken || turn.end) return false;
    return start === undefined ? yield* answerInstead(turn) : true;
  }
  throw new TypeError(`The flow ${name} stopped without finishing its reply.`);
}

/** The words of this turn were for the flow, which had none for them. */
async function* answerInstead(turn: OpenTurn): Speaking<boolean> {
  if (turn.request.cue.type === 'turn') yield* answer(turn);
  else yield* say(turn, turn.wording.resumed);
  return false;
}

function noteFlow(turn: OpenTurn, name: string, result: Json): void {
  const { turnNumber } = turn.facts;
  const note = { turnNumber, tool: controlNames.flow, input: { flow: name }, result, failed: false };
  turn.kept = { ...turn.kept, notes: withNote(turn.kept.notes, note, turn.limits) };
}

/** When something was done the reply cannot be interrupted until it is finished: then nobody waits for a summary. */
async function keepSummary(turn: OpenTurn, work: SummaryWork): Promise<void> {
  const summary = await work.within(turn.acted ? 0 : turn.limits.summaryWaitMs);
  spend(turn, work.spent);
  if (summary !== undefined) turn.kept = { ...turn.kept, summary };
}

function spend(turn: OpenTurn, more: Spent): void {
  turn.kept = { ...turn.kept, spent: addSpent(turn.kept.spent ?? nothingSpent, more) };
}
