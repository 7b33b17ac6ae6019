import type { AgentMemory, AgentOutput, AgentRequest } from '@parley/engine/ports/agent.ts';
import type { Clock } from '@parley/engine/ports/clock.ts';
import type { HandOff, HandOffTarget } from '../flow/runner/parts.ts';
import type { AnyTool, Json, JsonObject } from '../tools/tool.ts';
import { type ModelLimits, modelLimits, type TokenPrices } from './limits.ts';
import { ModelError } from './model-error.ts';
import type { Rails } from './persona.ts';
import type { Model } from './stream-answer.ts';
import type { AgentWording } from './wording.ts';

/** One of those that share a conversation: one speaks at a time. */
export interface ModelRole {
  /** Letters, digits and underscores: it becomes part of a tool's name. */
  readonly id: string;
  /** What it is for: read by the others, which hand over to it. */
  readonly description: string;
  /** Who it is, what it does and how, in any language. */
  readonly instructions: string;
  readonly tools: readonly AnyTool[];
  /** Roles that it may hand over to; all others, if left out. */
  readonly handOffTo?: readonly string[];
  readonly rails?: Partial<Rails>;
  /** In place of the agent's. */
  readonly model?: Model;
}

export interface ModelAgentDefinition extends ModelRole {
  /** BCP 47. */
  readonly language: string;
  readonly voice?: string;
  /** Colleagues that the conversation can be handed to. */
  readonly team?: readonly ModelRole[];
  /** Persons who can take over. */
  readonly person?: { readonly to: HandOffTarget; readonly when: string };
  /** Values to be taken from the conversation, with a description each; recorded with the turn. */
  readonly slots?: Readonly<Record<string, string>>;
  /** By base language (`en`): sentences in place of the agent's own. */
  readonly wording?: Readonly<Record<string, Partial<AgentWording>>>;
  readonly limits?: Partial<ModelLimits>;
}

export interface ModelAgentParts {
  readonly model: Model;
  /** A cheaper one for summaries; the same, if left out. */
  readonly summaryModel?: Model;
  readonly clock: Clock;
  readonly prices?: TokenPrices;
  /** Without it the wish for a person is recorded, and the conversation ends. */
  readonly handOff?: HandOff;
  readonly flows?: FlowStarter;
  /** Failures that the conversation got over: for the log. */
  readonly onError?: (error: unknown, context: string) => void;
}

/** Flows that a model can begin; a flow keeps the floor until it is over. */
export interface FlowStarter {
  readonly flows: readonly {
    readonly name: string;
    readonly description: string;
    /** Slots that the model may fill in advance, with a description each. */
    readonly slots?: Readonly<Record<string, string>>;
  }[];
  /**
   * Take the turn. `request.memory` is the flow's own: what it last finished with, and undefined when it begins.
   *
   * @param start slots to begin with; undefined when the flow goes on
   */
  respond(
    flow: string,
    start: JsonObject | undefined,
    request: AgentRequest,
    signal: AbortSignal,
  ): AsyncIterable<FlowOutput>;
}

export type FlowOutput =
  | Exclude<AgentOutput, { readonly type: 'finished' }>
  | {
      readonly type: 'finished';
      readonly memory: AgentMemory;
      readonly expects: string | undefined;
      readonly end: boolean;
      readonly expectsSecret?: boolean;
      /** The flow is done, and this is what came of it: the model goes on. */
      readonly over: { readonly result: Json } | undefined;
    };

export function limitsOf({ limits }: Pick<ModelAgentDefinition, 'limits'>): ModelLimits {
  return { ...modelLimits, ...limits };
}

/** @throws ModelError `definition_invalid` naming what is wrong */
export function checkDefinition(definition: ModelAgentDefinition): readonly ModelRole[] {
  const roles: readonly ModelRole[] = [definition, ...(definition.team ?? [])];
  const fail = (detail: string): never => {
    throw new ModelError('definition_invalid', detail);
  };
  const ids = roles.map(({ id }) => id);
  for (const { id, tools, handOffTo = [], rails = {}, instructions } of roles) {
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(id)) fail(`The role "${id}" needs an id of letters, digits and underscores.`);
    if (ids.filter((each) => each === id).length > 1) fail(`There are two roles "${id}".`);
    if (instructions.trim() === '') fail(`The role "${id}" has no instructions.`);
    const names = tools.map(({ name }) => name);
    for (const name of names) {
      if (!/^[A-Za-z0-9_]{1,64}$/.test(name)) fail(`The tool "${name}" of "${id}" needs a name of letters and digits.`);
      if (names.filter((each) => each === name).length > 1) fail(`The role "${id}" has two tools "${name}".`);
      if (isControlName(name)) fail(`The tool "${name}" of "${id}" has a name that the agent itself uses.`);
    }
    for (const other of handOffTo)
      if (!ids.includes(other)) fail(`"${id}" hands over to "${other}", which is no role.`);
    const { confirmFirst = [], untrusted = [], fulfils = {} } = rails;
    for (const name of [...confirmFirst, ...untrusted, ...Object.values(fulfils).flat()]) {
      if (!names.includes(name)) fail(`The rails of "${id}" name the tool "${name}", which it does not have.`);
    }
  }
  return roles;
}

export const controlNames = {
  person: 'transfer_to_person',
  end: 'end_conversation',
  flow: 'start_flow',
  slots: 'note_details',
  finish: 'finish_task',
  /** With the role's id after it. */
  agent: 'hand_off_to_',
} as const;

function isControlName(name: string): boolean {
  return Object.values(controlNames).some((each) => name === each) || name.startsWith(controlNames.agent);
}
