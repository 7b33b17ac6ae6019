import type { Wording } from '@parley/contract/flow/parts.ts';

/**
 * What the runner itself says, in the languages that it knows. An agent puts its own sentences in their place under the same
 * names (`wordings` in its definition). `{{ results.system.… }}` holds what the sentence is about.
 */
export const systemWordings = {
  notUnderstood: {
    en: ["Sorry, I didn't get that.", "I'm sorry, I didn't catch that."],
    vi: ['Xin lỗi, tôi chưa hiểu ý bạn.', 'Xin lỗi, tôi chưa nghe rõ.'],
  },
  // "Friday doesn't work": the question comes again after it.
  notThatOne: { en: 'All right, not that one.', vi: 'Vâng, vậy mình chọn khác ạ.' },
  didYouMean: {
    en: 'Did you mean: {{ results.system.choices | list: "or" }}?',
    vi: 'Ý bạn là {{ results.system.choices | list: "or" }}, phải không?',
  },
  whichOne: {
    en: 'Which one do you mean: {{ results.system.choices | list: "or" }}?',
    vi: 'Ý bạn là {{ results.system.choices | list: "or" }}?',
  },
  // Of a secret nothing is said back.
  goOn: {
    en: '{% if results.system.soFar %}{{ results.system.soFar }}. {% endif %}Go on.',
    vi: '{% if results.system.soFar %}{{ results.system.soFar }}. {% endif %}Bạn nói tiếp đi ạ.',
  },
  sayItDifferently: {
    en: 'Could you say it in other words?',
    vi: 'Bạn nói lại cách khác giúp tôi nhé?',
  },
  stillThere: {
    en: ['Are you still there?', 'Hello? Are you there?'],
    vi: ['Bạn còn ở đó không?', 'A lô, bạn còn nghe máy không?'],
  },
  welcomeBack: { en: 'Hello again.', vi: 'Chào bạn trở lại.' },
  cancelled: { en: "All right, I've left that.", vi: 'Vâng, tôi đã bỏ việc đó.' },
  nothingToCancel: { en: "There's nothing under way to cancel.", vi: 'Hiện không có gì để hủy.' },
  startOver: { en: "All right, let's start over.", vi: 'Vâng, mình bắt đầu lại nhé.' },
  help: {
    en: 'I can help with: {{ results.system.choices | list: "or" }}.',
    vi: 'Tôi có thể giúp bạn: {{ results.system.choices | list: "or" }}.',
  },
  nothingToRepeat: { en: "I haven't said anything yet.", vi: 'Tôi chưa nói gì cả.' },
  whatToChange: { en: 'What should I change?', vi: 'Bạn muốn đổi gì ạ?' },
  yesOrNo: { en: 'Please say yes or no.', vi: 'Bạn trả lời có hoặc không giúp tôi nhé.' },
  anythingElse: { en: ['Is there anything else?', 'Can I help with anything else?'], vi: ['Bạn cần gì nữa không ạ?'] },
  // Before somebody's telephone is rung.
  askingForPerson: {
    en: "One moment, I'll see who is free.",
    vi: 'Bạn chờ một chút, tôi xem ai có thể nhận máy.',
  },
  handOff: {
    en: "One moment, I'll put you through to a colleague.",
    vi: 'Bạn chờ một chút, tôi chuyển máy cho đồng nghiệp.',
  },
  nobodyFree: {
    en: "I'm sorry, nobody can take over just now. I've noted that you asked for a person.",
    vi: 'Xin lỗi, hiện chưa có ai nhận máy. Tôi đã ghi lại là bạn muốn gặp nhân viên.',
  },
  lineBusy: {
    en: "I'm sorry, the line is busy just now. I've noted that you asked for a person.",
    vi: 'Xin lỗi, máy đang bận. Tôi đã ghi lại là bạn muốn gặp nhân viên.',
  },
  noAnswer: {
    en: "I'm sorry, nobody is answering just now. I've noted that you asked for a person.",
    vi: 'Xin lỗi, hiện không có ai trả lời. Tôi đã ghi lại là bạn muốn gặp nhân viên.',
  },
  stuck: {
    en: "I'm sorry, I can't work this out on my own.",
    vi: 'Xin lỗi, việc này tôi không tự giải quyết được.',
  },
  trouble: {
    en: "I'm sorry, something went wrong on my side.",
    vi: 'Xin lỗi, phía tôi đang có trục trặc.',
  },
  goodbye: { en: ['Goodbye.', 'Thank you, goodbye.'], vi: ['Chào bạn.', 'Cảm ơn bạn, tạm biệt.'] },
  goodbyeSilence: {
    en: "I can't hear you any more, so I'll say goodbye. Please call again any time.",
    vi: 'Tôi không nghe thấy bạn nữa nên xin phép dừng ở đây. Hẹn gặp lại bạn.',
  },
  goodbyeTime: {
    en: "I'm sorry, our time is up. Please call again to go on. Goodbye.",
    vi: 'Xin lỗi, đã hết thời gian cuộc gọi. Bạn gọi lại để tiếp tục nhé. Tạm biệt.',
  },
} as const satisfies Record<string, Wording>;

export type SystemWording = keyof typeof systemWordings;
