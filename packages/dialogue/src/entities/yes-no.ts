import { tokenize } from './entity.ts';

/** Whether the caller agreed. Undefined when they said neither, or both ("yes, no, wait"). */
export function findYesNo(text: string): 'yes' | 'no' | undefined {
  const words = tokenize(text).map((token) => token.text);
  const said = ` ${words.join(' ')} `;
  if (NO_PHRASES.some((phrase) => said.includes(` ${phrase} `))) return 'no';
  const first = words.find((word) => !FILLERS.has(word)) ?? '';
  const yes = YES_WORDS.has(first) || YES_PHRASES.some((phrase) => said.includes(` ${phrase} `));
  const no = NO_WORDS.has(first);
  if (yes && no) return undefined;
  if (YES_WORDS.has(first) && words.some((word) => NO_WORDS.has(word))) return undefined;
  return yes ? 'yes' : no ? 'no' : undefined;
}

const FILLERS = new Set(['uh', 'um', 'er', 'well', 'oh', 'so', 'hmm', 'and']);
const YES_WORDS = new Set(
  'yes yeah yep yup yea aye sure ok okay correct right absolutely definitely certainly exactly perfect fine great y'.split(
    ' ',
  ),
);
const NO_WORDS = new Set(['no', 'nope', 'nah', 'not', 'never', 'wrong', 'incorrect', 'n']);
const YES_PHRASES = [
  "that's right",
  "that's correct",
  'that is right',
  'that is correct',
  "that's fine",
  'sounds good',
  'sounds great',
  'go ahead',
  'please do',
  'book it',
  'of course',
  'that works',
  'it is correct',
];
const NO_PHRASES = [
  'not right',
  'not correct',
  "isn't right",
  "isn't correct",
  'is wrong',
  "that's wrong",
  'it is not',
  "it isn't",
  'not quite',
  'not really',
  "don't book",
  'do not book',
];
