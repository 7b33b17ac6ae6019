import { type Languages, primaryLanguage } from '../provider/languages.ts';

/** Of Nova-3 by the vendor's announcements up to August 2026, regions included where it has a model of their own. */
const nova3 = [
  ...['en', 'en-US', 'en-AU', 'en-GB', 'en-IN', 'en-NZ', 'es', 'es-419', 'fr', 'fr-CA', 'pt', 'pt-BR', 'pt-PT'],
  ...['de', 'de-CH', 'nl', 'nl-BE', 'sv', 'sv-SE', 'da', 'da-DK', 'it', 'tr', 'no', 'nb', 'id', 'bg', 'cs', 'fi', 'hi'],
  ...['hu', 'ja', 'ko', 'ko-KR', 'pl', 'ru', 'uk', 'vi', 'ca', 'et', 'el', 'lv', 'lt', 'ms', 'ro', 'sk', 'be', 'bn'],
  ...['bs', 'hr', 'kn', 'mk', 'mr', 'sr', 'sl', 'ta', 'tl', 'te', 'he', 'fa', 'ur', 'th', 'th-TH', 'gu', 'gu-IN'],
  ...['zh', 'zh-CN', 'zh-TW', 'zh-HK', 'zh-Hans', 'zh-Hant', 'pa', 'pa-IN', 'ne'],
];

/** Of Nova-2: its 36 languages of May 2024. */
const nova2 = [
  ...['bg', 'ca', 'zh', 'zh-CN', 'zh-TW', 'cs', 'da', 'nl', 'nl-BE', 'en', 'en-US', 'en-AU', 'en-GB', 'en-IN'],
  ...['en-NZ', 'et', 'fi', 'fr', 'fr-CA', 'de', 'de-CH', 'el', 'hi', 'hu', 'id', 'it', 'ja', 'ko', 'ko-KR', 'lv'],
  ...[
    'lt',
    'ms',
    'no',
    'nb',
    'pl',
    'pt',
    'pt-BR',
    'pt-PT',
    'ro',
    'ru',
    'sk',
    'es',
    'es-419',
    'sv',
    'sv-SE',
    'th',
    'th-TH',
  ],
  ...['tr', 'uk', 'vi'],
];

/** Those that `language=multi` tells apart by itself, in the middle of a sentence too. */
export const multiLanguages = ['en', 'es', 'fr', 'de', 'hi', 'ru', 'pt', 'ja', 'it', 'nl'];

/** What a model knows; of one that is not known here whoever chose it knows. */
export function novaLanguages({
  model,
  language,
}: {
  readonly model: string;
  readonly language?: string | undefined;
}): Languages {
  if (language === 'multi') return multiLanguages;
  if (model === 'nova-3' || model === 'nova-3-general') return nova3;
  if (model === 'nova-2' || model === 'nova-2-general') return nova2;
  // Models of a trade are made of English.
  return /^nova-[23]-/.test(model) ? ['en'] : 'any';
}

/** The vendor's own tag for a language: of the region if it has one, else of the language. */
export function novaLanguage(model: string, wanted: string): string {
  const primary = primaryLanguage(wanted);
  // Norwegian is `no` there.
  if (primary === 'nb') return 'no';
  const languages = novaLanguages({ model });
  const tag = wanted.replace('_', '-');
  const known = languages === 'any' ? tag : languages.find((one) => one.toLowerCase() === tag.toLowerCase());
  return known ?? primary;
}
