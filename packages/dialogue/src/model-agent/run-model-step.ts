import type { Clock } from '@parley/engine/ports/clock.ts';
import type { ModelMessage } from 'ai';
import type { Json } from '../tools/tool.ts';
import { correction, type Deeds, judgeOf } from './deeds.ts';
import { addSpent, isOver, type ModelLimits, nothingSpent, type Spent, stepSpent, type TokenPrices } from './limits.ts';
import { ModelError } from './model-error.ts';
import type { Control, ControlOutcome, ModelStepOutput, Persona, Proposal } from './persona.ts';
import { baseLanguage } from './rails/check-sentence.ts';
import { asPiece, createSentenceHold, type SentenceHold } from './sentence-hold.ts';
import { type ModelCall, streamAnswer } from './stream-answer.ts';
import { isList, toJsonValue } from './to-json-value.ts';
import { type CallOutcome, createToolDesk, type ToolDesk, type TurnFacts } from './tool-desk.ts';
import type { AgentWording } from './wording.ts';

export interface ModelStepOptions {
  readonly persona: Persona;
  /** The conversation so far, the caller's last words at the end. */
  readonly messages: readonly ModelMessage[];
  readonly facts: TurnFacts;
  readonly limits: ModelLimits;
  readonly prices: TokenPrices | undefined;
  readonly clock: Clock;
  readonly wording: AgentWording;
  /** Of the conversation, before this turn. */
  readonly spentBefore: Spent;
  /** Tools that changed something earlier in the conversation: what they did may be spoken of. */
  readonly doneBefore: readonly string[];
  /** Tools told something earlier in the conversation. */
  readonly consultedBefore: boolean;
  readonly proposals: readonly Proposal[];
  readonly signal: AbortSignal;
  readonly onError: (error: unknown, context: string) => void;
}

/**
 * One turn of a language model: it speaks, uses tools, and speaks again, until it is done, hands over or has used up its
 * budget. Common to language-model agents and to flows with a model in them.
 *
 * @throws ModelError when the model fails; the reason of the signal or of `commit` when the thought was dropped
 */
export async function* runModelStep(options: ModelStepOptions): AsyncGenerator<ModelStepOutput, void> {
  const turn = createTurn(options);
  for (;;) {
    const answered = yield* oneAnswer(turn);
    if (answered === undefined) continue;
    yield {
      type: 'over',
      outcome: answered,
      personaId: turn.persona.id,
      spent: turn.spent(),
      proposals: turn.desk.proposals,
      carriedOut: turn.desk.carriedOut,
    };
    return;
  }
}

type Outcome = Extract<ModelStepOutput, { type: 'over' }>['outcome'];
/** Undefined: another answer is needed. */
type Step = AsyncGenerator<ModelStepOutput, Outcome | undefined>;

interface Turn extends Deeds {
  readonly options: ModelStepOptions;
  readonly desk: ToolDesk;
  readonly messages: ModelMessage[];
  readonly done: Set<string>;
  readonly called: Set<string>;
  /** Names of rails whose words were said instead. */
  readonly withheld: Set<string>;
  readonly said: string[];
  persona: Persona;
  consulted: boolean;
  steps: number;
  corrections: number;
  empties: number;
  handOffs: number;
  /** Told to the model for the next answer only. */
  remark: string;
  usage: Spent;
  spent(): Spent;
}

function createTurn(options: ModelStepOptions): Turn {
  const desk = createToolDesk(options);
  const turn: Turn = {
    options,
    desk,
    messages: [...options.messages],
    done: new Set(options.doneBefore),
    called: new Set(),
    withheld: new Set(),
    said: [],
    persona: options.persona,
    consulted: options.consultedBefore,
    steps: 0,
    corrections: 0,
    empties: 0,
    handOffs: 0,
    remark: '',
    usage: nothingSpent,
    spent: () => ({ ...turn.usage, toolCalls: desk.used }),
  };
  return turn;
}

