/** Answers that are whole as they stand, and too short for a model to be sure of. */
export function isWholeAnswer(spoken: readonly string[], language: 'en' | 'vi'): boolean {
  const text = spoken.join(' ');
  if (wholeAnswers[language].has(text)) return true;
  const last = spoken.at(-1) ?? '';
  const before = spoken.at(-2);
  return before !== undefined && politeEndings[language].has(last) && !asksOn.has(before);
}

/** "Could you please" goes on. */
const asksOn: ReadonlySet<string> = new Set(['you', 'can', 'to', 'and', 'but', 'so', 'um', 'uh']);

const politeEndings = {
  en: new Set(['please', 'thanks', 'goodbye', 'bye']),
  vi: new Set(['ạ', 'nhé', 'nha', 'nhỉ']),
} as const;

const wholeAnswers: Readonly<Record<'en' | 'vi', ReadonlySet<string>>> = {
  en: new Set(
    (
      'yes,no,yeah,nope,yep,sure,okay,ok,correct,right,exactly,hello,hi,bye,goodbye,thanks,thank you,of course,not yet,go ahead,' +
      "yes it is,yes i do,yes i am,no it isn't,no i don't,i do,i don't,i don't know,that's right,that's correct,what,pardon,sorry," +
      "what was that,what's that,what did you say,who's that,how much,how long,why,why not,where,when,stop,help,never mind," +
      'nothing,nothing else,hello are you there,are you there,can you hear me,maybe,i think so,i guess so,me too,either,both,neither'
    ).split(','),
  ),
  vi: new Set(
    (
      'dạ,vâng,dạ vâng,có,không,phải,đúng,đúng rồi,được,ừ,rồi,chưa,alo,chào em,chào anh,chào chị,cảm ơn,cám ơn,tạm biệt,không phải,' +
      'không biết,tôi không biết,em không biết,sao,gì,gì cơ,sao cơ,bao nhiêu,bao lâu,khi nào,ở đâu,tại sao,thôi,không sao,dạ không,' +
      'dạ có,dạ được,dạ rồi,dạ chưa,dạ đúng,dạ phải,ok,nghe rõ không,có nghe không,cũng được,được rồi'
    ).split(','),
  ),
};
