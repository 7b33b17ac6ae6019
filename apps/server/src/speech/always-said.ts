import { systemWordings } from '@parley/dialogue/flow/runner/system-wordings.ts';
import { wordingOf } from '@parley/dialogue/model-agent/wording.ts';
import { troubleMessages } from '@parley/engine/turn/trouble.ts';
import { consentLineIn } from '../recordings/consent.ts';
import { sentencesOf } from './fixed-sentences.ts';

/**
 * The sentences that agents say as they are written, with nothing filled in: the only ones that may be kept as sound. Whether any other
 * names a caller cannot be told from its words ("Thank you, Mrs May."), so that none of them is.
 */
export interface AlwaysSaid {
  has(text: string, organizationId: string): boolean;
  /** @param organizationId whose agent says them; undefined: one that ships or stands in a folder, and may be anybody's */
  add(sentences: readonly string[], organizationId: string | undefined): void;
}

/** Sentences of some hundred agents, a hundred bytes each. */
const maxOfAll = 50_000;
/** Of thirty agents: who publishes more and more of them loses their own, not those of others. */
const maxOfOne = 10_000;

export function createAlwaysSaid(): AlwaysSaid {
  const everybodys = new Set(ofTheHouse());
  /** Least recently added to first. */
  const own = new Map<string, Set<string>>();
  let kept = 0;
  return {
    has: (text, organizationId) => everybodys.has(text) || own.get(organizationId)?.has(text) === true,
    add(sentences, organizationId) {
      if (organizationId === undefined) {
        // Of folders: whoever runs the server bounds them.
        for (const sentence of sentences) everybodys.add(sentence);
        return;
      }
      const mine = own.get(organizationId) ?? new Set();
      own.delete(organizationId);
      own.set(organizationId, mine);
      kept -= mine.size;
      for (const sentence of sentences) {
        mine.delete(sentence);
        mine.add(sentence);
      }
      for (const oldest of mine) {
        if (mine.size <= maxOfOne) break;
        mine.delete(oldest);
      }
      kept += mine.size;
      for (const [oldest, { size }] of own) {
        if (kept <= maxOfAll) break;
        own.delete(oldest);
        kept -= size;
      }
    },
  };
}

/** What every agent says itself when nothing else is written. */
function ofTheHouse(): readonly string[] {
  const languages = ['en', 'vi', 'de', 'fr', 'es'];
  return [
    systemWordings,
    ...languages.flatMap((language) => [troubleMessages(language), wordingOf(language), consentLineIn(language)]),
  ].flatMap(sentencesOf);
}
