import type { z } from 'zod';
import type { Place, ProblemList } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** What the schema objects to, at the nodes and fields where the designer shows it. */
export function reportSchemaIssues(issues: readonly Issue[], problems: ProblemList): void {
  for (const issue of issues) {
    const nearest = nearestIssue(issue);
    const { place, field } = placeOf(nearest.path);
    problems.error('schema_invalid', place, field, reasonAt(field, nearest.issue));
  }
}

interface Located {
  readonly issue: Issue;
  readonly path: readonly PropertyKey[];
}

/** Of a choice between forms the one that was meant: the one whose objections lie deepest and are fewest. */
function nearestIssue(issue: Issue, above: readonly PropertyKey[] = []): Located {
  const path = [...above, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return { issue, path };
  const [best = []] = [...issue.errors].sort((a, b) => atRoot(a) - atRoot(b) || a.length - b.length);
  const [first] = best;
  // "Neither text, list nor languages": the field itself has the wrong form.
  if (first === undefined || (atRoot(best) > 0 && issue.errors.length > 1)) return { issue, path };
  return nearestIssue(first, path);
}

function atRoot(issues: readonly Issue[]): number {
  return issues.filter(({ path }) => path.length === 0).length;
}

function placeOf(path: readonly PropertyKey[]): { place: Place; field: string } {
  const names = path.map(String);
  const [root, flow, kind, node, ...inNode] = names;
  if (root !== 'flows' || flow === undefined) return { place: {}, field: names.join('.') };
  if (kind !== 'nodes' || node === undefined) return { place: { flow }, field: names.slice(2).join('.') };
  return { place: { flow, node }, field: inNode.join('.') };
}

/** With the field: a line of YAML may hold several. */
function reasonAt(field: string, issue: Issue): string {
  const reason = reasonOf(issue);
  return field === '' ? reason : `\`${field}\`: ${reason}`;
}

function reasonOf(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `There is no field ${issue.keys.slice(0, 5).join(', ')} here`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    case 'invalid_union':
      return issue.errors.length === 0 ? issue.message : 'This has none of the forms that it may have';
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? `It is missing: it must be ${issue.expected}`
        : issue.message.replace('Invalid input: ', 'It is wrong: ');
    default:
      return issue.message;
  }
}
