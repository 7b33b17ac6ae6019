import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A metric that an expression names. */
export interface NamedMetric {
  readonly metric: string;
  /** What is asked of its labels. */
  readonly matchers: readonly { readonly label: string; readonly op: string; readonly value: string }[];
  /** Labels that it is grouped by, in whatever is around it. */
  readonly groupedBy: readonly string[];
}

/**
 * The metrics that an expression of PromQL names.
 * @throws Error for what is no PromQL
 */
export function metricsIn(expression: string): NamedMetric[] {
  const metrics: NamedMetric[] = [];
  const textOf = ({ from, to }: SyntaxNode) => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter: ({ type, name, node }) => {
      if (type.isError) throw new Error(`This is no PromQL, from ${node.from} on: ${expression}`);
      if (name !== 'VectorSelector') return;
      metrics.push({
        metric: descendants(node, 'Identifier').map(textOf)[0] ?? '',
        matchers: descendants(node, 'UnquotedLabelMatcher').map((matcher) => {
          const [label = '', op = '', value = ''] = childrenOf(matcher).map(textOf);
          return { label, op, value: value.slice(1, -1) };
        }),
        groupedBy: around(node, 'AggregateExpr').flatMap((aggregate) =>
          childrenOf(aggregate)
            .filter((child) => child.name === 'AggregateModifier')
            .flatMap((modifier) => descendants(modifier, 'LabelName'))
            .map(textOf),
        ),
      });
    },
  });
  return metrics;
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function descendants(node: SyntaxNode, name: string): SyntaxNode[] {
  return childrenOf(node).flatMap((child) => [...(child.name === name ? [child] : []), ...descendants(child, name)]);
}

function around(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let outer = node.parent; outer !== null; outer = outer.parent) if (outer.name === name) found.push(outer);
  return found;
}
