import type { Clock } from '@parley/engine/ports/clock.ts';
import type { ModelStepOutput as FlowStepOutput, ModelStep, ModelStepRequest } from '../flow/runner/parts.ts';
import type { JsonObject } from '../tools/tool.ts';
import { finishControl, slotsControl } from './controls.ts';
import { composeInstructions } from './instructions.ts';
import { type ModelLimits, modelLimits, nothingSpent, type TokenPrices } from './limits.ts';
import { ModelError } from './model-error.ts';
import type { Control, Persona, Rails } from './persona.ts';
import { railsDefaults } from './rails-defaults.ts';
import { runModelStep } from './run-model-step.ts';
import type { Model } from './stream-answer.ts';
import type { TurnFacts } from './tool-desk.ts';
import { toMessages } from './transcript.ts';
import { type AgentWording, wordingOf } from './wording.ts';

export interface ModelStepParts {
  readonly model: Model;
  readonly clock: Clock;
  readonly limits?: Partial<ModelLimits>;
  readonly prices?: TokenPrices;
  readonly rails?: Partial<Rails>;
  readonly wording?: Readonly<Record<string, Partial<AgentWording>>>;
  readonly onError?: (error: unknown, context: string) => void;
}

/**
 * A language model for the steps of flows: the same turn as an agent's, with the flow deciding what comes before and after.
 * A model that fails, or has used up its turn, is a way on in the flow, unless something was done: then the step is done.
 */
export function createModelStep(parts: ModelStepParts): ModelStep {
  const limits = { ...modelLimits, ...parts.limits };
  const onError = parts.onError ?? (() => {});
  return async function* respond(request, signal): AsyncGenerator<FlowStepOutput> {
    signal.throwIfAborted();
    let slots: JsonObject = {};
    let acted = false;
    const outputs = runModelStep({
      persona: personaOf(parts, request),
      messages: toMessages({
        summary: undefined,
        history: request.history,
        notes: [],
        text: request.text,
        historyCharacters: limits.historyCharacters,
      }),
      facts: factsOf(request),
      limits,
      prices: parts.prices,
      clock: parts.clock,
      wording: wordingOf(request.language, parts.wording),
      spentBefore: nothingSpent,
      doneBefore: [],
      // What the flow looked up is in its instructions.
      consultedBefore: true,
      proposals: [],
      signal,
      onError,
    });
    try {
      for await (const output of outputs) {
        switch (output.type) {
          case 'say':
            yield output;
            break;
          case 'acted':
            acted = true;
            yield output;
            break;
          case 'slots':
            slots = { ...slots, ...output.slots };
            break;
          case 'noted':
          // Persons are asked for by agents, not in a step of a flow.
          case 'waiting':
            break;
          case 'over':
            if (output.outcome.kind === 'exhausted' && !acted) yield { type: 'failed', code: 'budget_spent' };
            else yield { type: 'done', slots, finished: output.outcome.kind !== 'answered' || !request.converses };
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ModelError)) throw error;
      onError(error, 'model step');
      if (acted) yield { type: 'done', slots, finished: true };
      else yield { type: 'failed', code: error.code };
    }
  };
}

function personaOf({ model, rails: own }: ModelStepParts, request: ModelStepRequest): Persona {
  const { tools, extract, converses } = request;
  const rails: Rails = { ...railsDefaults, ...own };
  const asksFor = Object.keys(extract).length > 0;
  const controls: Control[] = [];
  // Taking values from what was said needs no words, unless there is more to do.
  if (asksFor) controls.push(slotsControl(extract, !converses && tools.length === 0));
  if (converses) controls.push(finishControl());
  return {
    id: 'step',
    model,
    tools,
    controls,
    rails,
    instructions: composeInstructions({
      instructions: request.instructions,
      rails,
      language: request.language,
      nowEpochMs: request.nowEpochMs,
      timeZone: request.timeZone,
      modality: 'voice',
      isUnsure: false,
      slots: request.slots,
      remarks: [
        asksFor ? 'Values that the caller told go into note_details, all of them in one call.' : '',
        converses ? 'Call finish_task when this task is done, or when the caller wants something else.' : '',
      ],
    }),
  };
}

function factsOf(request: ModelStepRequest): TurnFacts {
  const { conversationId, turnNumber, language, nowEpochMs, timeZone } = request;
  return { conversationId, turnNumber, language, nowEpochMs, timeZone, commit: () => request.commit() };
}
