/**
 * Cuts streamed text into sentences to speak, as early as it is safe: a stop is an end only when what follows shows it
 * ("3.5", "Dr. Lee", "a.m." and "example.com" are none). Pure: feed it what is uncut so far, keep what it returns as `rest`.
 *
 * @returns whole sentences in order, trimmed; and the text that may still go on
 */
export function cutSentences(text: string): { readonly sentences: readonly string[]; readonly rest: string } {
  const sentences: string[] = [];
  let start = 0;
  for (const match of text.matchAll(stops)) {
    const end = match.index + match[0].length;
    if (match.index < start || !isEnd(text, match, end)) continue;
    const sentence = text.slice(start, end).trim();
    // A lone "1." or "A." is the label of what follows.
    if (sentence.length < minCharacters && !hasCjk(sentence)) continue;
    sentences.push(sentence);
    start = end;
  }
  const rest = text.slice(start);
  if (rest.length <= maxCharacters) return { sentences, rest };
  const cut = breakLong(rest);
  return { sentences: [...sentences, rest.slice(0, cut).trim()], rest: rest.slice(cut) };
}

/** "Hi." and "No." are sentences; "1." is not. */
const minCharacters = 3;
/** A voice that speaks in whole sentences must not wait for the end of an endless one: about 20 s of speech. */
const maxCharacters = 300;

/** A mark that may end a sentence, with closing quotes and brackets; or a line break. */
const stops = /[.!?…。！？]+["'”’)\]]*|\n+/gu;

const abbreviations = new Set(
  (
    'mr mrs ms dr prof st sr jr vs etc inc ltd co no nr approx dept est fig vol ave blvd rd ' +
    'mon tue tues wed thu thur thurs fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec ' +
    'ths ts tp gs bs pgs'
  ).split(' '),
);

function isEnd(text: string, match: RegExpExecArray, end: number): boolean {
  const mark = match[0];
  if (/[\n。！？]/u.test(mark)) return true;
  const next = text.slice(end, end + 2);
  // Nothing after it yet: it may be the middle of "3.5" or of "...". Wait for the next piece.
  if (next === '') return false;
  if (!/^\s/u.test(next)) return false;
  if (/[!?]/u.test(mark)) return true;
  const written = /([\p{L}\p{M}.]+)$/u.exec(text.slice(0, match.index))?.[1] ?? '';
  const word = written.toLowerCase();
  const following = text.slice(end).trimStart();
  if (following === '') return false;
  if (abbreviations.has(word)) return false;
  // "3 p.m. Tuesday" against "at 3 p.m. We": only a capital that begins a common sentence word would tell; a pause more
  // does no harm where a joined sentence does not either, so letters with inner stops and initials never end one.
  if (/^\p{Lu}$/u.test(written) && written !== 'I') return false;
  if (/^(\p{L}\.)+\p{L}$/u.test(word)) return /^\p{Lu}/u.test(following) && /^[ap]\.m$/u.test(word);
  // "No. 5", "approx. twenty": a small letter after the stop goes on with the sentence.
  return !/^\p{Ll}/u.test(following);
}

function hasCjk(text: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);
}

/** Where a sentence of more than `maxCharacters` is cut: after its last comma, else its last space, else anywhere. */
function breakLong(text: string): number {
  const head = text.slice(0, maxCharacters);
  const comma = Math.max(
    head.lastIndexOf(', '),
    head.lastIndexOf('; '),
    head.lastIndexOf('，'),
    head.lastIndexOf('、'),
  );
  if (comma > maxCharacters / 2) return comma + 1;
  const space = head.lastIndexOf(' ');
  return space > 0 ? space + 1 : maxCharacters;
}