async function* oneAnswer(turn: Turn): Step {
  const { options, persona, desk } = turn;
  const { limits, facts, signal } = options;
  if (isOver(turn.usage, limits.turn)) return { kind: 'exhausted', budget: 'turn' };
  if (isOver(addSpent(options.spentBefore, turn.usage), limits.conversation)) {
    return { kind: 'exhausted', budget: 'conversation' };
  }
  if (turn.steps >= limits.maxSteps) return { kind: 'exhausted', budget: 'turn' };
  turn.steps += 1;
  const isLast = turn.steps >= limits.maxSteps || desk.used >= limits.maxToolCalls;
  const hold = createSentenceHold(facts.language, persona.rails, turn.said.length === 0, (rail) => {
    if (turn.withheld.has(rail.name)) return undefined;
    turn.withheld.add(rail.name);
    return rail.instead?.[baseLanguage(facts.language)] ?? options.wording.cannotSay;
  });
  const saidBefore = turn.said.length;
  const calls: ModelCall[] = [];
  let written: readonly ModelMessage[] = [];
  const answer = streamAnswer({
    model: persona.model,
    instructions: turn.remark === '' ? persona.instructions : `${persona.instructions}\n\n${turn.remark}`,
    messages: turn.messages,
    tools: [...persona.tools, ...persona.controls],
    toolChoice: isLast ? 'none' : 'auto',
    limits,
    clock: options.clock,
    signal,
    onUsed: (inputTokens, outputTokens) => {
      turn.usage = addSpent(turn.usage, stepSpent(inputTokens, outputTokens, options.prices));
    },
  });
  turn.remark = '';
  try {
    for await (const part of answer) {
      switch (part.type) {
        case 'text':
          yield* say(turn, hold.push(part.text));
          break;
        case 'call':
          calls.push(part.call);
          break;
        case 'end':
          yield* say(turn, hold.end(part.cutShort));
          written = part.messages;
      }
    }
  } catch (error) {
    // It wants to use tools although it was told to come to an end.
    if (!(isLast && error instanceof ModelError && error.code === 'model_disobeyed')) throw error;
    return { kind: 'exhausted', budget: 'turn' };
  }
  if (calls.length === 0 || isLast) return yield* endInWords(turn, hold, calls.length);
  const outcome = yield* useTools(turn, hold, calls);
  const heard = turn.said.slice(saidBefore).join(' ');
  turn.messages.push(...asHeard(written, hold.altered, heard), outcome.message);
  return outcome.end;
}

async function* endInWords(turn: Turn, hold: SentenceHold, calls: number): Step {
  const { wording, limits } = turn.options;
  const settled = hold.settle(judgeOf(turn, []));
  yield* say(turn, settled.say);
  if (settled.dropped !== undefined) {
    if (turn.corrections === 0 && turn.steps < limits.maxSteps) {
      turn.corrections += 1;
      turn.remark = correction(turn, settled.dropped);
      return undefined;
    }
    const isHandOff = settled.dropped.claims.some(({ kind }) => kind === 'handOff');
    yield* say(turn, [isHandOff ? wording.notHandedOff : wording.notDone]);
  }
  if (turn.said.length > 0) return { kind: 'answered' };
  // It wants to go on although it was told to come to an end.
  if (calls > 0) return { kind: 'exhausted', budget: 'turn' };
  turn.empties += 1;
  if (turn.empties > 1 || turn.steps >= limits.maxSteps) throw new ModelError('model_empty');
  turn.remark = 'Your last answer was empty. Answer the caller in words.';
  return undefined;
}

