import type { Voice } from '@parley/engine/ports/synthesizer.ts';
import { primaryLanguage } from '../provider/languages.ts';

/**
 * A woman's and a man's voice of each locale, by the vendor's documentation of language support; `Neural` is left out. It has hundreds
 * more, which go by their ids. The first locale of a language stands for its regions that are not here.
 */
const names = `
af-ZA Adri Willem; am-ET Mekdes Ameha; ar-SA Zariyah Hamed; ar-AE Fatima Hamdan; ar-BH Laila Ali; ar-DZ Amina Ismael;
ar-EG Salma Shakir; ar-IQ Rana Bassel; ar-JO Sana Taim; ar-KW Noura Fahed; ar-LB Layla Rami; ar-LY Iman Omar; ar-MA Mouna Jamal;
ar-OM Aysha Abdullah; ar-QA Amal Moaz; ar-SY Amany Laith; ar-TN Reem Hedi; ar-YE Maryam Saleh; az-AZ Banu Babek; bg-BG Kalina Borislav;
bn-BD Nabanita Pradeep; bn-IN Tanishaa Bashkar; bs-BA Vesna Goran; ca-ES Joana Enric; cs-CZ Vlasta Antonin; cy-GB Nia Aled;
da-DK Christel Jeppe; de-DE Katja Conrad; de-AT Ingrid Jonas; de-CH Leni Jan; el-GR Athina Nestoras;
en-US AvaMultilingual AndrewMultilingual; en-AU Natasha William; en-CA Clara Liam; en-GB Sonia Ryan; en-HK Yan Sam; en-IE Emily Connor;
en-IN Neerja Prabhat; en-KE Asilia Chilemba; en-NG Ezinne Abeo; en-NZ Molly Mitchell; en-PH Rosa James; en-SG Luna Wayne;
en-TZ Imani Elimu; en-ZA Leah Luke; es-ES Elvira Alvaro; es-MX Dalia Jorge; es-US Paloma Alonso; es-AR Elena Tomas; es-BO Sofia Marcelo;
es-CL Catalina Lorenzo; es-CO Salome Gonzalo; es-CR Maria Juan; es-CU Belkys Manuel; es-DO Ramona Emilio; es-EC Andrea Luis;
es-GQ Teresa Javier; es-GT Marta Andres; es-HN Karla Carlos; es-NI Yolanda Federico; es-PA Margarita Roberto; es-PE Camila Alex;
es-PR Karina Victor; es-PY Tania Mario; es-SV Lorena Rodrigo; es-UY Valentina Mateo; es-VE Paola Sebastian; et-EE Anu Kert;
eu-ES Ainhoa Ander; fa-IR Dilara Farid; fi-FI Selma Harri; fil-PH Blessica Angelo; fr-FR Denise Henri; fr-BE Charline Gerard;
fr-CA Sylvie Jean; fr-CH Ariane Fabrice; ga-IE Orla Colm; gl-ES Sabela Roi; gu-IN Dhwani Niranjan; he-IL Hila Avri; hi-IN Swara Madhur;
hr-HR Gabrijela Srecko; hu-HU Noemi Tamas; hy-AM Anahit Hayk; id-ID Gadis Ardi; is-IS Gudrun Gunnar; it-IT Elsa Diego; ja-JP Nanami Keita;
jv-ID Siti Dimas; ka-GE Eka Giorgi; kk-KZ Aigul Daulet; km-KH Sreymom Piseth; kn-IN Sapna Gagan; ko-KR SunHi InJoon;
lo-LA Keomany Chanthavong; lt-LT Ona Leonas; lv-LV Everita Nils; mk-MK Marija Aleksandar; ml-IN Sobhana Midhun; mn-MN Yesui Bataa;
mr-IN Aarohi Manohar; ms-MY Yasmin Osman; mt-MT Grace Joseph; my-MM Nilar Thiha; nb-NO Pernille Finn; ne-NP Hemkala Sagar;
nl-NL Fenna Maarten; nl-BE Dena Arnaud; pl-PL Agnieszka Marek; ps-AF Latifa GulNawaz; pt-BR Francisca Antonio; pt-PT Raquel Duarte;
ro-RO Alina Emil; ru-RU Svetlana Dmitry; si-LK Thilini Sameera; sk-SK Viktoria Lukas; sl-SI Petra Rok; so-SO Ubax Muuse; sq-AL Anila Ilir;
sr-RS Sophie Nicholas; su-ID Tuti Jajang; sv-SE Sofie Mattias; sw-KE Zuri Rafiki; sw-TZ Rehema Daudi; ta-IN Pallavi Valluvar;
ta-LK Saranya Kumar; ta-MY Kani Surya; ta-SG Venba Anbu; te-IN Shruti Mohan; th-TH Premwadee Niwat; tr-TR Emel Ahmet; uk-UA Polina Ostap;
ur-PK Uzma Asad; ur-IN Gul Salman; uz-UZ Madina Sardor; vi-VN HoaiMy NamMinh; wuu-CN Xiaotong Yunzhe; yue-CN XiaoMin YunSong;
zh-CN Xiaoxiao Yunxi; zh-HK HiuMaan WanLung; zh-TW HsiaoChen YunJhe; zu-ZA Thando Themba`;

