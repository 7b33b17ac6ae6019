import { baseLanguage } from './rails/check-sentence.ts';

/** What the agent says itself, without the model. */
export interface AgentWording {
  readonly greeting: string;
  /** To a caller who is back after the connection broke. */
  readonly resumed: string;
  readonly stillThere: string;
  readonly goodbyeSilence: string;
  readonly goodbyeTime: string;
  /** When the words were not made out. */
  readonly notHeard: string;
  /** When a topic or promise was withheld. */
  readonly cannotSay: string;
  /** When the model claims again what was not done. */
  readonly notDone: string;
  /** The same for a hand-off to a person. */
  readonly notHandedOff: string;
  /** Before somebody's telephone is rung. */
  readonly askingForPerson: string;
  readonly handingOff: string;
  readonly nobodyFree: string;
  readonly goodbye: string;
  /** When the budget is spent. */
  readonly exhausted: string;
  /** When the model failed after something that may or may not have been done. */
  readonly unconfirmed: string;
  /** When the model failed after something was done. */
  readonly doneButFailed: string;
}

const english: AgentWording = {
  greeting: 'Hello, how can I help you?',
  resumed: 'Hello again, let us go on. How can I help you?',
  stillThere: 'Are you still there?',
  goodbyeSilence: 'I cannot hear you any more, so I will end the call. Goodbye.',
  goodbyeTime: 'I am afraid our time is up. Thank you for calling, goodbye.',
  notHeard: 'Sorry, I did not catch that. Could you say it again?',
  cannotSay: 'I am not able to say anything about that here.',
  notDone: 'To be clear, I have not done that yet. Would you like me to?',
  notHandedOff: 'To be clear, I have not passed you on to anyone yet. Would you like to speak to a person?',
  askingForPerson: 'One moment please, I will see who is free.',
  handingOff: 'One moment please, I am passing you on to a colleague.',
  nobodyFree: 'I am sorry, nobody is free to take over right now. I have noted that you asked.',
  goodbye: 'Thank you, goodbye.',
  exhausted: 'I am sorry, I cannot take this any further myself.',
  unconfirmed: 'I am sorry, I could not confirm whether that went through. Please let us check before you try again.',
  doneButFailed: 'That is done. I am having some trouble with the rest; is there anything else?',
};

const vietnamese: AgentWording = {
  greeting: 'Xin chào, tôi có thể giúp gì cho quý khách ạ?',
  resumed: 'Xin chào quý khách quay lại. Tôi có thể giúp gì tiếp ạ?',
  stillThere: 'Quý khách còn nghe máy không ạ?',
  goodbyeSilence: 'Tôi không còn nghe thấy quý khách nên xin phép kết thúc cuộc gọi. Tạm biệt quý khách.',
  goodbyeTime: 'Rất tiếc, đã hết thời gian cuộc gọi. Cảm ơn quý khách, xin tạm biệt.',
  notHeard: 'Xin lỗi, tôi nghe chưa rõ. Quý khách vui lòng nói lại giúp ạ?',
  cannotSay: 'Tôi không thể nói về việc đó ở đây ạ.',
  notDone: 'Xin nói rõ là tôi chưa thực hiện việc đó. Quý khách có muốn tôi làm không ạ?',
  notHandedOff: 'Xin nói rõ là tôi chưa chuyển máy. Quý khách có muốn gặp nhân viên không ạ?',
  askingForPerson: 'Xin chờ một chút, tôi xem ai có thể nhận máy ạ.',
  handingOff: 'Xin chờ một chút, tôi đang chuyển máy cho đồng nghiệp ạ.',
  nobodyFree: 'Rất tiếc, hiện chưa có nhân viên nào rảnh. Tôi đã ghi lại yêu cầu của quý khách ạ.',
  goodbye: 'Cảm ơn quý khách, xin tạm biệt.',
  exhausted: 'Rất tiếc, tôi không thể tự xử lý tiếp việc này ạ.',
  unconfirmed: 'Rất tiếc, tôi chưa xác nhận được việc đó đã xong hay chưa. Xin kiểm tra lại trước khi thử lần nữa ạ.',
  doneButFailed: 'Việc đó đã xong ạ. Phần còn lại đang gặp trục trặc; quý khách cần thêm gì không ạ?',
};

/** In English, where the language has no wording of its own. */
export function wordingOf(language: string, own: Readonly<Record<string, Partial<AgentWording>>> = {}): AgentWording {
  const base = baseLanguage(language);
  return { ...(base === 'vi' ? vietnamese : english), ...own[base] };
}
