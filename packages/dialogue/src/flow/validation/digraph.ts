type Edges = ReadonlyMap<string, readonly string[]>;

/** Everything that can be reached from the beginnings, them included. Without recursion: graphs may be long. */
export function reachable(from: readonly string[], edges: Edges): ReadonlySet<string> {
  const reached = new Set(from);
  const open = [...from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of edges.get(node) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(next);
    }
  }
  return reached;
}

/**
 * Groups of nodes of which each leads to each: a node that leads to itself is one. In the order of the edges; within a group
 * the first one first. Tarjan's, with a stack of its own in place of recursion.
 */
export function circles(edges: Edges): readonly (readonly string[])[] {
  const visits = new Map<string, Visit>();
  const stack: string[] = [];
  const found: string[][] = [];
  for (const root of edges.keys()) {
    if (visits.has(root)) continue;
    const path = [begin(root, visits, stack)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = edges.get(top.node)?.[top.taken];
      if (next !== undefined) {
        top.taken += 1;
        const known = visits.get(next);
        if (known === undefined) path.push(begin(next, visits, stack));
        else if (known.onStack) top.low = Math.min(top.low, known.order);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) parent.low = Math.min(parent.low, top.low);
      if (top.low !== top.order) continue;
      const group = stack.splice(stack.lastIndexOf(top.node));
      for (const node of group) {
        const visit = visits.get(node);
        if (visit !== undefined) visit.onStack = false;
      }
      if (group.length > 1 || edges.get(top.node)?.includes(top.node)) found.push(group);
    }
  }
  return found;
}

interface Visit {
  readonly node: string;
  readonly order: number;
  low: number;
  /** Edges that were followed already. */
  taken: number;
  onStack: boolean;
}

function begin(node: string, visits: Map<string, Visit>, stack: string[]): Visit {
  const visit: Visit = { node, order: visits.size, low: visits.size, taken: 0, onStack: true };
  visits.set(node, visit);
  stack.push(node);
  return visit;
}