/** Of each locale the woman's first: the one that the vendor lists first nearly everywhere. */
export const azureVoices: readonly Voice[] = names.split(';').flatMap((row) => {
  const [language = '', ...voices] = row.trim().split(' ');
  return voices.map((name) => ({ id: `${language}-${name}Neural`, title: name.replace('Multilingual', ''), language }));
});

/** The voice for a language where none is asked for; undefined for a language that is not spoken. */
export function defaultVoice(language: string): string | undefined {
  return voiceFor(language)?.id;
}

/** The locale to name: the service takes no bare language (`vi`). What it does not know is left as it is. */
export function spokenLocale(language: string): string {
  return voiceFor(language)?.language ?? language;
}

function voiceFor(language: string): Voice | undefined {
  const tag = language.toLowerCase();
  return (
    azureVoices.find((one) => one.language.toLowerCase() === tag) ??
    azureVoices.find((one) => primaryLanguage(one.language) === primaryLanguage(language))
  );
}

/**
 * Styles of speech by voice, as the vendor documents them; only those that stand for one of our tones. Voices that are not here refuse a
 * sentence with a style.
 */
export const voiceStyles: Readonly<Record<string, { readonly warm?: string; readonly energetic?: string }>> = {
  'de-DE-ConradNeural': { energetic: 'cheerful' },
  'en-GB-RyanNeural': { energetic: 'cheerful' },
  'en-GB-SoniaNeural': { energetic: 'cheerful' },
  'en-IN-NeerjaNeural': { warm: 'empathetic', energetic: 'cheerful' },
  'en-US-AriaNeural': { warm: 'friendly', energetic: 'excited' },
  'en-US-DavisNeural': { warm: 'friendly', energetic: 'excited' },
  'en-US-GuyNeural': { warm: 'friendly', energetic: 'excited' },
  'en-US-JaneNeural': { warm: 'friendly', energetic: 'excited' },
  'en-US-JasonNeural': { warm: 'friendly', energetic: 'excited' },
  'en-US-JennyNeural': { warm: 'friendly', energetic: 'excited' },
  'en-US-NancyNeural': { warm: 'friendly', energetic: 'excited' },
  'en-US-SaraNeural': { warm: 'friendly', energetic: 'excited' },
  'en-US-TonyNeural': { warm: 'friendly', energetic: 'excited' },
  'es-MX-JorgeNeural': { energetic: 'cheerful' },
  'fr-FR-DeniseNeural': { energetic: 'cheerful' },
  'fr-FR-HenriNeural': { energetic: 'cheerful' },
  'hi-IN-SwaraNeural': { warm: 'empathetic', energetic: 'cheerful' },
  'it-IT-IsabellaNeural': { energetic: 'cheerful' },
  'ja-JP-NanamiNeural': { energetic: 'cheerful' },
  'pt-BR-FranciscaNeural': { warm: 'calm' },
  'zh-CN-XiaohanNeural': { warm: 'gentle', energetic: 'cheerful' },
  'zh-CN-XiaoxiaoNeural': { warm: 'friendly', energetic: 'excited' },
  'zh-CN-XiaoyiNeural': { warm: 'gentle', energetic: 'cheerful' },
  'zh-CN-YunxiNeural': { energetic: 'cheerful' },
};
