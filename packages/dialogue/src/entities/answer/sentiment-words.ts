import type { EntityLanguage } from '../numbers/number-words.ts';

export interface SentimentLexicon {
  /** Words and phrases of up to five words: 1 or 2, -1 or -2; 0 for those that feel nothing though a word in them does. */
  readonly scores: ReadonlyMap<string, number>;
  readonly negations: ReadonlySet<string>;
  /** Before the word: `very good`, `rất tốt`. */
  readonly strengtheners: ReadonlySet<string>;
  /** After the word: `tốt quá`. */
  readonly strengthenersAfter: ReadonlySet<string>;
  readonly weakeners: ReadonlySet<string>;
  readonly contrasts: ReadonlySet<string>;
}

export const SENTIMENT_WORDS: Readonly<Record<EntityLanguage, SentimentLexicon>> = {
  en: {
    scores: scored({
      2: `love, loved, excellent, amazing, awesome, fantastic, wonderful, brilliant, perfect, perfectly, delighted, superb, outstanding,
        thrilled, incredible, the best, lifesaver, made my day, exceeded my expectations, couldn't be happier, can't complain, lovely,
        can't thank you enough, no complaints, above and beyond, fabulous`,
      1: `good, great, nice, happy, glad, pleased, helpful, thanks, thank you, thank, friendly, kind, easy, quick, fast, smooth, appreciate,
        enjoyed, enjoy, like, liked, satisfied, impressed, recommend, comfortable, clean, polite, well done, works well, fine, better,
        no problem, not bad, cheers, fun, reliable, grateful, beautiful, tasty, delicious, convenient, worth it, solved, pleasant,
        as promised, on time`,
      [-1]: `bad, slow, late, wrong, problem, problems, difficult, hard, confusing, confused, disappointed, disappointing, unhappy, upset,
        annoying, annoyed, frustrated, frustrating, poor, poorly, rude, dirty, broken, expensive, worse, waiting, tired of, complain, complaint,
        sad, unfortunately, fail, failed, fails, mistake, error, doesn't work, not working, worried, cold, noisy, uncomfortable, refund,
        cancelled on me, nobody helped, again and again, still waiting, keeps crashing, crashed, lost, ignored, overcharged, unhelpful,
        too long, delayed, fed up, stuck, useless, no one answers, never again, hung up, smelly, let down, stop calling, missing,
        charged me twice, money back, speak to a manager, nobody, took forever, damaged, never arrived, charged twice`,
      0: `would like, i'd like, we'd like, he'd like, she'd like, i'll like`,
      [-2]: `terrible, awful, horrible, worst, hate, hated, disgusting, unacceptable, ridiculous, furious, angry, scam, outrageous, pathetic,
        nightmare, waste of time, waste of money, disaster, appalling, joke, garbage, rubbish, sick of, disgrace, livid`,
    }),
    negations: new Set([
      'not',
      'no',
      'never',
      'without',
      'hardly',
      'nothing',
      'neither',
      'cannot',
      'isnt',
      'dont',
      'didnt',
      'wasnt',
    ]),
    strengtheners: new Set(
      'very really so extremely absolutely totally incredibly too such completely super utterly quite'.split(' '),
    ),
    strengthenersAfter: new Set(['indeed']),
    weakeners: new Set(['slightly', 'somewhat', 'bit', 'little', 'kinda', 'fairly']),
    contrasts: new Set(['but', 'however', 'although', 'though']),
  },
  vi: {
    scores: scored({
      2: `tuyệt vời, xuất sắc, hoàn hảo, yêu, rất thích, quá tốt, quá tuyệt, tuyệt, tuyệt cú mèo, đỉnh, đáng đồng tiền, trên cả mong đợi,
        không chê vào đâu được, mê, hết ý, tận tâm`,
      1: `tốt, hay, đẹp, thích, vui, hài lòng, cảm ơn, cám ơn, nhanh, nhiệt tình, thân thiện, dễ chịu, tiện, tiện lợi, sạch, sạch sẽ, ổn, ngon,
        lịch sự, chu đáo, ưng, ưng ý, dễ dùng, dễ hiểu, thoải mái, chuyên nghiệp, giỏi, ủng hộ, hạnh phúc, không tệ, không vấn đề gì, yên tâm,
        đúng hẹn, giới thiệu cho bạn bè, may quá, mừng, đáng tiền, hợp lý, dễ thương, quay lại, êm, chất lượng, ấn tượng, biết ơn,
        hữu ích, không có gì để chê, hài hước`,
      [-1]: `xấu, chậm, trễ, muộn, sai, lỗi, hỏng, hư, khó, khó chịu, phiền, phiền phức, thất vọng, buồn, bực, bực mình, kém, dở, bẩn, dơ, ồn, đắt,
        mắc quá, lâu, chờ mãi, đợi mãi, chưa giải quyết, không ai, mất, tức, không hài lòng, phàn nàn, khiếu nại, chán, tiếc, lo, lo lắng,
        không hoạt động, không dùng được, không giải quyết, vô ích, thiếu, rắc rối, mệt, bất tiện, không bao giờ quay lại, nguội, hôi, cẩu thả,
        hoàn tiền, hủy hợp đồng, bị trừ tiền, thô lỗ, hỗn, không trả lời, không nghe máy, không chuyên nghiệp, cũ kỹ, không như quảng cáo,
        rớt mạng, hoài không, treo, trừ tiền hai lần, ồn ào, ngắt máy, gặp quản lý, cả tiếng, làm phiền, khó hiểu, khó dùng`,
      0: `bao lâu, lâu không, mất bao lâu, đẹp không, tốt không`,
      [-2]: `tệ, tồi, tồi tệ, kinh khủng, khủng khiếp, ghét, lừa đảo, quá đáng, tức giận, giận, bực bội, vô trách nhiệm, không thể chấp nhận,
        không chấp nhận được, thảm họa, ghê, tởm, vớ vẩn, mất thời gian, lừa, phẫn nộ, chán ngấy, bức xúc, phí tiền`,
    }),
    negations: new Set(['không', 'chẳng', 'chả', 'chưa', 'đâu', 'hông', 'ko', 'k']),
    strengtheners: new Set(['rất', 'quá', 'cực', 'siêu', 'thật', 'vô cùng', 'hết sức', 'cực kỳ']),
    strengthenersAfter: new Set(['quá', 'lắm', 'ghê', 'thật', 'vô', 'cực', 'kinh']),
    weakeners: new Set(['hơi', 'khá', 'tạm']),
    contrasts: new Set(['nhưng', 'tuy', 'song']),
  },
};

function scored(lists: Readonly<Record<string, string>>): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(lists).flatMap(([score, list]) =>
      list.split(',').map((phrase) => [phrase.trim().replace(/\s+/g, ' ').normalize('NFC'), Number(score)] as const),
    ),
  );
}
