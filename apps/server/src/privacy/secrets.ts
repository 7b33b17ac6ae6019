/**
 * Secrets in a text: what stands after a word for one, and what has the form of a key or a token.
 * Spans of what is secret alone: `password: [hunter2]`.
 */
export function findSecrets(text: string): { start: number; end: number }[] {
  const found = [...text.matchAll(forms)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  for (const match of text.matchAll(told)) {
    const [whole, said = ''] = match;
    const start = match.index + whole.length - said.length;
    found.push({ start, end: start + said.trimEnd().length });
  }
  return found;
}

/** Whether a field of this name holds a secret, whatever its value: `client_secret`, `Authorization`, `pinCode`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.some((word) => secretWords.has(word)) || secretPairs.test(words.join('_'));
}

const secretWords = new Set(
  'password passwd passphrase passcode pwd secret secrets pin otp cvv cvc token authorization cookie credential credentials jwt'.split(
    ' ',
  ),
);
/** Words that are secret only together; `set_cookie` ends in one that is anyway. */
const secretPairs = /(^|_)(api_key|apikey|private_key|master_key|access_key|operator_key|signing_key|id_token)(_|$)/;

/**
 * "My PIN is 4821", `password=hunter2`, `mật khẩu là …`, also spoken in words: what follows up to the end of the clause where it is
 * spoken, one word where it is written.
 */
const told =
  /(?:\b(?:password|passphrase|passcode|pass code|pin|pin code|pin number|pwd|secret|cvv|cvc|security code|one[- ]time code|verification code|otp|api[_ -]?key|token)|mật khẩu|mã pin|mã otp|mã bí mật)(?!\p{L})["']?\s*(?:(?:number|code)\s+)?(?:is|are|=|:|là)\s*["']?((?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|không|một|hai|ba|bốn|tư|năm|lăm|sáu|bảy|bẩy|tám|chín|\d)(?![\p{L}])[\s-]*){3,}|[^\s"',;]{2,})/giu;

/**
 * Bearer tokens, JSON web tokens, keys with a well-known beginning (our own among them), the operator's key in an address, passwords in
 * addresses, private keys.
 */
const forms =
  /(?<=\bbearer\s)[\w.~+/=-]{8,}|(?<=\bbasic\s)[A-Za-z\d+/=]{8,}|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+|\b(?:sk|pk|rk|prl|prs|prr|prt|whsec|parley|pk_live|sk_live|ghp|xox[abp])[_-][A-Za-z\d_-]{16,}|\bhv[sb]\.[\w-]{16,}|\bAKIA[A-Z\d]{16}\b|(?<=:\/\/[^\s/:@]{0,64}:)[^\s/@]+(?=@)|(?<=#key=)[\w-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/giu;
