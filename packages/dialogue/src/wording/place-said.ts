import { fold } from './fold.ts';

/**
 * Which of so many offers was meant by its place: "the first one", "number two", "the last"; "cái đầu tiên", "cái thứ hai". Only
 * when little else was said: "the first of May" is no choice.
 *
 * @param count how many were offered
 * @returns from 0; undefined when no place was said, or none that there is
 */
export function placeSaid(text: string, language: string, count: number): number | undefined {
  const { places, fillers } = language.startsWith('vi') ? vietnamese : english;
  let rest = ` ${fold(text)} `;
  const said: number[] = [];
  for (const [words, place] of places) {
    if (!rest.includes(` ${words} `)) continue;
    said.push(place === 'last' ? count - 1 : place);
    rest = rest.replace(` ${words} `, ' ');
  }
  const [place, another] = said;
  if (place === undefined || another !== undefined || place >= count) return undefined;
  return rest.split(' ').every((word) => word === '' || fillers.has(word)) ? place : undefined;
}

/**
 * The key of a menu that was said in words: "two", "press two", "số hai".
 *
 * @returns one character, `0` to `9`, `*` or `#`
 */
export function keySaid(text: string, language: string): string | undefined {
  const { keys, fillers } = language.startsWith('vi') ? vietnamese : english;
  const words = fold(text).split(' ');
  // "The first one" is no key one.
  const said = words.filter((word) => keys.has(word) || /^\d$/.test(word));
  const [word] = said;
  if (word === undefined || said.length > 1 || words.some((one) => one !== word && !fillers.has(one))) return undefined;
  return keys.get(word) ?? word;
}

interface PlaceWords {
  /** Longer ones first; folded. */
  readonly places: readonly (readonly [words: string, place: number | 'last'])[];
  readonly keys: ReadonlyMap<string, string>;
  /** What is said around it. */
  readonly fillers: ReadonlySet<string>;
}

const english: PlaceWords = {
  places: [
    ['number one', 0],
    ['number two', 1],
    ['number three', 2],
    ['number four', 3],
    ['option one', 0],
    ['option two', 1],
    ['option three', 2],
    ['option four', 3],
    ['first', 0],
    ['1st', 0],
    ['second', 1],
    ['2nd', 1],
    ['third', 2],
    ['3rd', 2],
    ['fourth', 3],
    ['4th', 3],
    ['last', 'last'],
  ],
  keys: new Map([
    ...'zero one two three four five six seven eight nine'.split(' ').map((word, key) => [word, String(key)] as const),
    ['star', '*'],
    ['hash', '#'],
  ]),
  fillers: new Set(
    'the that one option choice number key press please then well um uh er oh ok okay yes yeah i d ll id ill like take would want let s lets go with for to it is make be my'.split(
      ' ',
    ),
  ),
};

const vietnamese: PlaceWords = {
  places: [
    ['dau tien', 0],
    ['thu nhat', 0],
    ['so mot', 0],
    ['thu hai', 1],
    ['so hai', 1],
    ['thu ba', 2],
    ['so ba', 2],
    ['thu tu', 3],
    ['cuoi cung', 'last'],
    ['cuoi', 'last'],
  ],
  keys: new Map([
    ...'khong mot hai ba bon nam sau bay tam chin'.split(' ').map((word, key) => [word, String(key)] as const),
    ['sao', '*'],
    ['thang', '#'],
  ]),
  fillers: new Set(
    'cai so phim bam lua phuong an chon lay toi minh em anh chi con cho muon la di nhe nha a vang da o thi nguoi'.split(
      ' ',
    ),
  ),
};
