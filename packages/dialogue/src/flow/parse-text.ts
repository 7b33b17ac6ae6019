import type { AgentDefinition } from '@parley/contract/flow/agent-definition.ts';
import { readSentiment, type Sentiment } from '../entities/answer/sentiment.ts';
import { findEntities } from '../entities/find-entities.ts';
import { ENTITY_KINDS, type EntityKind, type FoundEntity } from '../entities/found-entity.ts';
import type { IntentClassifier, IntentGuess } from '../nlu/intent-classifier.ts';
import { kindsBySlot, listsOf, patternsOf } from './runner/slot-findings.ts';

export interface TextToParse {
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  readonly expectedIntents: readonly string[];
  /** A slot of the definition that the text answers. */
  readonly slotAsked: string | undefined;
  readonly nowEpochMs: number;
  /** IANA; the definition's own is preferred. */
  readonly timeZone: string;
}

export interface ParsedText {
  readonly guess: IntentGuess;
  readonly entities: readonly FoundEntity[];
  readonly sentiment: Sentiment;
}

/** Kinds that say something of the whole text have answers of their own. */
const kinds: readonly EntityKind[] = ENTITY_KINDS.filter((kind) => kind !== 'sentiment');

/** What a text means to an agent outside of any conversation: its intent, and all values that it holds. */
export async function parseText(
  {
    definition,
    classifiers,
  }: { readonly definition: AgentDefinition; readonly classifiers: ReadonlyMap<string, IntentClassifier> },
  { text, language, expectedIntents, slotAsked, nowEpochMs, timeZone }: TextToParse,
  signal: AbortSignal,
): Promise<ParsedText> {
  const base = language.split('-')[0] ?? language;
  const entityLanguage = base === 'vi' ? 'vi' : 'en';
  const slot = slotAsked === undefined ? undefined : definition.slots[slotAsked];
  const guess = await classifiers.get(base)?.classify(text, { expectedIntents, slotAsked }, signal);
  return {
    guess: guess ?? { intent: undefined, confidence: 0, ranking: [] },
    entities: findEntities(text, {
      language: entityLanguage,
      nowEpochMs,
      timeZone: definition.timeZone ?? timeZone,
      region: definition.region,
      kinds,
      lists: listsOf(definition, language),
      patterns: patternsOf(definition),
      asked: slot === undefined ? undefined : kindsBySlot[slot.type][0],
      preference: slot?.prefer ?? 'future',
    }),
    sentiment: readSentiment(text, entityLanguage),
  };
}
