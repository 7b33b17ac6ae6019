/** Number words and everyday values as words, for the vocabularies of recognisers and for training. */

const small = {
  en: 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  ),
  vi: 'một hai ba bốn năm sáu bảy tám chín mười'.split(' '),
};
const tens = { en: { 20: 'twenty', 30: 'thirty', 40: 'forty' }, vi: { 20: 'hai mươi', 30: 'ba mươi', 40: 'bốn mươi' } };
const digitNames = {
  en: 'zero one two three four five six seven eight nine'.split(' '),
  vi: 'không một hai ba bốn năm sáu bảy tám chín'.split(' '),
};

/** 1 to `most` (49 at most), in words. */
export function numberWords(language: 'en' | 'vi', most: number): string[] {
  return Array.from({ length: Math.min(most, 49) }, (_, index) => wordsOf(index + 1, language));
}

function wordsOf(number: number, language: 'en' | 'vi'): string {
  const word = small[language][number - 1];
  if (word !== undefined) return word;
  if (language === 'vi' && number < 20) return `mười ${number === 15 ? 'lăm' : small.vi[number - 11]}`;
  const ten = number < 30 ? 20 : number < 40 ? 30 : 40;
  const rest = number - ten;
  const name = tens[language][ten];
  if (rest === 0) return name;
  return language === 'vi' && rest === 1
    ? `${name} mốt`
    : language === 'vi' && rest === 5
      ? `${name} lăm`
      : `${name} ${small[language][rest - 1]}`;
}

/** Strings of digits in words, of lengths from `least` to `most`, so that each digit follows each other one. */
export function digitWords(language: 'en' | 'vi', least: number, most: number, count: number): string[] {
  const lengths = Math.max(1, most - least + 1);
  return Array.from({ length: count }, (_, index) =>
    Array.from({ length: least + (index % lengths) }, (_, place) => {
      // Each string walks the digits with another step.
      const digit = (index * 3 + place * (1 + (index % 9)) + Math.floor(index / 10)) % 10;
      return language === 'en' && digit === 0 && index % 2 === 0 ? 'oh' : (digitNames[language][digit] ?? '');
    }).join(' '),
  );
}

export const vietnamese = {
  days: [
    'hôm nay',
    'ngày mai',
    'ngày kia',
    ...['hai', 'ba', 'tư', 'năm', 'sáu', 'bảy'].flatMap((day) => [`thứ ${day}`, `thứ ${day} tuần sau`]),
    'chủ nhật',
    'chủ nhật này',
    'cuối tuần',
    ...numberWords('vi', 28).map((day, index) => `ngày ${day} tháng ${wordsOf((index % 12) + 1, 'vi')}`),
  ],
  times: [
    ...numberWords('vi', 11).flatMap((hour) => [`${hour} giờ`, `${hour} giờ rưỡi`, `${hour} giờ sáng`]),
    ...numberWords('vi', 6).map((hour) => `${hour} giờ chiều`),
  ],
  names: [
    ...['nguyễn', 'trần', 'lê', 'phạm', 'hoàng', 'vũ', 'đặng', 'bùi'].flatMap((family) =>
      ['văn an', 'thị lan', 'minh tuấn', 'thu hà', 'quốc huy', 'ngọc mai'].map((given) => `${family} ${given}`),
    ),
  ],
} as const;
