import { stopMeaning } from './abbreviations.ts';
import { withoutMarkdown } from './markdown.ts';

export interface CutOptions {
  /**
   * Nothing of the reply has been cut yet: its first sentence may end at a comma, semicolon, colon or dash once it has as
   * many words, so that the first sound comes early. Undefined: only whole sentences.
   */
  readonly firstClauseWords?: number | undefined;
  /** Marks of Markdown are not said, and so not part of the sentences; `kept` for text that is read. */
  readonly marks?: 'kept' | 'dropped';
}

/**
 * Cuts streamed text into sentences to speak, as early as it is safe: a stop is an end only when what follows shows it
 * ("3.5", "Dr. Lee", "a.m." and "example.com" are none). Pure and linear: feed it what is uncut so far, keep what it
 * returns as `rest`; however the text is streamed, the sentences are the same. `rest` still has the marks of Markdown
 * (`withoutMarkdown`).
 *
 * @returns whole sentences in order, trimmed, none empty and none longer than about 20 s of speech; and the text that may
 *   still go on
 */
export function cutSentences(
  text: string,
  { firstClauseWords, marks = 'dropped' }: CutOptions = {},
): { readonly sentences: readonly string[]; readonly rest: string } {
  const sentences: string[] = [];
  let start = 0;
  let isFirst = firstClauseWords !== undefined;
  const cutAt = (end: number) => {
    const piece = text.slice(start, end);
    const sentence = marks === 'kept' ? piece.trim() : withoutMarkdown(piece);
    if (sentence !== '') {
      sentences.push(sentence);
      isFirst = false;
    }
    start = end;
  };
  // Most pieces of a stream end nothing.
  if (text.length <= maxCharacters && !mayHaveBoundary.test(text)) return { sentences, rest: text };
  for (const match of text.matchAll(boundaries)) {
    while (match.index - start > maxCharacters) cutAt(start + breakLong(text.slice(start, start + maxCharacters)));
    const end = match.index + match[0].length;
    const kind = markKind(match[0]);
    if (kind === 'clause') {
      if (isFirst && isClauseEnd(text, start, end, firstClauseWords ?? 0)) cutAt(end);
    } else if (kind === 'space') {
      if (isThaiEnd(text, start, match.index, end)) cutAt(end);
    } else if (isEnd(text, start, match.index, match[0]) && !isLabel(text.slice(start, end))) cutAt(end);
  }
  while (text.length - start > maxCharacters) cutAt(start + breakLong(text.slice(start, start + maxCharacters)));
  return { sentences, rest: text.slice(start) };
}

/** A voice that speaks in whole sentences must not wait for the end of an endless one: about 20 s of speech. */
const maxCharacters = 300;
/** An abbreviation is not longer; what is looked at on either side of a stop is bounded, and so the time is linear. */
const lookCharacters = 40;
/** Thai sets phrases apart by blanks, and has no stop: about 4 s of speech. */
const minThaiCharacters = 50;

