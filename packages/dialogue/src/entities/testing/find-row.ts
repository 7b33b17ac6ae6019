import type { Json } from '../../tools/tool.ts';
import { findEntities, kindOf } from '../find-entities.ts';
import type { EntityRequest, FoundEntity, ListEntry } from '../found-entity.ts';
import type { EntityLanguage } from '../numbers/number-words.ts';
import type { PhraseRow } from './phrase-row.ts';

/** Saturday 21 November 2026, 10:00 in London. */
export const TEST_NOW_EPOCH_MS = Date.UTC(2026, 10, 21, 10);

/** What is looked for in the row's phrase. */
export function requestOf(row: PhraseRow, language: EntityLanguage): EntityRequest {
  return {
    language,
    nowEpochMs: TEST_NOW_EPOCH_MS,
    timeZone: language === 'vi' ? 'Asia/Ho_Chi_Minh' : 'Europe/London',
    region: row.region ?? (language === 'vi' ? 'VN' : 'US'),
    kinds: row.kinds ?? [row.kind],
    ...(row.asked && { asked: row.kind }),
    ...(row.list && { lists: { choices: row.list.map(listEntry) } }),
    ...(row.pattern !== undefined && { patterns: { code: row.pattern } }),
    ...(row.account && { account: row.account }),
  };
}

/** The value of the last found entity of the row's kind. A beginning is `beginning: 415`, candidates are `one of: a, b`. */
export function valueFound(row: PhraseRow, language: EntityLanguage): Json | undefined {
  const last = findEntities(row.say, requestOf(row, language)).findLast((entity) => kindOf(entity) === row.kind);
  return last === undefined ? undefined : shown(last);
}

function shown(entity: FoundEntity): Json {
  if (entity.kind === 'partial') return `beginning: ${entity.value}`;
  return entity.kind === 'listCandidates' ? `one of: ${entity.value.join(', ')}` : entity.value;
}

function listEntry(line: string): ListEntry {
  const [value = '', names = value] = line.split(': ');
  return { value, names: names.split(', ') };
}
