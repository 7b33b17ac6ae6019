import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';

export interface NodeChange {
  /** `moved`: only its place in the designer is another one. */
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  readonly flow: string;
  readonly node: string;
  /** What is different in a changed one: `text.en`, `slots.0.ask`; the first 50. */
  readonly fields: readonly string[];
}

export interface PartChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** `slots.date`, `intents.book`, `name`, `flows.booking.title`. */
  readonly part: string;
  /** Within the part, the first 50. */
  readonly fields: readonly string[];
}

/** What became of a definition. */
export interface DefinitionDiff {
  readonly nodes: readonly NodeChange[];
  readonly parts: readonly PartChange[];
}

const maxFields = 50;

/** What is different in the second definition, in the order of names. */
export function diffDefinitions(before: AgentDefinition, after: AgentDefinition): DefinitionDiff {
  const { flows: flowsBefore, ...restBefore } = before;
  const { flows: flowsAfter, ...restAfter } = after;
  const flows = bothKeys(flowsBefore, flowsAfter);
  return {
    nodes: flows.flatMap((flow) => diffNodes(flow, own(flowsBefore, flow)?.nodes, own(flowsAfter, flow)?.nodes)),
    parts: [
      ...bothKeys(restBefore, restAfter).flatMap((field) =>
        diffPart(field, own(restBefore, field), own(restAfter, field)),
      ),
      ...flows.flatMap((flow) => diffFlow(`flows.${flow}`, own(flowsBefore, flow), own(flowsAfter, flow))),
    ],
  };
}

type Flow = AgentDefinition['flows'][string];

function diffNodes(flow: string, before: Flow['nodes'] = {}, after: Flow['nodes'] = {}): readonly NodeChange[] {
  return bothKeys(before, after).flatMap((node): readonly NodeChange[] => {
    const [old, now] = [own(before, node), own(after, node)];
    if (old === undefined) return [{ kind: 'added', flow, node, fields: [] }];
    if (now === undefined) return [{ kind: 'removed', flow, node, fields: [] }];
    const fields = differences(old, now);
    if (fields.length === 0) return [];
    const isMoved = fields.every((field) => field === 'place' || field.startsWith('place.'));
    return [{ kind: isMoved ? 'moved' : 'changed', flow, node, fields }];
  });
}

function diffFlow(part: string, before: Flow | undefined, after: Flow | undefined): readonly PartChange[] {
  if (before === undefined) return [{ kind: 'added', part, fields: [] }];
  if (after === undefined) return [{ kind: 'removed', part, fields: [] }];
  const fields = differences({ ...before, nodes: 0 }, { ...after, nodes: 0 });
  return fields.length === 0 ? [] : [{ kind: 'changed', part, fields }];
}

/** Of maps of names (slots, intents) each name is a part; other fields are parts themselves. */
function diffPart(field: string, before: unknown, after: unknown): readonly PartChange[] {
  if (mapsOfNames.has(field) && isRecord(before) && isRecord(after)) {
    return bothKeys(before, after).flatMap((name) =>
      diffValue(`${field}.${name}`, own(before, name), own(after, name)),
    );
  }
  return diffValue(field, before, after);
}

const mapsOfNames: ReadonlySet<string> = new Set(['intents', 'slots', 'lists', 'wordings', 'facts', 'voices']);

function diffValue(part: string, before: unknown, after: unknown): readonly PartChange[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ kind: 'added', part, fields: [] }];
  if (after === undefined) return [{ kind: 'removed', part, fields: [] }];
  const fields = differences(before, after);
  return fields.length === 0 ? [] : [{ kind: 'changed', part, fields: fields.filter((field) => field !== '') }];
}

/** Paths at which two values of JSON differ; '' for the whole. */
function differences(before: unknown, after: unknown): readonly string[] {
  const found: string[] = [];
  collect(before, after, '', found);
  return found;
}

function collect(before: unknown, after: unknown, path: string, found: string[]): void {
  if (found.length >= maxFields || Object.is(before, after)) return;
  const bothLists = Array.isArray(before) && Array.isArray(after);
  const bothRecords = isRecord(before) && isRecord(after);
  if (!bothLists && !bothRecords) {
    found.push(path);
    return;
  }
  // The fields of lists are their indices.
  const [a, b] = [Object(before), Object(after)];
  for (const name of bothKeys(a, b)) collect(own(a, name), own(b, name), path === '' ? name : `${path}.${name}`, found);
}

function bothKeys(a: object, b: object): readonly string[] {
  // In the order of numbers where they are indices.
  const order = new Intl.Collator('en', { numeric: true });
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort((x, y) => order.compare(x, y) || (x < y ? -1 : 1));
}

function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
