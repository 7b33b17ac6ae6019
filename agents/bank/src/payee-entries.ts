import { findListEntries } from '@parley/dialogue/entities/lists/find-list-entries.ts';
import type { JsonObject, ToolContext } from '@parley/dialogue/tools/tool.ts';
import type { Payee } from './bank/bank.ts';

export type PayeeEntry = {
  /** The payee's id. */
  readonly value: string;
  /** How callers call them, the whole name first. */
  readonly names: readonly string[];
};

/** The payees as entries of a list slot: by their whole names, and by words that no other payee's name has. */
export function payeeEntries(payees: readonly Payee[]): readonly PayeeEntry[] {
  const owners = new Map<string, number>();
  for (const { name } of payees) for (const word of wordsOf(name)) owners.set(word, (owners.get(word) ?? 0) + 1);
  return payees.map(({ payeeId, name }) => ({
    value: payeeId,
    names: [...new Set([name, ...wordsOf(name).filter((word) => word.length >= minLetters && owners.get(word) === 1)])],
  }));
}

/** Whom the words name: one payee by their id (`mentioned`), or the names of those between whom they do not decide (`unclear`). */
export function payeeMentioned(
  payees: readonly Payee[],
  text: string,
  { nowEpochMs, timeZone }: Pick<ToolContext, 'nowEpochMs' | 'timeZone'>,
): JsonObject {
  const found = findListEntries(text, {
    language: 'en',
    nowEpochMs,
    timeZone,
    region: '',
    kinds: ['list'],
    lists: { payees: payeeEntries(payees) },
  });
  const sure = found.flatMap((one) => (one.kind === 'list' ? [one.value] : []));
  const [only] = sure;
  if (only !== undefined && new Set(sure).size === 1) return { mentioned: only };
  const possible = new Set(found.flatMap((one) => (one.kind === 'listCandidates' ? one.value : sure)));
  if (possible.size === 0) return {};
  return { unclear: payees.filter(({ payeeId }) => possible.has(payeeId)).map(({ name }) => name) };
}

/** Shorter words are initials and the like. */
const minLetters = 3;

function wordsOf(name: string): readonly string[] {
  return name.split(/[^\p{Letter}\p{Mark}\p{Number}]+/u).filter((word) => word !== '');
}
