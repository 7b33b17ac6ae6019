import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { cutSentences } from '@parley/engine/text/sentence-cutter.ts';
import { primaryLanguage } from '@parley/speech/provider/languages.ts';

/** As many as are made at once; what is beyond is made when it is said. */
const maxSentences = 300;

/** Fields of nodes that hold what is said. */
const spokenFields = new Set(['text', 'ask', 'say', 'again', 'echo', 'filler', 'whatElse', 'reprompts', 'offer']);

/** What an agent says as it is written, sentence by sentence: with nothing of a caller in it. */
export function fixedSentences({ flows, languages, wordings }: AgentDefinition, language: string): readonly string[] {
  const found = new Set<string>();
  const add = (text: string) => {
    for (const sentence of cut(text)) if (found.size < maxSentences) found.add(sentence);
  };
  /** @param isSpoken within a field that is said */
  const walk = (value: unknown, isSpoken: boolean): void => {
    if (typeof value === 'string') {
      if (isSpoken) add(value);
    } else if (Array.isArray(value)) {
      for (const item of value) walk(item, isSpoken);
    } else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value);
      const byLanguage =
        isSpoken && entries.length > 0 && entries.every(([name]) => languages.some((one) => isOf(name, one)));
      for (const [name, inner] of entries) {
        if (byLanguage) {
          if (isOf(name, language)) walk(inner, true);
        } else walk(inner, spokenFields.has(name));
      }
    }
  };
  for (const { nodes } of Object.values(flows)) walk(Object.values(nodes), false);
  for (const wording of Object.values(wordings)) walk(wording, true);
  return [...found];
}

/** Of a tree of texts that are said, in all languages, those with nothing filled in, sentence by sentence. */
export function sentencesOf(texts: unknown): readonly string[] {
  if (typeof texts === 'string') return cut(texts);
  return typeof texts === 'object' && texts !== null ? Object.values(texts).flatMap(sentencesOf) : [];
}

/** None of a text in which something is filled in: where that ends up is not known from its sentences. */
function cut(text: string): readonly string[] {
  if (/\{[{%]/.test(text)) return [];
  const { sentences, rest } = cutSentences(text);
  return [...sentences, rest.trim()].filter((sentence) => sentence !== '');
}

function isOf(name: string, language: string): boolean {
  return primaryLanguage(name) === primaryLanguage(language);
}
