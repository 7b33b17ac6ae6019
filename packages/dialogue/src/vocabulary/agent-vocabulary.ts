import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { NodeOf } from '@parley/contract/flow/nodes.ts';
import { openQuestion, type RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { variationsIn } from '../flow/pick-wording.ts';
import { examplesIn } from '../nlu/agent-intents.ts';
import { dayAndTimeAnswers, spokenAnswers, stayAnswers } from './answer-phrases.ts';
import { courtesies } from './courtesies.ts';
import { expandPhrases, type PlaceholderValues } from './expand-phrases.ts';
import { placeholders } from './slot-samples.ts';

/*
 * Phrases made of one template, at most. More of what answers the question, so that it outweighs the rest in the language model;
 * of the rest enough for its words to come up beside each other.
 */
/** Where anything may be said. */
const openings = 40;
/** Beside the answers to a question. */
const besides = 6;
/** Of an intent's examples, the first ones are what most callers say; beside an open question more of them would drown its answers. */
const examplesBeside = 10;
const answersATemplate = 200;
/** Above the number of first names: each follows each introduction once. */
const namesATemplate = 400;
const staysATemplate = 60;
const correctionsATemplate = 60;
/** Names and long numbers that can be put right while another question is open; all of them would drown its answers. */
const longCorrections = 30;

/**
 * What callers of the agent are expected to say, for recognisers that take a vocabulary: the examples of its intents, and in
 * the context of each slot that is asked for the ways to say its values.
 */
export function agentVocabulary(definition: AgentDefinition, language: string): RecognizerVocabulary {
  const values = placeholders(definition, language);
  const expand = (templates: readonly string[], limit: number) => expandPhrases(templates, values, limit);
  const forms = formsOf(definition);
  const yesNo = language.startsWith('vi') ? vietnameseYesNo : englishYesNo;
  const examples = Object.entries(definition.intents).map(([intent, { flow }]) => ({
    flow,
    phrases: examplesIn(definition, intent, language),
  }));
  // Callers begin with much of what the form will ask for; other wishes are short.
  const begun = new Set(forms.flatMap(({ flow, asked }) => (asked.length > 0 ? [flow] : [])));
  const all = examples.flatMap(({ flow, phrases }) =>
    expand(phrases, flow !== undefined && begun.has(flow) ? openings : besides),
  );
  // Whatever was asked, the caller may want something else, take something back or agree: no context locks that out. Wishes
  // that begin what is under way are not said again in the middle of it.
  const besidesIn = (form: Form) => {
    const corrections = slotsIn(definition, [form]).flatMap((name) =>
      correctionsOf(definition, values, name, language),
    );
    const wishes = examples.flatMap(({ flow, phrases }) =>
      flow === form.flow ? [] : expand(phrases.slice(0, examplesBeside), besides),
    );
    return unique([...wishes, ...corrections, ...dayAndTime(definition, form, language, values).corrections, ...yesNo]);
  };
  const contexts: Record<string, string[]> = {};
  for (const form of forms) {
    const always = besidesIn(form);
    const first = form.asked.find((name) => definition.slots[name]?.type !== 'yesNo');
    const begins = examples.flatMap(({ flow, phrases }) => (flow === form.flow ? expand(phrases, openings) : []));
    const together = dayAndTime(definition, form, language, values);
    const stays = staysOf(definition, form, language, values);
    // Told with the answer, or in place of it: "as soon as possible".
    const optional = form.optional.flatMap((name) =>
      definition.slots[name]?.type === 'list' && (values[name]?.length ?? 0) > 0 ? expand([`{${name}}`], 60) : [],
    );
    for (const name of form.asked) {
      const type = definition.slots[name]?.type;
      const answers = type === 'yesNo' ? yesNo : answersOf(definition, values, name, language);
      if (answers.length === 0) continue;
      const dayOrTime = type === 'date' || type === 'time' ? together.answers : [];
      const whole = type === 'date' || type === 'duration' ? stays : [];
      const rest = name === first ? [...begins, ...together.answers] : [];
      const before = contexts[name] ?? [];
      contexts[name] = unique([...before, ...answers, ...dayOrTime, ...whole, ...optional, ...rest, ...always]);
    }
  }
  const always = unique([
    ...forms.flatMap(besidesIn),
    ...examples.flatMap(({ phrases }) => expand(phrases.slice(0, examplesBeside), besides)),
  ]);
  // Asked what they want, callers say a wish or that there is none; names and days only as part of one. The short ones are heard
  // over all days and names only when they weigh as much as all wishes together.
  const short = unique([...yesNo, ...courtesies(language)]);
  const open = [...short, ...unique([...all, ...short])];
  // The pure answers stand several times so that they outweigh the rest in the language model.
  const toYesNo = (phrases: readonly string[]) => [...yesNo, ...yesNo, ...phrases];
  for (const [name, phrases] of Object.entries(contexts)) {
    if (definition.slots[name]?.type === 'yesNo') contexts[name] = toYesNo(phrases);
  }
  return {
    id: definition.id,
    phrases: unique([...Object.values(contexts).flat(), ...all, ...short, ...always]),
    contexts: { [openQuestion]: open, ...contexts, 'yes-no': toYesNo(always) },
  };
}

interface Form {
  readonly flow: string;
  readonly asked: readonly string[];
  readonly optional: readonly string[];
}

function formsOf(definition: AgentDefinition): readonly Form[] {
  return Object.entries(definition.flows).flatMap(([flow, { nodes }]) => {
    const forms = Object.values(nodes).filter((node): node is NodeOf<'form'> => node.type === 'form');
    return forms.map(({ slots }) => ({
      flow,
      asked: slots.flatMap(({ slot, optional }) => (optional ? [] : [slot])),
      optional: slots.flatMap(({ slot, optional }) => (optional ? [slot] : [])),
    }));
  });
}

function slotsIn(definition: AgentDefinition, forms: readonly Form[]): readonly string[] {
  return unique(forms.flatMap(({ asked }) => asked)).filter((name) => definition.slots[name] !== undefined);
}

function answersOf(definition: AgentDefinition, values: PlaceholderValues, name: string, language: string): string[] {
  const slot = definition.slots[name];
  if (slot === undefined || (values[name]?.length ?? 0) === 0) return [];
  const { answers } = spokenAnswers(slot.type, language);
  return expandPhrases(filled(answers, name), values, slot.type === 'person' ? namesATemplate : answersATemplate);
}

function correctionsOf(
  definition: AgentDefinition,
  values: PlaceholderValues,
  name: string,
  language: string,
): readonly string[] {
  const slot = definition.slots[name];
  if (slot === undefined || slot.type === 'yesNo') return [];
  const { corrections, changes } = spokenAnswers(slot.type, language);
  const isLong = slot.type === 'person' || slot.type === 'phone' || slot.type === 'digits' || slot.type === 'account';
  const limit = isLong ? longCorrections : correctionsATemplate;
  const said =
    (values[name]?.length ?? 0) > 0 ? expandPhrases(filled(corrections, name), spread(values, name), limit) : [];
  const titles = slot.title === undefined ? [] : variationsIn(slot.title, language);
  return [...said, ...titles.flatMap((title) => changes.map((change) => change.replace('{}', title)))];
}

/** Of a long list its values from all of it, not the first ones only. */
function spread(values: PlaceholderValues, name: string): PlaceholderValues {
  const list = values[name] ?? [];
  const step = Math.max(1, Math.floor(list.length / correctionsATemplate));
  return { ...values, [name]: step === 1 ? list : list.filter((_, at) => at % step === 0) };
}

/** A day and a time that one form asks for are told together. */
function dayAndTime(
  definition: AgentDefinition,
  { asked }: Form,
  language: string,
  values: PlaceholderValues,
): { readonly answers: readonly string[]; readonly corrections: readonly string[] } {
  const day = asked.find((name) => definition.slots[name]?.type === 'date');
  const time = asked.find((name) => definition.slots[name]?.type === 'time');
  if (day === undefined || time === undefined) return { answers: [], corrections: [] };
  const { answers, corrections } = dayAndTimeAnswers(language);
  const expand = (templates: readonly string[], limit: number) => expandPhrases(templates, values, limit);
  const named = (templates: readonly string[]) =>
    templates.map((template) => template.replace('{day}', `{${day}}`).replace('{time}', `{${time}}`));
  return {
    // Who is asked for the one may tell the other, or tell it again.
    answers: [
      ...answersOf(definition, values, day, language),
      ...answersOf(definition, values, time, language),
      ...expand(named(answers), answersATemplate),
    ],
    corrections: expand(named(corrections), correctionsATemplate),
  };
}

/** The days from which and until which, or for how long, are told together when a form asks for both ends. */
function staysOf(
  definition: AgentDefinition,
  { asked, optional }: Form,
  language: string,
  values: PlaceholderValues,
): readonly string[] {
  const slots = [...asked, ...optional];
  const from = slots.find((name) => definition.slots[name]?.part === 'from');
  const to = slots.find((name) => definition.slots[name]?.part === 'to');
  if (from === undefined || to === undefined) return [];
  const length = slots.find((name) => definition.slots[name]?.type === 'duration');
  const templates = stayAnswers(language).filter((template) => length !== undefined || !template.includes('{length}'));
  const named = templates.map((template) =>
    template.replace('{from}', `{${from}}`).replace('{to}', `{${to}}`).replace('{length}', `{${length}}`),
  );
  return expandPhrases(named, values, staysATemplate);
}

function filled(templates: readonly string[], name: string): string[] {
  return templates.map((template) => template.replace('{}', `{${name}}`));
}

const englishYesNo = [
  'yes',
  'yes please',
  'yeah',
  'yep',
  'yup',
  'sure',
  'okay',
  'ok',
  'correct',
  'right',
  "that's right",
  "yes that's right",
  "that's correct",
  "yes that's correct",
  'that is correct',
  'absolutely',
  'of course',
  'sounds good',
  'that sounds good',
  'perfect',
  'go ahead',
  'please do',
  'yes book it',
  'book it',
  'that works',
  'exactly',
  'fine',
  "that's fine",
  'yes it is',
  'no',
  'no thanks',
  'no thank you',
  'nope',
  'nah',
  'not really',
  "no that's wrong",
  "that's wrong",
  "that's not right",
  "no that's not right",
  'no it is not',
  "no it isn't",
  "that's not correct",
  'not quite',
  'no wrong',
  "no don't",
  'no wait',
  'wrong',
  'incorrect',
];
const vietnameseYesNo = [
  'có',
  'vâng',
  'dạ',
  'dạ vâng',
  'đúng',
  'đúng rồi',
  'được',
  'ừ',
  'không',
  'dạ không',
  'không phải',
  'sai rồi',
  'chưa',
];

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}
