import { templateFilters } from '../template-filters.ts';

/**
 * The paths that a template names, if it has nothing but outputs of paths through known filters: `{{ slots.date | say_date }}`.
 * Most have, and looking at them costs a tenth of parsing them. Undefined for any other template: parse it.
 */
export function pathsOfSimpleTemplate(source: string): readonly string[] | undefined {
  if (source.includes('{%')) return undefined;
  const paths: string[] = [];
  let at = source.indexOf('{{');
  while (at !== -1) {
    output.lastIndex = at;
    const match = output.exec(source);
    if (match === null) return undefined;
    const [, path = '', filters = ''] = match;
    for (const [, name = ''] of filters.matchAll(filterName)) if (!known.has(name)) return undefined;
    paths.push(path);
    at = source.indexOf('{{', output.lastIndex);
  }
  return paths;
}

/** No escapes, quotes or braces within texts, no names in place of values: whatever is doubtful is parsed. */
const argument = String.raw`(?:'[^'"\\{}|]*'|"[^'"\\{}|]*"|\d{1,15})`;
const filter = String.raw`\| ?[a-z_]{1,40}(?:: ?${argument}(?:, ?${argument})*)? ?`;
const output = new RegExp(String.raw`\{\{-? ?([a-z]+(?:\.[A-Za-z_][A-Za-z0-9_]*)+) ?((?:${filter})*)-?\}\}`, 'y');
const filterName = /\| ?([a-z_]+)/g;
const known = new Set(templateFilters);
