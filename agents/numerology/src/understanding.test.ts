import { trainClassifiers } from '@parley/dialogue/flow/build-agent.ts';
import { examplesIn } from '@parley/dialogue/nlu/agent-intents.ts';
import { expect, test } from 'vitest';
import { createNumerology } from './numerology-agent.ts';

/** None of them is an example. */
const unseen: Readonly<Record<'en' | 'vi', readonly (readonly [string, string])[]>> = {
  en: [
    ['could you figure out my life path number for me', 'life_path'],
    ['so what would my life path be', 'life_path'],
    ['id like to hear about the numbers in my name please', 'name_numbers'],
    ['can you look at what my name says', 'name_numbers'],
    ['so how is next year going to be for me', 'personal_year'],
    ['tell me my personal year number', 'personal_year'],
    ['and what does this month look like', 'personal_month'],
    ['could i get my personal month', 'personal_month'],
    ['what would be my birthday number', 'birthday'],
    ['please calculate my expression', 'expression'],
    ['could you tell me my soul urge number', 'soul_urge'],
    ['whats the personality number for my name', 'personality'],
    ['just give me everything you have', 'all_numbers'],
    ['wait how did you calculate that', 'how'],
    ['can you show me the calculation', 'how'],
    ['how on earth did you get that number', 'how'],
    ['and what does that number mean', 'more'],
    ['can you tell me a bit more', 'more'],
    ['sorry that date was wrong', 'birth_told'],
    ['you got the wrong birthday', 'birth_told'],
    ['no thats not how my name is spelled', 'name_told'],
    ['can we do it for my mother now', 'someone_else'],
    ['are my girlfriend and i a good match', 'compare'],
    ['what exactly is numerology', 'about'],
    ['is any of this actually true', 'is_it_true'],
    ['so what is a master number exactly', 'master_numbers'],
    ['do accents in the name matter', 'accents'],
    ['i got a different number on another website', 'other_result'],
    ['what do you need my birth date for', 'why_ask'],
    ['should i quit my job this year', 'advice'],
    ['are you an actual human', 'are_you_human'],
    ['could i please talk to a real person', 'human'],
    ['sorry can you say that one more time', 'repeat'],
    ['lets start again from the beginning', 'start_over'],
    ['no thanks thats all', 'enough'],
    ['okay goodbye then', 'goodbye'],
    ['what kind of things can you do', 'help'],
    ['oh never mind that', 'cancel'],
  ],
  vi: [
    ['cho mình xem số chủ đạo với', 'life_path'],
    ['mình muốn tính số chủ đạo', 'life_path'],
    ['tên của mình thì có số gì', 'name_numbers'],
    ['năm sau của mình sẽ thế nào', 'personal_year'],
    ['cho mình xem năm cá nhân nhé', 'personal_year'],
    ['tháng sau của mình ra sao', 'personal_month'],
    ['tháng cá nhân của tôi là mấy vậy', 'personal_month'],
    ['số ngày sinh của tôi là bao nhiêu', 'birthday'],
    ['cho xem số sứ mệnh với', 'expression'],
    ['số linh hồn của em là số mấy', 'soul_urge'],
    ['xem giúp em số nhân cách', 'personality'],
    ['cho mình xem tất cả luôn đi', 'all_numbers'],
    ['sao bạn tính ra số này vậy', 'how'],
    ['bạn cộng kiểu gì mà ra vậy', 'how'],
    ['chỉ mình cách tính với', 'how'],
    ['con số đó có nghĩa là gì vậy', 'more'],
    ['bạn nói thêm về số đó đi', 'more'],
    ['ngày sinh đó sai rồi bạn ơi', 'birth_told'],
    ['bạn viết sai tên mình rồi', 'name_told'],
    ['giờ xem cho mẹ mình nhé', 'someone_else'],
    ['mình với người yêu có hợp nhau không nhỉ', 'compare'],
    ['thần số học là cái gì vậy', 'about'],
    ['cái này có chính xác không vậy', 'is_it_true'],
    ['thế nào gọi là số bậc thầy', 'master_numbers'],
    ['tên không viết dấu thì có sao không', 'accents'],
    ['bên trang khác lại ra số khác', 'other_result'],
    ['bạn cần ngày sinh để làm gì vậy', 'why_ask'],
    ['năm nay mình có nên đổi việc không', 'advice'],
    ['bạn là máy hay là người vậy', 'are_you_human'],
    ['mình muốn gặp nhân viên tư vấn', 'human'],
    ['bạn nhắc lại giúp mình được không', 'repeat'],
    ['cho mình làm lại từ đầu nhé', 'start_over'],
    ['vậy là đủ rồi cảm ơn bạn', 'enough'],
    ['tạm biệt bạn nhé', 'goodbye'],
    ['bạn có thể giúp gì cho mình', 'help'],
    ['thôi bỏ qua cái này đi', 'cancel'],
  ],
};

test.each(['en', 'vi'] as const)(
  '%s: what nobody wrote down is understood, and rarely taken for something else',
  async (language) => {
    const { definition } = await createNumerology();
    const classifier = trainClassifiers(definition).get(language);
    if (classifier === undefined) throw new Error(`nothing to learn from in ${language}`);
    const { leastConfidence, leastLead } = definition.understanding;
    const wrong: string[] = [];
    let right = 0;
    for (const [text, intent] of unseen[language]) {
      expect(Object.values(examplesOf(definition, language)).flat()).not.toContain(text);
      const guess = await classifier.classify(
        text,
        { expectedIntents: [], slotAsked: undefined },
        new AbortController().signal,
      );
      const [first, second] = guess.ranking;
      const lead = (first?.confidence ?? 0) - (second?.confidence ?? 0);
      const acted = guess.confidence >= leastConfidence && lead >= leastLead;
      if (guess.intent === intent && acted) right += 1;
      else wrong.push(`${text}: ${guess.intent} ${guess.confidence.toFixed(2)}${acted ? ', acted on' : ''}`);
    }
    const misled = wrong.filter((line) => line.endsWith('acted on'));
    expect(right / unseen[language].length, wrong.join('\n')).toBeGreaterThanOrEqual(0.8);
    expect(misled.length, misled.join('\n')).toBeLessThanOrEqual(2);
  },
);

function examplesOf(definition: Parameters<typeof examplesIn>[0], language: string) {
  return Object.fromEntries(
    Object.keys(definition.intents).map((name) => [name, examplesIn(definition, name, language)]),
  );
}
