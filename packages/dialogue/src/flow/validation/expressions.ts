import type { Condition, ValueTemplate } from '@parley/contract/flow/parts.ts';
import { maxConditionDepth } from '../condition.ts';
import { FlowError } from '../flow-error.ts';
import { compilePattern } from '../pattern.ts';
import { isPlainText, parseTemplate, templateEngine } from '../template.ts';
import { isPath, pathOf } from '../value.ts';
import type { KnownNames } from './known-names.ts';
import type { Place, ProblemList } from './problem.ts';
import { pathsOfSimpleTemplate } from './simple-template.ts';

/** Values nested deeper than this are refused when they are evaluated. */
const maxValueDepth = 20;

/** Checks templates, values, conditions and patterns: that they can be read, and that what they name exists. */
export class ExpressionChecks {
  readonly #names: KnownNames;
  readonly #problems: ProblemList;

  constructor(names: KnownNames, problems: ProblemList) {
    this.#names = names;
    this.#problems = problems;
  }

  template(source: string, place: Place, field: string): void {
    if (isPlainText(source)) return;
    const paths = pathsOfSimpleTemplate(source);
    if (paths !== undefined) {
      for (const path of paths) this.#path(path.split('.'), place, field);
      return;
    }
    this.#guarded(place, field, () => {
      const { globals } = templateEngine().analyzeSync(parseTemplate(source), { partials: false });
      for (const variables of Object.values(globals)) {
        for (const variable of variables) {
          // What stands behind a computed name cannot be known.
          const dynamic = variable.segments.findIndex((segment) => typeof segment === 'object');
          const fixed = dynamic === -1 ? variable.segments : variable.segments.slice(0, dynamic);
          this.#path(fixed.map(String), place, field);
        }
      }
    });
  }

  value(value: ValueTemplate, place: Place, field: string, depth = 0): void {
    if (depth > maxValueDepth) {
      this.#problems.error('value_too_deep', place, field, 'The value is nested too deep');
    } else if (typeof value === 'string') {
      const path = pathOf(value);
      if (path === undefined) this.template(value, place, field);
      else if (isPath(path)) this.#path(path.split('.'), place, field);
      else this.#problems.error('value_invalid', place, field, `"${value.slice(0, 200)}" begins with = and is no path`);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) this.value(item, place, `${field}.${name}`, depth + 1);
    }
  }

  condition(condition: Condition, place: Place, field: string, depth = 1): void {
    if (depth > maxConditionDepth) {
      this.#problems.error('condition_too_deep', place, field, 'The condition is nested too deep');
    } else if ('all' in condition) {
      for (const [at, part] of condition.all.entries()) this.condition(part, place, `${field}.all.${at}`, depth + 1);
    } else if ('any' in condition) {
      for (const [at, part] of condition.any.entries()) this.condition(part, place, `${field}.any.${at}`, depth + 1);
    } else if ('not' in condition) {
      this.condition(condition.not, place, `${field}.not`, depth + 1);
    } else {
      this.#path(condition.value.split('.'), place, `${field}.value`);
      this.#comparison(condition, place, `${field}.to`);
    }
  }

  pattern(pattern: string, place: Place, field: string): void {
    this.#guarded(place, field, () => compilePattern(pattern));
  }

  #comparison({ is, to }: Extract<Condition, { is: string }>, place: Place, field: string): void {
    if (is === 'isSet' || is === 'isNotSet') return;
    if (to === undefined) {
      this.#problems.error('condition_invalid', place, field, `\`${is}\` has nothing to compare with`);
    } else if (is === 'matches') {
      if (typeof to === 'string') this.pattern(to, place, field);
      else this.#problems.error('condition_invalid', place, field, '`matches` has no expression');
    } else if (is === 'oneOf' && !Array.isArray(to) && pathOf(to) === undefined) {
      this.#problems.error('condition_invalid', place, field, '`oneOf` has no list');
    } else this.value(to, place, field);
  }

  /** The names of a path that can be known before the conversation. */
  #path([root = '', name, below]: readonly string[], place: Place, field: string): void {
    const { slots, results, facts } = this.#names;
    if (root === 'slots') {
      if (name !== undefined && !slots.has(name))
        this.#problems.error('slot_unknown', place, field, `There is no slot "${name}"`);
    } else if (root === 'results') {
      if (name !== undefined && !results.has(name))
        this.#problems.error('result_unknown', place, field, `Nothing is kept as results.${name}`);
    } else {
      const fields = Object.hasOwn(otherNames, root) ? otherNames[root] : undefined;
      if (fields === undefined || (name !== undefined && !fields.has(name))) {
        const path = name === undefined ? root : `${root}.${name}`;
        this.#problems.error('template_variable_unknown', place, field, `There is no ${path}`);
      } else if (name === 'names' && below !== undefined && !slots.has(below)) {
        this.#problems.error('slot_unknown', place, field, `There is no slot "${below}"`);
      } else if (name === 'facts' && below !== undefined && !facts.has(below)) {
        this.#problems.error('template_variable_unknown', place, field, `There is no fact "${below}"`);
      }
    }
  }

  #guarded(place: Place, field: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof FlowError)) throw error;
      const reason = `${error.reason.charAt(0).toUpperCase()}${error.reason.slice(1)}`;
      this.#problems.error(error.code, place, field, reason);
    }
  }
}

const otherNames: Readonly<Record<string, ReadonlySet<string>>> = {
  turn: new Set(['text', 'number', 'modality']),
  conversation: new Set(['id', 'language', 'facts', 'names', 'flows', 'wish']),
  now: new Set(['date', 'time', 'hour', 'weekday', 'epochMs', 'timeZone']),
};
