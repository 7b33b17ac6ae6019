/** North and south differ in "nghìn/ngàn", "linh/lẻ" and "tư/bốn" after the tens. */
export interface Vietnamese {
  readonly thousand: string;
  readonly zeroTens: string;
  readonly fourAfterTens: string;
}

export const northern: Vietnamese = { thousand: 'nghìn', zeroTens: 'linh', fourAfterTens: 'tư' };
export const southern: Vietnamese = { thousand: 'ngàn', zeroTens: 'lẻ', fourAfterTens: 'bốn' };

const names = 'không một hai ba bốn năm sáu bảy tám chín'.split(' ');
const maxDigits = 18;

/** @param digits digits only, no sign, no separators */
export function cardinal(digits: string, dialect: Vietnamese): string {
  const plain = digits.replace(/^0+(?=\d)/, '');
  if (plain.length > maxDigits) return digitByDigit(digits);
  return plain === '0' ? 'không' : belowTrillions(plain, dialect, false);
}

/** "tỷ" counts on by itself: "nghìn tỷ", "triệu tỷ". */
function belowTrillions(digits: string, dialect: Vietnamese, isInner: boolean): string {
  if (digits.length <= 9) return belowBillion(digits, dialect, isInner);
  const high = belowTrillions(digits.slice(0, -9), dialect, isInner);
  const low = digits.slice(-9);
  return Number(low) === 0 ? `${high} tỷ` : `${high} tỷ ${belowBillion(low, dialect, true)}`;
}

function belowBillion(digits: string, dialect: Vietnamese, isInner: boolean): string {
  const padded = digits.padStart(9, '0');
  const scales = ['triệu', dialect.thousand, ''];
  const parts: string[] = [];
  let started = isInner;
  for (const [index, scale] of scales.entries()) {
    const group = padded.slice(index * 3, index * 3 + 3);
    if (group === '000') continue;
    parts.push(
      `${belowThousand(group, dialect, started && parts.length + (isInner ? 1 : 0) > 0)}${scale === '' ? '' : ` ${scale}`}`,
    );
    started = true;
  }
  return parts.join(' ');
}

/** @param isInner something was said before it, so an empty place is said: "một nghìn không trăm linh năm" */
function belowThousand(group: string, dialect: Vietnamese, isInner: boolean): string {
  const [hundreds, tens, units] = [Number(group[0]), Number(group[1]), Number(group[2])];
  const parts: string[] = [];
  const hasHundreds = hundreds > 0 || isInner;
  if (hasHundreds) parts.push(`${names[hundreds]} trăm`);
  if (tens === 0) {
    if (units > 0) parts.push(hasHundreds ? `${dialect.zeroTens} ${names[units]}` : (names[units] ?? ''));
  } else {
    parts.push(tens === 1 ? 'mười' : `${names[tens]} mươi`);
    if (units > 0) parts.push(unitAfterTens(tens, units, dialect));
  }
  return parts.join(' ');
}

function unitAfterTens(tens: number, units: number, dialect: Vietnamese): string {
  if (units === 5) return 'lăm';
  if (units === 1 && tens > 1) return 'mốt';
  if (units === 4 && tens > 1) return dialect.fourAfterTens;
  return names[units] ?? '';
}

/** "1,25": "một phẩy hai mươi lăm"; three places and more, or a nought first, go digit by digit. */
export function decimal(whole: string, fraction: string, dialect: Vietnamese): string {
  const places =
    fraction.length <= 2 && !fraction.startsWith('0') ? cardinal(fraction, dialect) : digitByDigit(fraction);
  return `${cardinal(whole, dialect)} phẩy ${places}`;
}

export function digitByDigit(digits: string): string {
  return [...digits].map((digit) => names[Number(digit)] ?? '').join(' ');
}

/** The month's number: the fourth is "tư". */
export function monthName(month: number, dialect: Vietnamese): string {
  return month === 4 ? 'tư' : cardinal(String(month), dialect);
}

/** "thứ nhất", "thứ hai", "thứ tư". */
export function ordinal(digits: string, dialect: Vietnamese): string {
  if (Number(digits) === 1) return 'nhất';
  return Number(digits) === 4 ? 'tư' : cardinal(digits, dialect);
}
