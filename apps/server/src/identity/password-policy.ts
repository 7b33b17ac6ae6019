import { WireError } from '@parley/contract/errors.ts';

/**
 * Refuse what guessers try first. Length is asked for by the contract; no kinds of characters are, since they make passwords that
 * are hard to remember and no harder to guess.
 * @throws WireError `password_refused` with the reason in its details
 */
export function checkNewPassword(password: string, owner: { readonly email: string; readonly name: string }): void {
  const reason = refusal(plain(password), owner);
  if (reason !== undefined) throw new WireError('password_refused', { reason });
}

/** Shorter parts of names are in many words. */
const minSimilarLength = 4;
/** What must be left of a password when names, common words and digits are taken out of it. */
const minOwnLength = 5;
const minDistinct = 5;

function refusal(password: string, { email, name }: { readonly email: string; readonly name: string }) {
  if (new Set(password).size < minDistinct) return 'It repeats a few characters.';
  if (isRun(password)) return 'It is a run of neighbouring characters.';
  if (isRepeated(password)) return 'It repeats one piece.';
  let rest = password;
  const ownWords = [email, ...email.split(/[@.+_-]/), ...name.split(/\s+/)].map(plain);
  for (const word of ownWords) if (word.length >= minSimilarLength) rest = rest.replaceAll(word, '');
  if (ownPart(rest) < minOwnLength && rest !== password) return 'It is made of the name or the e-mail address.';
  for (const word of commonWords) rest = rest.replaceAll(word, '');
  if (ownPart(rest) < minOwnLength) return 'It is made of what everybody uses.';
  return undefined;
}

/** Letters as they are meant: `P@ssw0rd` is `password`. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[@4013578$!]/g, (sign) => leet[sign] ?? sign);
}
const leet: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '0': 'o',
  '1': 'i',
  '!': 'i',
  '3': 'e',
  '5': 's',
  $: 's',
  '7': 't',
  '8': 'b',
};

/** Characters that are not digits, signs, or letters that stand for digits in a year or a count. */
function ownPart(text: string): number {
  return text.replace(/[^\p{L}\d]|\d/gu, '').replace(/[oiseatb]{2,}$/u, '').length;
}

/** `abcdefghijkl`, `qwertzuiopas`, also backwards. */
function isRun(text: string): boolean {
  return runs.some((run) => run.includes(text) || [...run].toReversed().join('').includes(text));
}
const runs = [
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnmqwertyuiop',
  'qwertzuiopasdfghjklyxcvbnmqwertzuiop',
  'azertyuiopqsdfghjklmwxcvbnazertyuiop',
  'iqazowsxedcarfvstgb',
  '12345678901234567890123456789',
].flatMap((run) => [run, plain(run)]);

/** One piece over and over: `summersummer`, `abc1abc1abc1`. */
function isRepeated(text: string): boolean {
  return /^(.{1,10})\1+.?$/u.test(text);
}

/** Parts that common passwords of twelve characters and more are put together from, in plain letters, longest first. */
const commonWords = `
password passwort motdepasse contrasena matkhau senha parola qwertyuiop qwertzuiop qwerty qwertz azerty asdfgh zxcvbn iloveyou
welcome willkommen bienvenue letmein trustno administrator administrateur changeme changeit default secret secure login admin root
user guest test demo hello monkey dragon sunshine princess football baseball superman batman master shadow michael jennifer ashley
jordan charlie daniel thomas summer winter spring autumn sommer company office server system internet computer parley agent voice
january february october november december monday friday hanoi saigon vietnam london paris berlin america pokemon starwars
freedom whatever cheese flower killer soccer hockey ranger buster ginger cookie banana abcdef abcd iqaz owsx correcthorsebatterystaple
`
  .trim()
  .split(/\s+/)
  .map(plain)
  .toSorted((a, b) => b.length - a.length);
