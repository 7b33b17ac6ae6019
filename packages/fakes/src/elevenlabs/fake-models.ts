const multilingual = 'en ja zh de hi fr ko pt it es id nl tr fil pl sv bg ro ar cs el fi hr ms sk da ta uk ru'.split(
  ' ',
);
const flash = [...multilingual, 'hu', 'no', 'vi'];

/** The models and the languages that they take in `language_code`; undefined: they hear it from the text. */
const languages: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['eleven_flash_v2_5', flash],
  ['eleven_turbo_v2_5', flash],
  ['eleven_v3', [...flash, 'th', 'he', 'fa', 'sw']],
  ['eleven_multilingual_v2', undefined],
  ['eleven_flash_v2', undefined],
  ['eleven_turbo_v2', undefined],
]);

/** What is wrong with a model and its language, if anything. */
export function modelProblem(
  model: string,
  language: string | undefined,
): { code: string; message: string } | undefined {
  if (!languages.has(model)) return { code: 'model_not_found', message: `There is no model ${model}.` };
  const known = languages.get(model);
  if (language === undefined || known === undefined || known.includes(language)) return undefined;
  return { code: 'unsupported_language', message: `Model '${model}' does not support the language_code ${language}.` };
}
