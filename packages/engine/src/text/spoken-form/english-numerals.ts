import { cardinal, decimal, type English, fraction, ordinal } from './english-numbers.ts';
import { type Rule, rule } from './rule.ts';

const glyphs: Readonly<Record<string, readonly [number, number]>> = {
  '½': [1, 2],
  '¼': [1, 4],
  '¾': [3, 4],
  '⅓': [1, 3],
  '⅔': [2, 3],
  '⅛': [1, 8],
};
const anyGlyph = `[${Object.keys(glyphs).join('')}]`;
const whole = String.raw`\d{1,3}(?:,\d{3}){1,5}|\d{1,18}`;

/** Numbers that are nothing but numbers: after dates, times, telephone numbers and amounts have been tried. */
export function numberRules(english: English): { readonly digits: readonly Rule[]; readonly signs: readonly Rule[] } {
  const plain = (digits: string, part: string | undefined) =>
    part === undefined
      ? cardinal(digits.replaceAll(',', ''), english)
      : decimal(digits.replaceAll(',', ''), part, english);
  const glyph = (sign: string) => {
    const [numerator, denominator] = glyphs[sign] ?? [0, 0];
    return fraction(numerator, denominator, english) ?? sign;
  };
  return {
    digits: [
      rule(/(\d{1,3}(?:,\d{3})+|\d{1,15})(?:st|nd|rd|th)/, ([, digits = '']) =>
        ordinal(digits.replaceAll(',', ''), english),
      ),
      rule(/24\/7/, () => 'twenty-four seven'),
      rule(/(\d{1,6}) (\d{1,2})\/(\d{1,2})/, ([, digits = '', numerator, denominator]) => {
        const part = fraction(Number(numerator), Number(denominator), english);
        if (part === undefined || Number(numerator) >= Number(denominator)) return undefined;
        return `${cardinal(digits, english)} and ${part}`;
      }),
      rule(
        new RegExp(`(\\d{1,6})\\s?(${anyGlyph})`, 'u'),
        ([, digits = '', sign = '']) => `${cardinal(digits, english)} and ${glyph(sign)}`,
      ),
      rule(/(\d{1,3})\/(\d{1,3})/, ([, numerator = '', denominator = '']) => {
        const said =
          Number(numerator) < Number(denominator)
            ? fraction(Number(numerator), Number(denominator), english)
            : undefined;
        if (numerator === denominator)
          return `${cardinal(numerator, english)} out of ${cardinal(denominator, english)}`;
        return said ?? `${cardinal(numerator, english)} slash ${cardinal(denominator, english)}`;
      }),
      // 1.2.3: a version, an address of the network.
      rule(/\d{1,4}(?:\.\d{1,4}){2,4}/, ([all]) =>
        all
          .split('.')
          .map((part) => cardinal(part, english))
          .join(' point '),
      ),
      rule(
        new RegExp(`(${whole})(?:\\.(\\d{1,12}))?\\s?[-–]\\s?(${whole})(?:\\.(\\d{1,12}))?`),
        ([, from = '', fromPart, to = '', toPart]) => `${plain(from, fromPart)} to ${plain(to, toPart)}`,
      ),
      // An early nought is part of a name ("007"), not of a quantity.
      rule(/0\d{1,5}/, ([all]) => [...all].map((digit) => cardinal(digit, english)).join(' ')),
      rule(new RegExp(`(${whole})(?:\\.(\\d{1,12}))?`), ([, digits = '', part]) => plain(digits, part)),
    ],
    signs: [
      rule(
        new RegExp(`([-−+±~≈<>≤≥#])\\s?(${whole})(?:\\.(\\d{1,12}))?(\\s?(?:°C|°F|°|%))?`),
        ([, sign = '', digits = '', part, unit]) => {
          const spoken = `${signed[sign]} ${plain(digits, part)}`;
          const name = unit?.trim();
          return name === undefined ? spoken : `${spoken} ${degrees[name]}`;
        },
      ),
      rule(/\.(\d{1,12})/, ([, part = '']) => `point ${decimal('0', part, english).replace(/^zero point /, '')}`),
      rule(new RegExp(anyGlyph, 'u'), ([sign]) => glyph(sign)),
    ],
  };
}

const signed: Readonly<Record<string, string>> = {
  '-': 'minus',
  '−': 'minus',
  '+': 'plus',
  '±': 'plus or minus',
  '~': 'about',
  '≈': 'about',
  '<': 'under',
  '>': 'over',
  '≤': 'at most',
  '≥': 'at least',
  '#': 'number',
};
const degrees: Readonly<Record<string, string>> = {
  '°C': 'degrees Celsius',
  '°F': 'degrees Fahrenheit',
  '°': 'degrees',
  '%': 'percent',
};
