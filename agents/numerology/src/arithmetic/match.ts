import type { NameLanguage } from './name-letters.ts';
import { reduceNumber } from './reduce.ts';

/** How two life paths go together: `KIND` when they are of one family, `KIND_KIND` when they are of two. */
export type Match = 'same' | Family | 'mind_hands' | 'mind_heart' | 'hands_heart';

/** Families of life paths, three numbers each: thinkers, makers and feelers. */
type Family = 'mind' | 'hands' | 'heart';

/** Master numbers belong where their single digit does: 11 with 2, 22 with 4, 33 with 6. */
export function matchOf(one: number, other: number): Match {
  if (one === other) return 'same';
  const [a, b] = [familyOf(one), familyOf(other)];
  if (a === b) return a;
  if (a !== 'heart' && b !== 'heart') return 'mind_hands';
  return a === 'mind' || b === 'mind' ? 'mind_heart' : 'hands_heart';
}

/** What the two are said to be like together, as one or two spoken sentences. */
export function matchMeaning(one: number, other: number, language: NameLanguage): string {
  return meanings[language][matchOf(one, other)];
}

function familyOf(lifePath: number): Family {
  switch (reduceNumber(lifePath, 'reduced').value) {
    case 1:
    case 5:
    case 7:
      return 'mind';
    case 2:
    case 4:
    case 8:
      return 'hands';
    default:
      return 'heart';
  }
}

const meanings: Readonly<Record<NameLanguage, Readonly<Record<Match, string>>>> = {
  en: {
    same: 'You walk the same road: you understand each other quickly, and share the same blind spots.',
    mind: 'You are both thinkers: there is always something to talk about, and room for each to go off alone.',
    hands: 'You are both makers: what the two of you plan together usually gets built.',
    heart: 'You both lead with the heart: things between you are warm, and rarely dull.',
    mind_hands:
      'One of you has the ideas and the other gets them done. You make a good team when you take turns steering.',
    mind_heart: 'One of you looks for reasons, the other for feelings. Each of you sees what the other would miss.',
    hands_heart:
      'One of you builds the house, the other fills it with life. Just say thank you to each other now and then.',
  },
  vi: {
    same: 'Hai bạn đi chung một con đường: dễ hiểu nhau, mà cũng dễ vấp cùng một chỗ.',
    mind: 'Cả hai đều thiên về suy nghĩ: lúc nào cũng có chuyện để nói, và ai cũng có khoảng trời riêng.',
    hands: 'Cả hai đều thích bắt tay vào việc: đã cùng tính chuyện gì thì thường làm được chuyện đó.',
    heart: 'Cả hai đều sống bằng trái tim: bên nhau ấm áp, và hiếm khi buồn chán.',
    mind_hands: 'Một người có ý tưởng, một người làm cho thành. Thay phiên nhau cầm lái là hợp lắm.',
    mind_heart: 'Một người tìm lý lẽ, một người nghe trái tim. Người này thấy được điều người kia bỏ sót.',
    hands_heart: 'Một người xây nhà, một người làm cho nhà có tiếng cười. Thỉnh thoảng nhớ cảm ơn nhau là được.',
  },
};
