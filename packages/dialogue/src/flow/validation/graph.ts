import type { Flow } from '@parley/contract/flow/agent-definition.ts';
import { circles, reachable } from './digraph.ts';
import { type NodeParts, partsOf } from './node-parts.ts';
import type { Place, ProblemList } from './problem.ts';

/** A flow, and what each of its nodes holds. */
export interface FlowGraph {
  readonly name: string;
  readonly flow: Flow;
  readonly parts: ReadonlyMap<string, NodeParts>;
  /** Names of its start nodes; there should be one. */
  readonly starts: readonly string[];
  /** From each node to those that it leads to. */
  readonly edges: ReadonlyMap<string, readonly string[]>;
}

export function graphOf(name: string, flow: Flow): FlowGraph {
  const entries = Object.entries(flow.nodes);
  const parts = new Map(entries.map(([node, data]) => [node, partsOf(data)]));
  return {
    name,
    flow,
    parts,
    starts: entries.flatMap(([node, { type }]) => (type === 'start' ? [node] : [])),
    edges: new Map(
      [...parts].map(([node, { ways }]) => [
        node,
        ways.flatMap(({ value }) => (Object.hasOwn(flow.nodes, value) ? [value] : [])),
      ]),
    ),
  };
}

/** That each flow has one beginning, that its ways lead somewhere, and that none goes in circles without the caller. */
export function checkGraphs(graphs: readonly FlowGraph[], problems: ProblemList): void {
  const passable = passableFlows(graphs);
  for (const graph of graphs) checkGraph(graph, passable, problems);
  checkRecursion(graphs, passable, problems);
}

function checkGraph(graph: FlowGraph, passable: ReadonlySet<string>, problems: ProblemList): void {
  const { name: flow, parts, starts, edges } = graph;
  if (starts.length === 0) problems.error('start_missing', { flow }, 'nodes', 'The flow has no start');
  for (const node of starts.slice(1))
    problems.error('start_twice', { flow, node }, '', `The flow begins at "${starts[0]}" already`);
  for (const [node, { ways, forms }] of parts) checkWays(graph, { flow, node }, [...ways, ...forms], problems);
  for (const { value, field, node } of correctedForms(graph)) {
    if (graph.flow.nodes[value]?.type !== 'form')
      problems.error('node_unknown', { flow, node }, field, `"${value}" is no form`);
  }
  if (starts.length > 0) {
    const reached = reachable(starts, edges);
    for (const node of parts.keys()) {
      if (!reached.has(node)) problems.error('node_unreachable', { flow, node }, '', 'No way leads to this node');
    }
  }
  const circling = new Set<string>();
  for (const circle of circles(edgesWithoutWaiting(graph, passable))) {
    for (const node of circle) circling.add(node);
    const [node = ''] = circle;
    const way = [...circle.slice(0, 10), node].join(' → ');
    problems.error(
      'cycle_without_waiting',
      { flow, node },
      '',
      `It goes in a circle without waiting for the caller: ${way}`,
    );
  }
  for (const dead of deadEnds(graph)) {
    if (dead.some((node) => circling.has(node))) continue;
    const [node = ''] = dead;
    problems.error(
      'no_way_on',
      { flow, node },
      '',
      'From here the flow never ends, returns or listens for something else',
    );
  }
}

function checkWays(
  { flow }: FlowGraph,
  place: Place,
  ways: readonly { readonly field: string; readonly value: string }[],
  problems: ProblemList,
): void {
  for (const { field, value } of ways) {
    const target = Object.hasOwn(flow.nodes, value) ? flow.nodes[value] : undefined;
    if (target === undefined) problems.error('node_unknown', place, field, `There is no node "${value}" in this flow`);
  }
}

function correctedForms({ flow, parts }: FlowGraph): { node: string; field: string; value: string }[] {
  return [...parts].flatMap(([node, { forms }]) =>
    forms.filter(({ value }) => Object.hasOwn(flow.nodes, value)).map((form) => ({ node, ...form })),
  );
}

/** Circles, and single nodes, that can be entered and not left, and where nothing ends or listens freely. */
function deadEnds({ flow, edges }: FlowGraph): readonly (readonly string[])[] {
  const backwards = new Map<string, string[]>();
  for (const [from, targets] of edges) {
    for (const to of targets) {
      const sources = backwards.get(to);
      if (sources === undefined) backwards.set(to, [from]);
      else sources.push(from);
    }
  }
  const exits = Object.entries(flow.nodes).flatMap(([name, { type }]) => (exitTypes.has(type) ? [name] : []));
  const leadsOut = reachable(exits, backwards);
  const inside = new Map([...edges].filter(([node]) => !leadsOut.has(node)));
  return circles(inside);
}

/** At a route callers may ask for anything; from a transfer the conversation is somebody else's. */
const exitTypes: ReadonlySet<string> = new Set(['end', 'return', 'transfer', 'route']);

/** Flows that can be gone through from start to return without waiting for the caller. */
function passableFlows(graphs: readonly FlowGraph[]): ReadonlySet<string> {
  const passable = new Set<string>();
  // Each round finds flows that pass through those of the round before; there are no more rounds than flows.
  for (let found = true; found; ) {
    found = false;
    for (const graph of graphs) {
      if (passable.has(graph.name)) continue;
      const reached = reachable(graph.starts, edgesWithoutWaiting(graph, passable));
      if (![...reached].some((node) => graph.flow.nodes[node]?.type === 'return')) continue;
      passable.add(graph.name);
      found = true;
    }
  }
  return passable;
}

/** The ways that are taken without the caller saying anything in between. */
function edgesWithoutWaiting(
  { parts, edges }: FlowGraph,
  passable: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const stays = ({ waits, flows }: NodeParts) => waits || flows.some(({ value }) => !passable.has(value));
  return new Map([...parts].map(([node, found]) => [node, stays(found) ? [] : (edges.get(node) ?? [])]));
}

/** Flows that start themselves again, directly or through others, before the caller has said anything. */
function checkRecursion(graphs: readonly FlowGraph[], passable: ReadonlySet<string>, problems: ProblemList): void {
  const starters = new Map<string, { readonly node: string; readonly starts: string }[]>();
  for (const graph of graphs) {
    const reached = reachable(graph.starts, edgesWithoutWaiting(graph, passable));
    const starting = [...reached].flatMap((node) =>
      (graph.parts.get(node)?.flows ?? []).map(({ value }) => ({ node, starts: value })),
    );
    starters.set(graph.name, starting);
  }
  const edges = new Map([...starters].map(([name, starting]) => [name, starting.map(({ starts }) => starts)]));
  for (const circle of circles(edges)) {
    const [flow = ''] = circle;
    const node = starters.get(flow)?.find(({ starts }) => circle.includes(starts))?.node;
    const way = [...circle.slice(0, 10), flow].join(' → ');
    problems.error(
      'flow_recursion',
      { flow, ...(node !== undefined && { node }) },
      'flow',
      `Flows start each other: ${way}`,
    );
  }
}
