import type { FlowNode } from '@parley/contract/flow/nodes.ts';
import type { Condition, ValueTemplate, Wording } from '@parley/contract/flow/parts.ts';

/** Something in a node, and the field that it stands in. */
export interface Part<Value> {
  readonly field: string;
  readonly value: Value;
}

/** What a node refers to and holds, whatever its type: each check looks at one kind of part in all nodes. */
export interface NodeParts {
  /** Ways on, to nodes of the same flow. */
  readonly ways: readonly Part<string>[];
  /** Nodes of the same flow that are named without being a way. */
  readonly forms: readonly Part<string>[];
  readonly wordings: readonly Part<Wording>[];
  /** Templates that are not said. */
  readonly templates: readonly Part<string>[];
  readonly values: readonly Part<ValueTemplate>[];
  readonly conditions: readonly Part<Condition>[];
  readonly slots: readonly Part<string>[];
  readonly intents: readonly Part<string>[];
  readonly tools: readonly Part<string>[];
  readonly flows: readonly Part<string>[];
  /** Results that it keeps. */
  readonly keeps: readonly string[];
  /** It always waits for the caller, or leaves the conversation to somebody else. */
  readonly waits: boolean;
}

export function partsOf(node: FlowNode): NodeParts {
  switch (node.type) {
    case 'start':
      return { ...nothing, ways: part('next', node.next) };
    case 'say':
      return {
        ...nothing,
        ways: part('next', node.next),
        wordings: [...part('text', node.text), ...part('ssml', node.ssml)],
      };
    case 'form':
      return formParts(node);
    case 'confirm':
      return {
        ...nothing,
        ways: [...part('yes', node.yes), ...part('no', node.no), ...part('stuck', node.stuck)],
        forms: part('corrects', node.corrects),
        wordings: [...part('text', node.text), ...part('whatElse', node.whatElse)],
        waits: true,
      };
    case 'route':
      return {
        ...nothing,
        ways: [
          ...node.choices.flatMap(({ next }, at) => part(`choices.${at}.next`, next)),
          ...part('stuck', node.stuck),
        ],
        wordings: [...part('text', node.text), ...part('again', node.again)],
        intents: node.choices.flatMap(({ intent }, at) => part(`choices.${at}.intent`, intent)),
        waits: true,
      };
    case 'menu':
      return menuParts(node);
    case 'condition':
      return {
        ...nothing,
        ways: [
          ...node.branches.flatMap(({ next }, at) => part(`branches.${at}.next`, next)),
          ...part('otherwise', node.otherwise),
        ],
        conditions: node.branches.flatMap(({ when }, at) => part(`branches.${at}.when`, when)),
      };
    case 'set':
      return {
        ...nothing,
        ways: part('next', node.next),
        values: [...record('slots', node.slots), ...record('results', node.results)],
        slots: Object.keys(node.slots).flatMap((name) => part(`slots.${name}`, name)),
        keeps: Object.keys(node.results),
      };
    case 'call':
      return {
        ...nothing,
        ways: [
          ...part('next', node.next),
          ...node.errors.flatMap(({ next }, at) => part(`errors.${at}.next`, next)),
          ...part('failed', node.failed),
        ],
        wordings: part('filler', node.filler),
        values: record('input', node.input),
        tools: part('tool', node.tool),
        keeps: node.result === undefined ? [] : [node.result],
      };
    case 'model':
      return {
        ...nothing,
        ways: [...part('next', node.next), ...part('failed', node.failed)],
        templates: part('instructions', node.instructions),
        slots: node.extract.flatMap((name, at) => part(`extract.${at}`, name)),
        tools: node.tools.flatMap((name, at) => part(`tools.${at}`, name)),
        waits: node.converses,
      };
    case 'code':
      return {
        ...nothing,
        ways: [...part('next', node.next), ...part('failed', node.failed)],
        values: record('input', node.input),
        keeps: [node.result],
      };
    case 'transfer':
      return {
        ...nothing,
        ways: part('failed', node.failed),
        wordings: part('text', node.text),
        templates: part('summary', node.summary),
      };
    case 'flow':
      return { ...nothing, ways: part('next', node.next), flows: part('flow', node.flow) };
    case 'split':
      return {
        ...nothing,
        ways: node.branches.flatMap(({ next }, at) => part(`branches.${at}.next`, next)),
        // Which branch was taken.
        keeps: [node.name],
      };
    case 'return':
      return nothing;
    case 'end':
      return { ...nothing, wordings: part('text', node.text) };
  }
}

