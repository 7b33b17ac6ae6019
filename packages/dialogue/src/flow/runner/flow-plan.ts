import type { AgentDefinition, Flow } from '@parley/contract/flow/agent-definition.ts';
import type { FlowNode, NodeOf, NodeType } from '@parley/contract/flow/nodes.ts';
import type { AnyTool } from '../../tools/tool.ts';

/** A definition made ready to run: what each turn would otherwise look up again. */
export interface FlowPlan {
  readonly definition: AgentDefinition;
  readonly tools: ReadonlyMap<string, AnyTool>;
  node(flow: string, node: string): FlowNode | undefined;
  /** The name of the flow's start node. */
  startOf(flow: string): string | undefined;
  /** Slots that the flow's forms ask for. */
  slotsOf(flow: string): readonly string[];
  /** Those of them that it always has a question for, in the order in which it asks. */
  askedIn(flow: string): readonly string[];
  /** The flow only tells something and comes back: a question on the way, that asks and changes nothing. */
  onlyTells(flow: string): boolean;
  /** The flow talks and asks, and looks up, does and collects nothing: begun anew, nothing is lost or done twice. */
  onlyTalks(flow: string): boolean;
  /** Slots that are heard at any time. */
  readonly alwaysHeard: readonly string[];
  /** Slots whose values are never said, shown or handed on. */
  readonly secrets: readonly string[];
  /** Intents that lead somewhere wherever the conversation stands. */
  readonly everywhere: readonly string[];
}

/** @param definition a valid one: see `validateAgent` */
export function planFlows(definition: AgentDefinition, tools: readonly AnyTool[]): FlowPlan {
  const starts = new Map<string, string>();
  const slots = new Map<string, readonly string[]>();
  const asked = new Map<string, readonly string[]>();
  const reading = new Set(tools.flatMap(({ name, effect }) => (effect === 'reads' ? [name] : [])));
  const consistsOf = (flow: string, is: (node: FlowNode) => boolean) =>
    Object.values(ownValue(definition.flows, flow)?.nodes ?? {}).every(is);
  for (const [name, flow] of Object.entries(definition.flows)) {
    const start = Object.entries(flow.nodes).find(([, node]) => node.type === 'start');
    if (start !== undefined) starts.set(name, start[0]);
    slots.set(
      name,
      slotsIn(flow, () => true),
    );
    asked.set(
      name,
      slotsIn(flow, ({ optional, when }) => !optional && when === undefined),
    );
  }
  return {
    definition,
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    node: (flow, node) => ownValue(ownValue(definition.flows, flow)?.nodes, node),
    startOf: (flow) => starts.get(flow),
    slotsOf: (flow) => slots.get(flow) ?? [],
    askedIn: (flow) => asked.get(flow) ?? [],
    onlyTells: (flow) =>
      consistsOf(flow, (node) => {
        if (node.type === 'call') return reading.has(node.tool);
        // A form of optional slots takes what was told, and asks nothing.
        return node.type === 'form' ? node.slots.every(({ optional }) => optional) : telling.has(node.type);
      }),
    onlyTalks: (flow) => consistsOf(flow, ({ type }) => telling.has(type) || talking.has(type)),
    alwaysHeard: Object.entries(definition.slots).flatMap(([name, slot]) => (slot.heard === 'always' ? [name] : [])),
    secrets: Object.entries(definition.slots).flatMap(([name, slot]) => (slot.privacy === 'secret' ? [name] : [])),
    everywhere: Object.entries(definition.intents).flatMap(([name, intent]) =>
      intent.flow !== undefined || intent.does !== undefined ? [name] : [],
    ),
  };
}

const telling: ReadonlySet<NodeType> = new Set(['start', 'say', 'set', 'condition', 'split', 'code', 'return']);
const talking: ReadonlySet<NodeType> = new Set(['confirm', 'menu', 'transfer', 'end']);

function slotsIn(flow: Flow, which: (asked: NodeOf<'form'>['slots'][number]) => boolean): readonly string[] {
  const names = Object.values(flow.nodes).flatMap((node) =>
    node.type === 'form' ? node.slots.filter(which).map(({ slot }) => slot) : [],
  );
  return [...new Set(names)];
}

/** Names come from memory and definitions: one such as `constructor` must not find what every object has. */
function ownValue<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
