/** Whether two telephone numbers are one: as dialled at home (`020 7946…`) and from abroad (`+44 20 7946…`) alike. */
export function samePhone(one: string, other: string): boolean {
  const [a, b] = [nationalDigits(one), nationalDigits(other)];
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  return short.length >= MIN_DIGITS && long.endsWith(short) && long.length - short.length <= MAX_COUNTRY_DIGITS;
}

/** Whether two names can be one person's: every word of the shorter one is in the longer, whatever the case and marks. */
export function sameName(one: string, other: string): boolean {
  const [a, b] = [nameWords(one), nameWords(other)];
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  return short.length > 0 && short.every((word) => long.includes(word));
}

/** The shortest number that is taken for a booking. */
const MIN_DIGITS = 7;
/** Country codes have up to three digits. */
const MAX_COUNTRY_DIGITS = 3;

function nationalDigits(phone: string): string {
  return phone.replace(/\D/gu, '').replace(/^0+/u, '');
}

function nameWords(name: string): readonly string[] {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/đ/gu, 'd');
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}
