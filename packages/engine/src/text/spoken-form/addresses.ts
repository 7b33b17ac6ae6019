import { type Rule, rule } from './rule.ts';

/** How a language names the signs of e-mail and web addresses. */
export interface AddressWords {
  readonly at: string;
  readonly dot: string;
  readonly dash: string;
  readonly underscore: string;
  readonly slash: string;
  readonly plus: string;
  /** Digits within an address, one by one. */
  readonly digits: (digits: string) => string;
  readonly letters: (letters: string) => string;
}

const email = /[\p{L}\d_.+-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,4}/u;
/** With a scheme, with "www.", or ending as sites do; "e.g." and "v1.2" are none. */
const site =
  /(?:https?:\/\/(?:www\.)?|www\.)[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){0,5}(?::\d{2,5})?((?:\/[\p{L}\d_.~%+-]{0,100}){0,8}?)\/?(?:[?#][^\s]{0,500}?)?(?=[.,;:!?)"”’»\]]{0,3}(?:\s|$))/iu;
const bareSite =
  /[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){0,3}\.(?:com|org|net|io|vn|uk|de|fr|es|co|edu|gov|info|app|dev|eu|us|ai|ca|au|me)((?:\/[a-z\d_~%+-]{1,100}){0,8})\/?(?=[.,;:!?)"”’»\]]{0,3}(?:\s|$))/i;

export function addressRules(words: AddressWords): readonly Rule[] {
  return [
    rule(email, ([all]) => spell(all, words)),
    // Nobody says "https", nor what follows a question mark.
    rule(site, ([all]) => spell(all.replace(/^https?:\/\//i, '').replace(/\/?(?:[?#].*)?$/s, ''), words)),
    rule(bareSite, ([all]) => spell(all.replace(/\/$/, ''), words)),
  ];
}

function spell(address: string, words: AddressWords): string {
  const signs: Readonly<Record<string, string>> = {
    '@': words.at,
    '.': words.dot,
    '-': words.dash,
    _: words.underscore,
    '/': words.slash,
    '+': words.plus,
  };
  const parts = address.match(/[\p{L}]+|\d+|[^\p{L}\d]/gu) ?? [];
  return parts
    .map((part) => {
      if (/^\d/.test(part)) return words.digits(part);
      const sign = signs[part];
      if (sign !== undefined) return sign;
      if (/^www$/i.test(part)) return words.letters('WWW');
      return /^\p{L}/u.test(part) ? part : '';
    })
    .filter((part) => part !== '')
    .join(' ');
}
