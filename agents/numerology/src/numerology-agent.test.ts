import { ToolError } from '@parley/dialogue/tools/tool.ts';
import { describe, expect, test } from 'vitest';
import { numerologyTools } from './arithmetic/numerology-tools.ts';
import { createNumerology } from './numerology-agent.ts';
import { openChat } from './testing/chat.ts';

const english = { language: 'en-US' } as const;

describe('the folder', () => {
  test('is valid, and introduces itself in the language that it greets in', async () => {
    expect(await createNumerology()).toMatchObject({ name: 'Thần số học', agent: { language: 'vi-VN' } });
    expect(await createNumerology(english)).toMatchObject({ name: 'Numerology', agent: { language: 'en-US' } });
    expect((await openChat()).greeting).toContain('Bạn muốn xem số chủ đạo');
    expect((await openChat(english)).greeting).toContain('life path');
  });

  test.each(['vi-VN', 'en-US'] as const)('understands what it suggests to begin with, in %s', async (language) => {
    const { suggestions } = await createNumerology({ language });
    for (const text of suggestions) {
      const { write } = await openChat({ language });
      expect(await write(text), text).toMatch(/ngày tháng năm|họ tên|born|birth|passport/);
    }
  });

  test('says every sentence in both languages', async () => {
    const { definition } = await createNumerology();
    const lacking: string[] = [];
    const look = (value: unknown, at: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const keys = Object.keys(value);
      if (keys.includes('en') !== keys.includes('vi')) lacking.push(at);
      for (const [key, inner] of Object.entries(value)) look(inner, `${at}.${key}`);
    };
    look({ ...definition, intents: undefined }, definition.id);
    for (const [name, { examples }] of Object.entries(definition.intents)) look({ examples }, name);
    expect(lacking).toEqual([]);
  });
});

describe('a chat in Vietnamese', () => {
  test('tells the life path, its arithmetic when asked, and the disclaimer once', async () => {
    const { write } = await openChat();
    expect(await write('cho mình hỏi số chủ đạo của mình')).toMatch(/ngày tháng năm/);
    const told = await write('12/3/1990');
    expect(told).toContain('Sinh ngày 12 tháng 3 năm 1990: số chủ đạo của bạn là 7.');
    expect(told).toContain('chỉ để vui');
    expect(await write('bạn tính thế nào')).toContain('Năm 1990: 1 + 9 + 9 + 0 = 19, 1 + 9 = 10, 1 + 0 = 1.');
    expect(await write('còn số ngày sinh thì sao')).not.toContain('chỉ để vui');
  });

  test('takes names with marks, without them, and in parts', async () => {
    const ofMarks = await openChat();
    await ofMarks.write('xem số sứ mệnh');
    expect(await ofMarks.write('Đỗ Thị Hồng Nhung')).toContain('Tên Đỗ Thị Hồng Nhung có số sứ mệnh');
    const plain = await openChat();
    await plain.write('xem so linh hon');
    expect(await plain.write('nguyen thi nga')).toContain('số linh hồn là 7');
    const parts = await openChat();
    await parts.write('xem số linh hồn');
    expect(await parts.write('Ngà')).toContain('cả họ, tên đệm và tên');
    expect(await parts.write('Nguyễn Thị')).toContain('Tên Nguyễn Thị Ngà có số linh hồn là 7');
    const introduced = await openChat();
    await introduced.write('xem số nhân cách');
    expect(await introduced.write('tên mình là Vũ Hoàng Anh')).toContain('Tên Vũ Hoàng Anh có số nhân cách');
  });

  test('takes dates in every way that they are written', async () => {
    for (const date of ['12-3-1990', 'ngày 12/3/1990', '12 tháng 3 năm 1990', 'mình sinh mười hai tháng ba năm 1990']) {
      const { write } = await openChat();
      await write('số chủ đạo');
      expect(await write(date), date).toContain('ngày 12 tháng 3 năm 1990: số chủ đạo của bạn là 7');
    }
  });

  test('asks for the year that was left out, and knows who was born this year', async () => {
    const { write } = await openChat();
    await write('số chủ đạo');
    expect(await write('12 tháng 3')).toMatch(/năm/);
    expect(await write('1990')).toContain('ngày 12 tháng 3 năm 1990');
    const baby = await openChat();
    await baby.write('số chủ đạo');
    expect(await baby.write('12/3/2026')).toContain('ngày 12 tháng 3 năm 2026');
  });

  test('works out anew what was corrected', async () => {
    const { write } = await openChat();
    await write('mình sinh 12/3/1990');
    expect(await write('à không, 13/3/1990')).toContain('ngày 13 tháng 3 năm 1990: số chủ đạo của bạn là 8');
    await write('số sứ mệnh');
    await write('Nguyễn Văn Ân');
    expect(await write('sai tên rồi')).toContain('họ tên đúng');
    expect(await write('Nguyễn Văn Ánh')).toContain('Tên Nguyễn Văn Ánh có số sứ mệnh');
    expect(await write('còn năm sau thì sao')).toContain('Năm 2027 là năm cá nhân');
  });

  test('changes over to English when English is typed, and explains in it what it told in Vietnamese', async () => {
    const { write } = await openChat();
    await write('số chủ đạo');
    expect(await write('3/12/1990')).toContain('ngày 3 tháng 12 năm 1990');
    expect(await write('how did you get that')).toContain('Month 12: 1 + 2 = 3.');
    expect(await write('no, I was born on 3/12/1990')).toContain('Born on March 12, 1990');
    expect(await write('bạn tính ra sao vậy')).toContain('Tháng 3: 3.');
  });
});

