import { Liquid, type Template } from 'liquidjs';
import { FlowError } from './flow-error.ts';
import type { Scope } from './scope.ts';
import { installFilters, sayValue } from './template-filters.ts';

/** As long as the longest template of a definition, the instructions of a model. */
const maxSourceLength = 20_000;
/**
 * Rendering takes ten microseconds, and ten milliseconds the very first time. This ends loops within loops before other calls of
 * the process are heard to stop, and leaves room for a machine that is busy.
 */
const maxRenderMs = 100;
/** Characters and list items that filters and ranges may make: as much as a long story, and no more. */
const maxMemory = 100_000;
/** Nobody listens longer: twenty minutes of speech. */
const maxTextLength = 20_000;
/** Parsed templates, of all agents of the process; some kilobytes each. */
const maxParsed = 4096;

/** Tags that reach for other files, are for web pages, or count from one rendering to the next. */
const refusedTags = ['include', 'render', 'layout', 'block', 'tablerow', 'increment', 'decrement', 'cycle'];

/**
 * The text of a Liquid template. What the scope holds is data: it never becomes template, and what it does not hold is empty.
 *
 * @throws FlowError `template_invalid`, `template_filter_unknown`, `template_too_large`
 */
export function renderTemplate(source: string, scope: Scope): string {
  return plain.render(source, scope);
}

/** The same for SSML: the template may have elements, what values hold is escaped. */
export function renderSsml(source: string, scope: Scope): string {
  return ssml.render(source, scope);
}

/**
 * Have what the first sentence of each language needs ready: the tables of dates and numbers take ten milliseconds to load, which
 * no caller should wait for.
 */
export function warmTemplates(languages: readonly string[]): void {
  for (const language of languages) {
    const conversation = { id: '', language, facts: {}, names: {}, flows: [], wish: '' };
    const now = { date: '2026-01-01', time: '00:00', hour: 0, weekday: 4, epochMs: 0, timeZone: 'UTC' };
    const turn = { text: '', number: 1, modality: 'text' } as const;
    try {
      renderTemplate(everyFilter, { slots: {}, results: {}, turn, conversation, now });
    } catch (error) {
      // A machine that is very busy at the start: what is not ready yet becomes so with the first sentence.
      if (!(error instanceof FlowError && error.code === 'template_too_large')) throw error;
    }
  }
}

const everyFilter = `
  {{ '2026-11-27' | say_date }} {{ '2027-11-27' | say_date }} {{ '15:30' | say_time }} {{ 'P1DT1H' | say_duration }}
  {{ 1500 | say_number }} {{ 20.5 | say_money: 'USD' }} {{ '+442079460000' | say_phone }} {{ 2 | plural: 'a', 'b' }}
  {{ 'a b' | split: ' ' | list }} {{ 'a b' | split: ' ' | list: 'or' }}`;

/**
 * Parse a template without keeping it, for checks.
 *
 * @throws FlowError as `renderTemplate` does
 */
export function parseTemplate(source: string): Template[] {
  return plain.parse(source);
}

/** The engine of plain templates, for looking into parsed ones. */
export function templateEngine(): Liquid {
  return plain.liquid;
}

interface Renderer {
  readonly liquid: Liquid;
  parse(source: string): Template[];
  render(source: string, scope: Scope): string;
}

const plain = makeRenderer((text) => text);
const ssml = makeRenderer(escapeXml);

function makeRenderer(written: (text: string) => string): Renderer {
  const liquid = makeLiquid(written);
  const parsed = new Map<string, Template[]>();
  const parse = (source: string) => guarded(() => liquid.parse(source));
  const parseOnce = (source: string) => {
    const known = parsed.get(source);
    if (known !== undefined) {
      // The one that was used last is dropped last.
      parsed.delete(source);
      parsed.set(source, known);
      return known;
    }
    const made = parse(source);
    const oldest = parsed.keys().next();
    if (parsed.size >= maxParsed && !oldest.done) parsed.delete(oldest.value);
    parsed.set(source, made);
    return made;
  };
  return {
    liquid,
    parse,
    render(source, scope) {
      if (isPlainText(source)) return source;
      const templates = parseOnce(source);
      const text = String(guarded(() => twiceIfLate(() => liquid.renderSync(templates, scope))));
      if (text.length > maxTextLength) {
        throw new FlowError('template_too_large', { reason: `it comes to more than ${maxTextLength} characters` });
      }
      return text;
    },
  };
}

/** The limit is of the clock: a process that was held up for so long gets another try, an endless template fails again. */
function twiceIfLate<Result>(render: () => Result): Result {
  try {
    return render();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('template render limit exceeded')) return render();
    throw error;
  }
}

/** Most sentences have no values: they need no parsing. */
export function isPlainText(source: string): boolean {
  return !source.includes('{{') && !source.includes('{%');
}

function makeLiquid(written: (text: string) => string): Liquid {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    parseLimit: maxSourceLength,
    renderLimit: maxRenderMs,
    memoryLimit: maxMemory,
    // No file is ever read: the tags that would are refused, and this is where they would look.
    templates: {},
    dynamicPartials: false,
    outputEscape: function (this: { context: { environments: object } }, value: unknown) {
      return written(sayValue(value, this.context.environments));
    },
  });
  for (const tag of refusedTags) delete liquid.tags[tag];
  installFilters(liquid);
  return liquid;
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof FlowError) throw error;
    const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    const code = message.startsWith('undefined filter')
      ? 'template_filter_unknown'
      : message.includes('limit exceeded')
        ? 'template_too_large'
        : 'template_invalid';
    throw new FlowError(code, { reason: message.replace(/, (?:file|line):.*$/, placeIn(message)) }, { cause: error });
  }
}

/** Liquid's "line:2, col:7" in words; of a single line the column only. */
function placeIn(message: string): string {
  const match = /line:(\d+), col:(\d+)/.exec(message);
  return match === null ? '' : ` at line ${match[1]}, column ${match[2]}`;
}

function escapeXml(text: string): string {
  return (
    text
      // XML has no place for these, not even escaped.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/[&<>"']/g, (character) => entities[character] ?? '')
  );
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
