export type NumerologyLanguage = 'vi-VN' | 'en-US';

/** How it is offered: its name, what it is for, and first sentences for those who do not know what to say. */
export const numerologyTexts: Readonly<
  Record<
    NumerologyLanguage,
    { readonly name: string; readonly description: string; readonly suggestions: readonly string[] }
  >
> = {
  'vi-VN': {
    name: 'Thần số học',
    description: 'Xem các con số theo ngày sinh và tên, kèm ý nghĩa và cách tính. Cho vui thôi.',
    suggestions: ['Số chủ đạo của mình là gì?', 'Xem các số theo tên', 'Năm nay của mình thế nào?'],
  },
  'en-US': {
    name: 'Numerology',
    description: 'Finds the numbers in a birthday and a name, with their meaning and their arithmetic. For fun.',
    suggestions: ['What’s my life path?', 'What are the numbers in my name?', 'How is my year looking?'],
  },
};
