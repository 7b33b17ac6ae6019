const values = new Map([
  ['I', 1],
  ['V', 5],
  ['X', 10],
  ['L', 50],
  ['C', 100],
]);

/** The value of a Roman numeral up to 399, written as it should be; undefined for any other word ("CIVIL", "MIX"). */
export function romanValue(numeral: string): number | undefined {
  if (!/^C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/.test(numeral) || numeral === '') return undefined;
  let sum = 0;
  let last = 0;
  for (const letter of [...numeral].toReversed()) {
    const value = values.get(letter) ?? 0;
    sum += value < last ? -value : value;
    last = Math.max(last, value);
  }
  return sum;
}
