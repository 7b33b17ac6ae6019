import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import type { RecognizerVocabulary } from '@parley/engine/ports/recognizer.ts';
import { variationsIn } from '../flow/pick-wording.ts';
import { examplesIn } from '../nlu/agent-intents.ts';
import { expandPhrases } from './expand-phrases.ts';
import { placeholders } from './slot-samples.ts';

/** Phrases made of one template: as many as its longest list of values has, up to this. */
const phrasesATemplate = 40;
const answersATemplate = 200;
const correctionsATemplate = 30;

/**
 * What callers of the agent are expected to say, for recognisers that take a vocabulary: the examples of its intents, and in
 * the context of each slot the ways to say its values.
 */
export function agentVocabulary(definition: AgentDefinition, language: string): RecognizerVocabulary {
  const isVietnamese = language.startsWith('vi');
  const values = placeholders(definition, language);
  const answers = isVietnamese ? vietnameseAnswers : englishAnswers;
  const yesNo = isVietnamese ? vietnameseYesNo : englishYesNo;
  const intents = Object.keys(definition.intents).flatMap((intent) =>
    expandPhrases(examplesIn(definition, intent, language), values, phrasesATemplate),
  );
  const corrections: string[] = [];
  const contexts: Record<string, readonly string[]> = {};
  for (const [name, slot] of Object.entries(definition.slots)) {
    const samples = values[name] ?? [];
    if (samples.length === 0) continue;
    const filled = (templates: readonly string[], limit: number) =>
      expandPhrases(
        templates.map((template) => template.replace('{}', `{${name}}`)),
        values,
        limit,
      );
    const titles = slot.title === undefined ? [] : variationsIn(slot.title, language);
    contexts[name] = filled(answers.answer, answersATemplate);
    corrections.push(...filled(answers.correction, correctionsATemplate));
    corrections.push(...titles.flatMap((title) => answers.change.map((change) => change.replace('{}', title))));
  }
  // Whatever was asked, the caller may want something else, take something back or agree: no context locks that out.
  const always = unique([...intents, ...corrections, ...yesNo]);
  const all = Object.fromEntries(
    Object.entries(contexts).map(([name, phrases]) => [name, unique([...phrases, ...always])]),
  );
  return {
    id: definition.id,
    phrases: unique([...Object.values(contexts).flat(), ...always]),
    // The pure answers stand several times so that they outweigh the rest in the language model.
    contexts: { ...all, 'yes-no': [...yesNo, ...yesNo, ...always] },
  };
}

const englishAnswers = {
  answer: ['{}', '{}', '{} please', "it's {}", 'um {}', "that's {}", 'for {}', 'on {}', 'at {}'],
  correction: ['no {}', 'actually {}', 'i meant {}', 'make it {}', 'sorry {}', 'can we make it {}'],
  change: ['change the {}', 'the {} is wrong', 'a different {}', 'another {}'],
};
const vietnameseAnswers = {
  answer: ['{}', '{}', 'dạ {}', 'là {}', '{} ạ'],
  correction: ['không {}', 'à không {}', 'đổi thành {}'],
  change: ['đổi {}', '{} sai rồi'],
};
const englishYesNo = [
  'yes',
  'yes please',
  'yeah',
  'yep',
  'sure',
  'okay',
  'ok',
  "that's right",
  "that's correct",
  'correct',
  'right',
  'go ahead',
  'please do',
  'sounds good',
  'no',
  'no thanks',
  'no thank you',
  'nope',
  "that's wrong",
  "that's not right",
  'not quite',
  'no wait',
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

function unique(phrases: readonly string[]): string[] {
  return [...new Set(phrases)];
}