/** A mark that may end a sentence, with closing quotes and brackets; a line break; marks of clauses; Thai blanks. */
const boundaries =
  /[.!?…。！？｡]+["'”’)\]」』）】》*_]*|\n+|[,;:，；、]["'”’)]*(?=\s|\p{Script=Han})|\s[—–-](?=\s)|—|(?<=\p{Script=Thai}[\p{M}]?) +(?=\p{Script=Thai})/gu;

/** What is in any of them: far quicker to look for. */
const mayHaveBoundary = /[.!?…。！？｡\n,;:，；、—–-]|\p{Script=Thai}/u;

const clauseMarks = ',;:，；、';
const dashes = '—–-';

function markKind(mark: string): 'stop' | 'clause' | 'space' {
  // One of the alternatives of `boundaries`: its first and last sign tell which.
  if (clauseMarks.includes(mark.charAt(0)) || dashes.includes(mark.charAt(mark.length - 1))) return 'clause';
  return mark.startsWith(' ') ? 'space' : 'stop';
}

function isEnd(text: string, start: number, at: number, mark: string): boolean {
  if (mark.startsWith('\n')) return true;
  const end = at + mark.length;
  const next = text.slice(end, end + lookCharacters);
  // Nothing after it yet: it may be the middle of "3.5" or of "...". Wait for the next piece.
  if (next === '') return false;
  if (/^[。！？｡]/u.test(mark)) return true;
  const isSpaced = /^\s/.test(next);
  // Han and kana write no blanks, whatever the mark.
  if (!isSpaced) return /^[!?]/.test(mark) && wide.test(next);
  const following = next.trimStart();
  if (/^["'“‘(]*$/.test(following)) return false;
  // A small letter goes on with the sentence, unless it is a label: "a) First".
  const goesOnSmall = /^["'“‘(]*\p{Ll}(?!\))/u.test(following);
  // "Stop!" he said.
  if (/^[!?]/.test(mark)) return !(goesOnSmall && /["”’')]$/.test(mark));
  if (/^(?:\.{2,}|…)/.test(mark)) return !goesOnSmall;
  const before = text.slice(Math.max(start, at - lookCharacters), at);
  const written = /[\p{L}\p{M}.]+$/u.exec(before)?.[0] ?? '';
  // "5m.", "250.000đ." are amounts.
  const isUnit = /\d$/.test(before.slice(0, before.length - written.length));
  switch (isUnit && !written.includes('.') ? 'word' : stopMeaning(written)) {
    case 'goesOn':
      return false;
    case 'beforeNumber':
      return !/^\d/.test(following) && !goesOnSmall;
    case 'mayEnd':
      return /^["'“‘(]*\p{Lu}/u.test(following);
    case 'word':
      // "Am 3. Mai": a German date.
      if (/\d$/.test(before) && mayBeMonth(following)) return false;
      return !goesOnSmall;
  }
}

const wide = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const germanMonths = 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ');

/** It is the name of a month, or the beginning of one. */
function mayBeMonth(following: string): boolean {
  const word = /^\p{L}+/u.exec(following)?.[0] ?? '';
  const isWhole = word.length < following.length;
  return germanMonths.some((month) => (isWhole ? month === word : word !== '' && month.startsWith(word)));
}

/** A lone "1.", "10." or "a." is the label of what follows. */
function isLabel(sentence: string): boolean {
  return /^[\s*_#>-]*\(?(?:\d{1,3}|\p{L})[.)]$/u.test(sentence);
}

/** Words behind a comma before the next mark: with fewer it is an enumeration, which sounds wrong when torn apart. */
const minWordsBehindClause = 3;

/** Long enough before it, and a clause behind it: not "March 12, 2026", not "apples, pears and plums". */
function isClauseEnd(text: string, start: number, end: number, minWords: number): boolean {
  const behind = /^\s*(?:[\p{L}\p{M}'’-]+\s+){3}|^\s*\p{Script=Han}{6}/u.exec(
    text.slice(end, end + 3 * lookCharacters),
  )?.[0];
  if (behind === undefined || (behind.trim().split(/\s+/).length < minWordsBehindClause && !wide.test(behind.trim())))
    return false;
  const before = text.slice(start, end);
  const last = before.split(/[,;:，；、—–]/u).at(-2) ?? '';
  // What is enumerated has few words.
  if (last.trim().split(/\s+/).length < minWordsBehindClause && !wide.test(last.trim())) return false;
  const words = before.match(/[\p{Script=Han}]|[\p{L}\p{M}\p{N}'’.:$€£%@/-]+/gu) ?? [];
  return words.length >= minWords && !isOpen(before);
}

/** In brackets or quotes a clause belongs to what closes them. */
function isOpen(text: string): boolean {
  const count = (sign: RegExp) => text.match(sign)?.length ?? 0;
  return count(/["]/g) % 2 === 1 || count(/[([“«「]/g) > count(/[)\]”»」]/g);
}

function isThaiEnd(text: string, start: number, at: number, end: number): boolean {
  // The sign of repetition stands behind a blank and belongs to the word before.
  return at - start >= minThaiCharacters && text[end] !== 'ๆ' && text[end] !== 'ฯ';
}

/** Where a sentence of more than `maxCharacters` is cut: after its last comma, else its last space, else anywhere. */
function breakLong(head: string): number {
  const comma = Math.max(...[', ', '; ', '，', '、', '；'].map((mark) => head.lastIndexOf(mark)));
  if (comma > maxCharacters / 2) return comma + 1;
  const space = head.lastIndexOf(' ');
  if (space > 0) return space + 1;
  // Not between the halves of one sign.
  return /[\uD800-\uDBFF]$/.test(head) ? head.length - 1 : head.length;
}