describe('a call in English', () => {
  test('reads a spoken name back letter by letter, and takes the correction', async () => {
    const { say } = await openChat(english);
    await say('what is my expression number');
    expect(await say('mary ann smith')).toContain('M A R Y, A N N, S M I T H. Is that right?');
    expect(await say('no, my name is Mary Ann Smythe')).toContain('S M Y T H E. Is that right?');
    const told = await say('yes');
    expect(told).toContain('For Mary Ann Smythe, the expression number is 5.');
    // Of a name that stands it does not ask again.
    expect(await say('and the soul urge')).toContain('For Mary Ann Smythe, the soul urge is 3.');
    expect(await say('how did you get that')).toContain('All together');
  });

  test('goes on where it was after questions, help and a repeat', async () => {
    const { say } = await openChat(english);
    await say('my life path please');
    expect(await say('what is a master number')).toMatch(/11, 22 and 33.*(born|birth)/);
    expect(await say('help')).toMatch(/March 12, 1990.*(born|birth)/);
    const again = await say('could you say that again please');
    expect(again).toMatch(/March 12, 1990.*(born|birth)/);
    expect(await say('september twenty second two thousand')).toContain('your life path is 33, a master number.');
  });

  test('leaves what is cancelled, begins anew, and parts', async () => {
    const chat = await openChat(english);
    await chat.say('the numbers in my name');
    expect(await chat.say('never mind')).toMatch(/leave/);
    await chat.say('i was born on march twelfth nineteen ninety');
    expect(await chat.say('start over')).toContain('fresh start');
    expect(await chat.say('how is my year looking')).toMatch(/born|birth/);
    await chat.say('forget it');
    const bye = await chat.reply("no that's all");
    expect(bye.ended).toBe(true);
  });

  test('asks what was meant when it is not sure, and takes a yes or the name of one', async () => {
    const vague = ['năm tháng cá nhân', 'số của ngày tháng', 'cái số kia của tên', 'xem ngày'];
    let asked = 0;
    for (const text of vague) {
      const { write } = await openChat();
      const choices = /^Ý bạn là (.+), đúng không\?$/.exec(await write(text))?.[1]?.split(' hoặc ');
      if (choices === undefined) continue;
      asked += 1;
      const answer = choices.length === 1 ? 'đúng rồi' : (choices[1] ?? '');
      expect(await write(answer), text).not.toMatch(/chưa hiểu|Ý bạn/);
    }
    expect(asked).toBeGreaterThan(0);
  });

  test('compares two people whose birthdays come in one breath', async () => {
    const { write } = await openChat(english);
    const told = await write('I was born on 3/12/1990 and my husband was born on 5/5/1992, do we match?');
    expect(told).toContain("You were born on March 12, 1990, and that's a 7.");
    expect(told).toContain('born on May 5, 1992, is a 4');
  });

  test('knows next year, next month and a month by its name', async () => {
    const { say } = await openChat(english);
    await say('my personal year');
    expect(await say('march twelfth nineteen ninety')).toContain('2026 is a personal year 7');
    expect(await say('and next year')).toContain('2027 is a personal year 8');
    expect(await say('what about next month')).toContain('December 2026 is a personal month 1');
    expect(await say('what about january')).toContain('January 2027 is a personal month 9');
  });
});

describe('what goes wrong', () => {
  test('a day that is still to come, and one that no calendar has, are asked for again', async () => {
    const { write } = await openChat(english);
    await write('life path');
    expect(await write('5/5/2031')).toMatch(/still to come.*(born|birth)/);
    expect(await write('2/30/1990')).toMatch(/born|birth/);
    expect(await write('2/28/1990')).toContain('February 28, 1990');
  });

  test('a name in other letters, one without vowels, and one of a single word', async () => {
    const { write } = await openChat(english);
    await write('soul urge');
    expect(await write('Владимир')).toMatch(/letters A to Z.*passport/);
    expect(await write('Hng')).toContain('whole name');
    expect(await write('Hng')).toContain('no vowels');
    expect(await write('expression')).toContain('For Hng, the expression number is');
  });

  test('arithmetic that fails is said, and the next wish is served', async () => {
    let broken = true;
    const tools = numerologyTools().map((tool) => ({
      ...tool,
      run: async (...given: Parameters<typeof tool.run>) => {
        if (broken) throw new ToolError('unavailable', 'The sums are out of order.');
        return tool.run(...given);
      },
    }));
    const { write } = await openChat({ ...english, tools });
    await write('life path');
    expect(await write('3/12/1990')).toMatch(/sums in a knot.*\?/);
    expect(await write('all my numbers')).toContain('passport');
    expect(await write('Mary Smith')).toContain('one by one');
    expect(await write('the numbers in my name')).toContain('one from your birthday');
    expect(await write('how did you get that')).toMatch(/sorry|1990 is 1 plus 9/);
    broken = false;
    expect(await write('life path')).toContain('March 12, 1990: your life path is 7');
  });

  test('a person who is there takes over; when nobody is, that is said', async () => {
    const asked: string[] = [];
    const { say, actions } = await openChat({
      ...english,
      handOff: async ({ reason }) => {
        asked.push(reason);
        return 'accepted';
      },
    });
    expect(await say('can i talk to a real person')).toContain('colleague');
    expect([asked, actions]).toEqual([['asked'], ['handed_off']]);
    const alone = await openChat();
    expect(await alone.write('cho mình gặp người thật')).toContain('chưa có ai rảnh');
    expect(alone.actions).toEqual(['handoff_requested']);
    expect(await alone.write('số chủ đạo')).toMatch(/ngày tháng năm/);
  });

  test('nothing is foretold', async () => {
    const { write } = await openChat();
    expect(await write('bao giờ mình giàu')).toContain('không trả lời được');
    expect(await write('nghe không đáng tin lắm')).toMatch(/khoa học|chưa hiểu|Ý bạn/);
  });
});
