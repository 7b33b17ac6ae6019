import type { AgentDefinition, Flow } from '@parley/contract/flow/agent-definition.ts';
import { stringify } from 'yaml';
import { parseYaml } from './files/yaml-file.ts';
import { FlowError } from './flow-error.ts';
import { partsOf } from './validation/node-parts.ts';

/** A hundred flows of two hundred nodes are six million characters. */
const maxTextLength = 20_000_000;
/** Reading YAML takes some forty times as long as JSON (0.6 s for this much), so larger agents are written as JSON. */
const maxYamlLength = 2_000_000;

/**
 * The whole agent as one text, for another place or for safekeeping: YAML, or JSON if it is very large. The same agent always gives the same text: nodes
 * stand in the order in which they are come to, all else by its name.
 */
export function exportAgent(definition: AgentDefinition): string {
  const ordered = inOrder(definition);
  const text = stringify(ordered, { lineWidth: 0, aliasDuplicateObjects: false });
  return text.length <= maxYamlLength ? text : JSON.stringify(ordered, undefined, 2);
}

/**
 * What is in an exported text, or in any agent written as JSON or YAML: to be given to `validateAgent`.
 *
 * @throws FlowError `file_too_large`, `file_invalid`
 */
export function importAgent(text: string): unknown {
  if (text.length > maxTextLength) throw tooLarge(maxTextLength);
  const json = /^\s*\{/.test(text) ? parseJson(text) : undefined;
  if (json !== undefined) return json.value;
  if (text.length > maxYamlLength) throw tooLarge(maxYamlLength);
  return parseYaml('agent', text).value;
}

/** Braces may begin YAML as well. */
function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function tooLarge(limit: number): FlowError {
  return new FlowError('file_too_large', { reason: `the text has more than ${limit} characters` });
}

function inOrder(definition: AgentDefinition): AgentDefinition {
  const { flows, intents, slots, lists, wordings, facts } = definition;
  const names = Object.keys(flows).sort(
    (a, b) => Number(b === definition.start) - Number(a === definition.start) || order(a, b),
  );
  return {
    ...definition,
    intents: byName(intents),
    slots: byName(slots),
    lists: byName(lists),
    wordings: byName(wordings),
    facts: byName(facts),
    flows: pick(
      Object.fromEntries(Object.entries(flows).map(([name, flow]) => [name, { ...flow, nodes: nodesInOrder(flow) }])),
      names,
    ),
  };
}

/** From the start along the ways, the first way of a node first; what is not come to last. */
function nodesInOrder({ nodes }: Flow): Flow['nodes'] {
  const names = Object.keys(nodes).sort(order);
  const open = names.filter((name) => nodes[name]?.type !== 'start').reverse();
  open.push(...names.filter((name) => nodes[name]?.type === 'start').reverse());
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = Object.hasOwn(nodes, name) ? nodes[name] : undefined;
    if (node === undefined || seen.has(name)) continue;
    seen.add(name);
    open.push(
      ...partsOf(node)
        .ways.map(({ value }) => value)
        .reverse(),
    );
  }
  return pick(nodes, [...seen]);
}

function byName<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return pick(record, Object.keys(record).sort(order));
}

function pick<Value>(record: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = record[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The same everywhere: no collation of the host's language. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