function formParts(node: Extract<FlowNode, { type: 'form' }>): NodeParts {
  const { slots, derive, checks } = node;
  return {
    ...nothing,
    ways: [...part('next', node.next), ...part('stuck', node.stuck)],
    wordings: [
      ...slots.flatMap(({ ask, help }, at) => [
        ...part(`slots.${at}.ask`, ask),
        ...help.flatMap((wording, index) => part(`slots.${at}.help.${index}`, wording)),
      ]),
      ...checks.flatMap(({ say }, at) => part(`checks.${at}.say`, say)),
      ...part('echo', node.echo),
    ],
    values: [
      ...derive.flatMap((rule, at) => record(`derive.${at}.slots`, rule.slots)),
      ...checks.flatMap(({ look }, at) => record(`checks.${at}.look.input`, look?.input ?? {})),
    ],
    conditions: [
      ...derive.flatMap(({ when }, at) => part(`derive.${at}.when`, when)),
      ...slots.flatMap(({ when }, at) => part(`slots.${at}.when`, when)),
      ...checks.flatMap(({ wrong }, at) => part(`checks.${at}.wrong`, wrong)),
    ],
    slots: [
      ...slots.flatMap(({ slot }, at) => part(`slots.${at}.slot`, slot)),
      ...derive.flatMap((rule, at) =>
        Object.keys(rule.slots).flatMap((name) => part(`derive.${at}.slots.${name}`, name)),
      ),
      ...checks.flatMap(({ clear, needs }, at) => [
        ...clear.flatMap((name, index) => part(`checks.${at}.clear.${index}`, name)),
        ...needs.flatMap((name, index) => part(`checks.${at}.needs.${index}`, name)),
      ]),
    ],
    tools: checks.flatMap(({ look }, at) => part(`checks.${at}.look.tool`, look?.tool)),
    // The echo's template sees what was just heard.
    keeps: ['heard', ...checks.flatMap(({ look }) => look?.result ?? [])],
    waits: true,
  };
}

function menuParts(node: Extract<FlowNode, { type: 'menu' }>): NodeParts {
  const { options } = node;
  return {
    ...nothing,
    ways: [...options.flatMap(({ next }, at) => part(`options.${at}.next`, next)), ...part('stuck', node.stuck)],
    wordings: [...part('text', node.text), ...options.flatMap(({ names }, at) => part(`options.${at}.names`, names))],
    values: options.flatMap(({ set }, at) => record(`options.${at}.set`, set)),
    slots: options.flatMap(({ set }, at) =>
      Object.keys(set).flatMap((name) => part(`options.${at}.set.${name}`, name)),
    ),
    intents: options.flatMap(({ intent }, at) => part(`options.${at}.intent`, intent)),
    waits: true,
  };
}

function part<Value>(field: string, value: Value | undefined): readonly Part<Value>[] {
  return value === undefined ? [] : [{ field, value }];
}

function record<Value>(field: string, values: Readonly<Record<string, Value>>): readonly Part<Value>[] {
  return Object.entries(values).map(([name, value]) => ({ field: `${field}.${name}`, value }));
}

const nothing: NodeParts = {
  ways: [],
  forms: [],
  wordings: [],
  templates: [],
  values: [],
  conditions: [],
  slots: [],
  intents: [],
  tools: [],
  flows: [],
  keeps: [],
  waits: false,
};
