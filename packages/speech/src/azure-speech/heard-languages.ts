import { primaryLanguage } from '../provider/languages.ts';

/** Locales that can be heard, by the vendor's documentation; the first of a language stands for its regions that are not here. */
export const heardLanguages: readonly string[] = `
af-ZA am-ET ar-SA ar-AE ar-BH ar-DZ ar-EG ar-IL ar-IQ ar-JO ar-KW ar-LB ar-LY ar-MA ar-OM ar-PS ar-QA ar-SY ar-TN ar-YE az-AZ bg-BG bn-IN
bs-BA ca-ES cs-CZ cy-GB da-DK de-DE de-AT de-CH el-GR en-US en-AU en-CA en-GB en-GH en-HK en-IE en-IN en-KE en-NG en-NZ en-PH en-SG en-TZ
en-ZA es-ES es-MX es-US es-AR es-BO es-CL es-CO es-CR es-CU es-DO es-EC es-GQ es-GT es-HN es-NI es-PA es-PE es-PR es-PY es-SV es-UY es-VE
et-EE eu-ES fa-IR fi-FI fil-PH fr-FR fr-BE fr-CA fr-CH ga-IE gl-ES gu-IN he-IL hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-IT it-CH ja-JP jv-ID
ka-GE kk-KZ km-KH kn-IN ko-KR lo-LA lt-LT lv-LV mk-MK ml-IN mn-MN mr-IN ms-MY mt-MT my-MM nb-NO ne-NP nl-NL nl-BE pa-IN pl-PL ps-AF pt-BR
pt-PT ro-RO ru-RU si-LK sk-SK sl-SI so-SO sq-AL sr-RS sv-SE sw-KE sw-TZ ta-IN te-IN th-TH tr-TR uk-UA ur-IN uz-UZ vi-VN wuu-CN yue-CN
zh-CN zh-HK zh-TW zu-ZA`
  .trim()
  .split(/\s+/);

/** The locale to ask for: the service takes no bare language (`vi`) and no region that it does not know. Undefined for a language it does not hear. */
export function heardLocale(language: string): string | undefined {
  const tag = language.toLowerCase();
  return (
    heardLanguages.find((one) => one.toLowerCase() === tag) ??
    heardLanguages.find((one) => primaryLanguage(one) === primaryLanguage(language))
  );
}
