import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { Wording } from '@parley/contract/flow/parts.ts';
import { nearestLanguage } from '../pick-wording.ts';
import { systemWordings } from '../runner/system-wordings.ts';
import type { ExpressionChecks } from './expressions.ts';
import type { KnownNames } from './known-names.ts';
import type { Place, ProblemList } from './problem.ts';

/** What a check of the definition works with. */
export interface Checked {
  readonly definition: AgentDefinition;
  readonly names: KnownNames;
  readonly expressions: ExpressionChecks;
  readonly problems: ProblemList;
}

/** The definition apart from its flows: slots, lists, intents, and the sentences that stand outside of flows. */
export function checkAgentParts(checked: Checked): void {
  const { definition, problems } = checked;
  if (!Object.hasOwn(definition.flows, definition.start)) {
    problems.error('start_flow_missing', {}, 'start', `There is no flow "${definition.start}"`);
  }
  if (definition.timeZone !== undefined && !isTimeZone(definition.timeZone)) {
    problems.error('time_zone_unknown', {}, 'timeZone', `There is no time zone "${definition.timeZone}"`);
  }
  checkSlots(checked);
  checkLists(checked);
  checkIntents(checked);
  for (const [name, wording] of Object.entries(definition.wordings)) {
    checkWording(checked, wording, {}, `wordings.${name}`);
    if (!Object.hasOwn(systemWordings, name))
      problems.warning('wording_unknown', {}, `wordings.${name}`, `The platform has no sentence "${name}" to replace`);
  }
  for (const [name, fact] of Object.entries(definition.facts)) {
    if (typeof fact === 'object') checkTranslated(checked, fact, {}, `facts.${name}`);
  }
}

/** That it is written in each of the agent's languages, and that its templates can be rendered. */
export function checkWording(checked: Checked, wording: Wording, place: Place, field: string): void {
  checkTranslated(checked, wording, place, field);
  for (const { field: below, source } of templatesIn(wording)) {
    checked.expressions.template(source, place, `${field}${below}`);
  }
}

function checkTranslated({ definition, problems }: Checked, wording: Wording, place: Place, field: string): void {
  const { languages } = definition;
  const report = (reason: string) => problems.error('translation_missing', place, field, reason);
  if (typeof wording === 'string' || Array.isArray(wording)) {
    // Without a language it is in the agent's only one, or nobody knows in which.
    if (languages.length > 1) report(`It names no language, and the agent has ${languages.join(', ')}`);
    return;
  }
  const written = Object.keys(wording);
  for (const language of languages) {
    if (nearestLanguage(written, language) === undefined) report(`It is not written in ${language}`);
  }
}

/** Every variation in every language, and its field below the wording's. */
export function templatesIn(wording: Wording): readonly { readonly field: string; readonly source: string }[] {
  if (typeof wording === 'string') return [{ field: '', source: wording }];
  return Object.entries(wording).flatMap(([name, written]) =>
    typeof written === 'string'
      ? [{ field: `.${name}`, source: written }]
      : Object.entries(written).map(([at, source]) => ({ field: `.${name}.${at}`, source })),
  );
}

function checkSlots(checked: Checked): void {
  const { definition, names, expressions, problems } = checked;
  for (const [name, slot] of Object.entries(definition.slots)) {
    const field = `slots.${name}`;
    if (slot.title !== undefined) checkWording(checked, slot.title, {}, `${field}.title`);
    if (slot.unit !== undefined) checkWording(checked, slot.unit, {}, `${field}.unit`);
    if (slot.type === 'list' && slot.list === undefined && slot.entries === undefined)
      problems.error('list_missing', {}, `${field}.list`, `The slot "${name}" takes entries of a list, and names none`);
    if (slot.list !== undefined && !names.lists.has(slot.list))
      problems.error('list_unknown', {}, `${field}.list`, `There is no list "${slot.list}"`);
    if (slot.type === 'pattern' && slot.pattern === undefined)
      problems.error('pattern_missing', {}, `${field}.pattern`, `The slot "${name}" takes a pattern, and has none`);
    if (slot.pattern !== undefined) expressions.pattern(slot.pattern, {}, `${field}.pattern`);
    if (slot.length !== undefined && slot.length.min > slot.length.max)
      problems.error('limits_invalid', {}, `${field}.length`, 'The least length is greater than the greatest');
  }
}

function checkLists({ definition, problems }: Checked): void {
  for (const [name, entries] of Object.entries(definition.lists)) {
    if (entries.length === 0) problems.error('list_empty', {}, `lists.${name}`, `The list "${name}" is empty`);
    const values = new Set<string>();
    for (const [at, { value }] of entries.entries()) {
      if (values.has(value))
        problems.warning('entry_twice', {}, `lists.${name}.${at}.value`, `"${value}" is there twice`);
      values.add(value);
    }
  }
}

function checkIntents(checked: Checked): void {
  const { definition, names, problems } = checked;
  const listenedFor = intentsOfRoutes(definition);
  for (const [name, intent] of Object.entries(definition.intents)) {
    const field = `intents.${name}`;
    if (intent.title !== undefined) checkWording(checked, intent.title, {}, `${field}.title`);
    if (intent.flow !== undefined && !names.flows.has(intent.flow))
      problems.error('flow_unknown', {}, `${field}.flow`, `There is no flow "${intent.flow}"`);
    checkPlaceholders(checked, name, intent.examples);
    // What everybody's callers say for these, the platform knows; a model needs no examples.
    if (names.hasModel || intent.does !== undefined) continue;
    const written = Object.entries(intent.examples).flatMap(([language, list]) => (list.length > 0 ? [language] : []));
    const missing = definition.languages.filter((language) => nearestLanguage(written, language) === undefined);
    const where = `${field}.examples`;
    if (written.length === 0) {
      const reason = `The intent "${name}" has no examples, so it is never understood`;
      // The options of a menu can be chosen by key and by name all the same.
      if (intent.flow !== undefined || listenedFor.has(name)) problems.error('examples_missing', {}, where, reason);
      else problems.warning('examples_missing', {}, where, reason);
    } else {
      for (const language of missing)
        problems.warning('examples_missing', {}, where, `The intent "${name}" has no examples in ${language}`);
    }
  }
}

function intentsOfRoutes({ flows }: AgentDefinition): ReadonlySet<string> {
  const intents = new Set<string>();
  for (const { nodes } of Object.values(flows)) {
    for (const node of Object.values(nodes)) {
      if (node.type === 'route') for (const { intent } of node.choices) intents.add(intent);
    }
  }
  return intents;
}

function checkPlaceholders(
  { names, problems }: Checked,
  intent: string,
  examples: Readonly<Record<string, readonly string[]>>,
): void {
  for (const [language, list] of Object.entries(examples)) {
    for (const [at, example] of list.entries()) {
      if (!example.includes('{')) continue;
      for (const [, slot = ''] of example.matchAll(/\{([^{}]{0,100})\}/g)) {
        if (names.slots.has(slot.trim())) continue;
        const field = `intents.${intent}.examples.${language}.${at}`;
        problems.error('slot_unknown', {}, field, `There is no slot "${slot}"`);
      }
    }
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
