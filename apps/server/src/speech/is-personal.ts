import { redactionClasses } from '@parley/contract/organization-settings.ts';
import { findPersonalData } from '../privacy/personal-data.ts';

/** What may be kept as sound, and what tells of a person. */
export interface PersonalCheck {
  /** Finds rather too much than too little: what is not kept is only made anew. */
  isPersonal(text: string): boolean;
  /** Sentences that agents say as they are written: whoever they name, it is no caller. */
  allow(sentences: readonly string[]): void;
}

const classes = new Set(redactionClasses);
/** Numbers of customers, bookings and rooms belong to somebody, whatever an organization's numbers look like. */
const longNumber = /\d[\d .-]{2,}\d/;
/** A name within a sentence begins with a capital letter; so do other words, and their sentences are made anew each time. */
const capitals = /[\p{Ll}\p{N},;:–-]["'“‘(]?\s+["'“‘(]?(\p{Lu}\p{L}+)/gu;
const commonCapitals =
  /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$|^(January|February|March|April|May|June|July|August|September|October|November|December|English|Vietnamese|OK)$/;

/** Sentences of some hundred agents, a hundred bytes each. */
const maxAllowed = 50_000;

export function createPersonalCheck(): PersonalCheck {
  const allowed = new Set<string>();
  return {
    isPersonal: (text) =>
      !allowed.has(text) &&
      (longNumber.test(text) ||
        [...text.matchAll(capitals)].some(([, word = '']) => !commonCapitals.test(word)) ||
        findPersonalData(text, { classes, customPatterns: [], names: [] }).length > 0),
    allow(sentences) {
      for (const sentence of sentences) allowed.add(sentence);
      for (const oldest of allowed) {
        if (allowed.size <= maxAllowed) break;
        allowed.delete(oldest);
      }
    },
  };
}
