import { words } from './words.ts';

/**
 * Is this only a listener's "go on" ("uh-huh", "okay right", "dạ vâng") and nothing that wants the floor?
 *
 * @param language BCP 47; languages without a list of their own have no backchannels, so any word interrupts
 */
export function isBackchannel(text: string, language: string): boolean {
  const list = backchannels[language.toLowerCase().split('-')[0] ?? ''];
  const spoken = words(text.replaceAll('-', ' '));
  return list !== undefined && spoken.length > 0 && spoken.length <= maxWords && spoken.every((word) => list.has(word));
}

/** "Okay yeah okay" is still a listener; five words are a speaker. */
const maxWords = 4;

const backchannels: Readonly<Record<string, ReadonlySet<string>>> = {
  en: new Set(
    'uh huh mm mhm hmm hm ah aha oh okay ok yeah yep yes yup right sure alright cool great good nice i see got it'.split(
      ' ',
    ),
  ),
  vi: new Set('dạ vâng ừ ờ à ừm ạ dạ vâng ok okay thế rồi hiểu được'.split(' ')),
};