async function* useTools(
  turn: Turn,
  hold: SentenceHold,
  calls: readonly ModelCall[],
): AsyncGenerator<ModelStepOutput, { readonly message: ModelMessage; readonly end: Outcome | undefined }> {
  const { persona, desk, options } = turn;
  const controls = new Map(persona.controls.map((each) => [each.name, each]));
  const pending = calls.filter((call) => controls.has(call.name) || desk.refusal(call, persona) === undefined);
  // "One moment, I'll book it" is said while it is being booked.
  yield* say(turn, hold.settle(judgeOf(turn, pending)).say);
  for (const { name } of pending) turn.called.add(name);

  const outcomes = await desk.use(
    calls.filter(({ name }) => !controls.has(name)),
    persona,
  );
  for (const outcome of outcomes) yield* tellOutcome(turn, outcome);
  if (outcomes.some(({ failed }) => !failed)) turn.consulted = true;
  const results = outcomes.map(({ call, result, failed }) => resultPart(call, result, failed));

  let end: Outcome | undefined;
  for (const call of calls) {
    const control = controls.get(call.name);
    if (control === undefined) continue;
    // Once it has been handed over, the rest is for the other one to decide.
    const outcome: ControlOutcome =
      end !== undefined || turn.persona !== persona ? skipped : yield* useControl(turn, control, call);
    if (outcome.kind === 'stop') end = { kind: 'stopped', by: control.name, value: outcome.value };
    results.push(resultPart(call, outcome.value, outcome.kind === 'result' && outcome.failed));
  }
  yield* say(turn, hold.settle(judgeOf(turn, [])).say);
  options.signal.throwIfAborted();
  return { message: { role: 'tool', content: results }, end };
}

async function* useControl(
  turn: Turn,
  control: Control,
  call: ModelCall,
): AsyncGenerator<ModelStepOutput, ControlOutcome> {
  const outputs = control.use(call.input);
  let next = await outputs.next();
  while (!next.done) {
    if (next.value.type === 'say') turn.said.push(next.value.text.trim());
    yield next.value;
    next = await outputs.next();
  }
  const outcome = next.value;
  if (outcome.kind === 'persona') {
    if (turn.handOffs >= turn.options.limits.maxHandOffs) return tooManyHandOffs;
    turn.handOffs += 1;
    turn.persona = outcome.persona;
  }
  if (outcome.kind !== 'result' || !outcome.failed) turn.done.add(control.name);
  return outcome;
}

const skipped: ControlOutcome = { kind: 'result', value: { error: 'handed_over_already' }, failed: true };
const tooManyHandOffs: ControlOutcome = {
  kind: 'result',
  value: { error: 'too_many_hand_offs', message: 'Answer the caller yourself.' },
  failed: true,
};

function* tellOutcome(turn: Turn, { call, input, result, failed, changed }: CallOutcome): Generator<ModelStepOutput> {
  if (changed) {
    turn.done.add(call.name);
    const data = typeof result === 'object' && result !== null && !isList(result) ? result : { result };
    const tool = turn.persona.tools.find(({ name }) => name === call.name);
    yield { type: 'acted', name: tool?.acted ?? call.name, data };
  }
  const { turnNumber } = turn.options.facts;
  yield { type: 'noted', note: { turnNumber, tool: call.name, input, result, failed } };
}

function* say(turn: Turn, sentences: readonly string[]): Generator<ModelStepOutput> {
  for (const sentence of sentences) {
    turn.said.push(sentence);
    yield { type: 'say', text: asPiece(sentence) };
  }
}

/** The model's own messages, with the words that the caller heard instead of those that were left out. */
function asHeard(written: readonly ModelMessage[], altered: boolean, heard: string): ModelMessage[] {
  if (!altered) return [...written];
  const before: ModelMessage[] = heard === '' ? [] : [{ role: 'assistant', content: heard }];
  const after = written.flatMap((message): ModelMessage[] => {
    if (message.role !== 'assistant' || typeof message.content === 'string') return [];
    const content = message.content.filter(({ type }) => type !== 'text');
    return content.length === 0 ? [] : [{ ...message, content }];
  });
  return [...before, ...after];
}

function resultPart(call: ModelCall, result: Json, failed: boolean) {
  return {
    type: 'tool-result' as const,
    toolCallId: call.id,
    toolName: call.name,
    output: { type: failed ? ('error-json' as const) : ('json' as const), value: toJsonValue(result) },
  };
}
