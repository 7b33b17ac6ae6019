import type { EntityKind, FoundEntity } from './found-entity.ts';
import type { EntityLanguage } from './numbers/number-words.ts';

/** Of matches that overlap, those of the asked kind first, then the longer, then the kind that says more; in order of place. */
export function dropOverlaps(found: readonly FoundEntity[], asked: EntityKind | undefined): FoundEntity[] {
  // Of "the later one" the last word is no answer to "at what time?", if "the later one" is what an entry is called.
  const isWithinEntry = ({ start, end }: FoundEntity): boolean =>
    found.some(
      (other) =>
        other.kind === 'list' && other.start <= start && end <= other.end && other.end - other.start > end - start,
    );
  const rank = (entity: FoundEntity): number => (isOf(entity, asked) && !isWithinEntry(entity) ? 0 : 1);
  const ranked = found.toSorted(
    (a, b) =>
      rank(a) - rank(b) || b.end - b.start - (a.end - a.start) || PRIORITY.indexOf(a.kind) - PRIORITY.indexOf(b.kind),
  );
  const taken: FoundEntity[] = [];
  for (const entity of ranked) {
    // The same words may be entries of two lists: which list is wanted is for the one who asked.
    const hidden = taken.some(
      (other) =>
        entity.start < other.end && other.start < entity.end && !(entity.kind === other.kind && OWNED.has(entity.kind)),
    );
    if (!hidden) taken.push(entity);
  }
  return taken.toSorted((a, b) => a.start - b.start);
}

/** Without values that the caller took back at once: `five, no sorry, six` is six. */
export function dropCorrected(text: string, found: readonly FoundEntity[], language: EntityLanguage): FoundEntity[] {
  return found.filter((entity, at) => {
    const next = found.slice(at + 1).find((later) => later.kind === entity.kind && ownerOf(later) === ownerOf(entity));
    if (next === undefined || next.start < entity.end) return true;
    const between = text.slice(entity.end, next.start);
    return between.length > MAX_BETWEEN || !CORRECTIONS[language].test(between);
  });
}

function isOf(entity: FoundEntity, kind: EntityKind | undefined): boolean {
  if (kind === undefined) return false;
  if (entity.kind === 'partial') return entity.of === kind;
  // "Friday at three" answers for the day, and for the time.
  if (entity.kind === 'dateTime' && (kind === 'date' || kind === 'time')) return true;
  return entity.kind === kind || (entity.kind === 'listCandidates' && kind === 'list');
}

function ownerOf(entity: FoundEntity): string | undefined {
  return 'of' in entity ? entity.of : undefined;
}

const OWNED = new Set<FoundEntity['kind']>(['list', 'listCandidates', 'pattern']);

/** Where two kinds take the same words. */
const PRIORITY: readonly FoundEntity['kind'][] = [
  'email',
  'phone',
  'pattern',
  'money',
  'dateTime',
  'dateRange',
  'timeRange',
  'date',
  'time',
  'duration',
  'account',
  'list',
  'person',
  'number',
  'digits',
  'listCandidates',
  'partial',
];

/** "… no, I'm sorry, I meant to say …" */
const MAX_BETWEEN = 40;
const CORRECTIONS: Readonly<Record<EntityLanguage, RegExp>> = {
  en: /\b(?:sorry|no|i mean|i meant|rather|actually|make (?:that|it)|correction|wait|scratch that)\b/i,
  vi: /(?:^|[\s,])(?:à không|ý (?:tôi|em|anh|chị|mình) là|nhầm|xin lỗi|đúng hơn là|không phải)(?=$|[\s,])/iu,
};
