import { createTimedCache } from '../identity/timed-cache.ts';
import type { AnsweredNumber, NumbersRepository } from './numbers-repository.ts';

/** What is changed here counts at once; a change by another server within this time. */
const freshForMs = 5000;
/** Numbers that are called at one time; whoever tries one after another pushes out the oldest. */
const maxEntries = 2000;

/** Of a number that is called many times a second the database is asked once in a while. */
export function cacheNumbers(numbers: NumbersRepository): NumbersRepository {
  const found = createTimedCache<{ readonly answered: AnsweredNumber | undefined }>({ maxEntries, freshForMs });
  const any = createTimedCache<boolean>({ maxEntries: 1, freshForMs });
  const changing = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change;
    } finally {
      found.deleteWhere(() => true);
      any.delete('any');
    }
  };
  return {
    ...numbers,
    create: (author, number) => changing(numbers.create(author, number)),
    update: (author, id, patch) => changing(numbers.update(author, id, patch)),
    delete: (author, id) => changing(numbers.delete(author, id)),
    async find(spellings) {
      const key = spellings.join(' ');
      const known = found.get(key);
      if (known !== undefined) return known.answered;
      const answered = await numbers.find(spellings);
      found.set(key, { answered });
      return answered;
    },
    async isAnyConfigured() {
      const known = any.get('any');
      if (known !== undefined) return known;
      const isAny = await numbers.isAnyConfigured();
      any.set('any', isAny);
      return isAny;
    },
  };
}
