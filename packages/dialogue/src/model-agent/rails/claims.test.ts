import { describe, expect, it } from 'vitest';
import { findClaims } from './claims.ts';

const shown = (text: string, language: string) =>
  findClaims(text, language).map(({ kind, tense }) => `${kind} ${tense}`);

describe('what a reply claims to do', () => {
  it.each([
    ["Sure, I'll transfer you to a colleague now.", 'handOff soon'],
    ['Let me connect you with our billing team.', 'handOff soon'],
    ["I'll transfer you to billing.", 'handOff soon'],
    ["I'm putting you through now.", 'handOff soon'],
    ['Please hold the line while I transfer you.', 'handOff soon'],
    ['Transferring you now.', 'handOff soon'],
    ["Don't worry, I’ll hand you over to a person.", 'handOff soon'],
    ['I have transferred you to a human agent.', 'handOff done'],
    ["I'll get someone from the team, one of our agents.", 'handOff soon'],
    ["I've booked a haircut for you on Friday at three.", 'book done'],
    ['Your appointment has been confirmed for Friday.', 'book done'],
    ['All done, your table is booked for seven.', 'book stands'],
    ["I've gone ahead and booked that for you.", 'book done'],
    ['Let me hand this over to a colleague.', 'handOff soon'],
    ['I will escalate this to my manager.', 'handOff soon'],
    ["Great, you're all booked for Friday!", 'book stands'],
    ['Your reservation is confirmed.', 'book stands'],
    ["I'll go ahead and book the table for two.", 'book soon'],
    ['I just made the reservation.', 'book done'],
    ['Your booking for Friday has been cancelled.', 'cancel done'],
    ['I have canceled it.', 'cancel done'],
    ["I've rescheduled your appointment to Monday.", 'change done'],
    ['I have moved your appointment to Monday.', 'change done'],
    ["I've booked it, is there anything else?", 'book done'],
    ["I've booked it and is there anything else?", 'book done'],
    ["I've booked the table, but not the parking.", 'book done'],
    ["I've sent you a confirmation email.", 'send done'],
    ['You will receive a text message shortly.', 'send soon'],
    ['I have transferred 200 pounds to your savings account.', 'pay done'],
    ['I will refund the full amount.', 'pay soon'],
    ['Your card has been blocked.', 'block done'],
    ["I'm freezing your card right now.", 'block soon'],
    ['A colleague will call you tomorrow.', 'callBack soon'],
    ["We'll call you back.", 'callBack soon'],
    ["I'll transfer you the 50 pounds.", 'pay soon'],
  ])('in English: %j', (text, claim) => {
    expect(shown(text, 'en-GB')).toEqual([claim]);
  });

  it.each([
    'Shall I transfer you to a colleague?',
    'I can transfer you to a colleague.',
    'Would you like me to book it?',
    "Once you confirm, I'll book the table.",
    "I'll book it as soon as I have your name.",
    "I haven't booked anything yet.",
    'That time is already booked.',
    "After I've booked it, you can still change it.",
    'So a table for two at seven, shall I book it?',
    "I'll book the table for two at seven, is that right?",
    'You can cancel up to a day before.',
    "I'll check the calendar for you.",
    'We are open from nine to five.',
    'Your appointment is on Friday at three.',
    'Which day would you like to book?',
    'I cannot transfer money between those accounts.',
    'So that is a table for two on Friday at seven.',
    'Booking takes a minute.',
  ])('nothing is claimed by %j', (text) => {
    expect(shown(text, 'en')).toEqual([]);
  });

  it.each([
    ['Dạ, em xin phép chuyển máy cho đồng nghiệp ạ.', 'handOff soon'],
    ['Dạ em chuyển máy cho anh ngay ạ.', 'handOff soon'],
    ['Tôi sẽ nối máy quý khách với nhân viên.', 'handOff soon'],
    ['Để em chuyển anh sang bộ phận kỹ thuật.', 'handOff soon'],
    ['Em đã đặt lịch cho chị vào thứ sáu lúc ba giờ.', 'book done'],
    ['Đã đặt bàn lúc bảy giờ cho anh ạ.', 'book done'],
    ['Đặt phòng thành công ạ.', 'book done'],
    ['Lịch hẹn của chị đã được xác nhận.', 'book stands'],
    ['Tôi sẽ đặt phòng ngay ạ.', 'book soon'],
    ['Em đã đặt lịch cho chị rồi ạ, chị cần gì nữa không ạ?', 'book done'],
    ['Em đã hủy lịch hẹn rồi ạ.', 'cancel done'],
    ['Em đã dời lịch sang thứ hai.', 'change done'],
    ['Em vừa gửi email xác nhận.', 'send done'],
    ['Tôi đã chuyển tiền xong.', 'pay done'],
    ['Thẻ của anh đã được khóa.', 'block done'],
    ['Nhân viên bên em sẽ gọi lại ạ.', 'callBack soon'],
  ])('in Vietnamese: %j', (text, claim) => {
    expect(shown(text.normalize('NFD'), 'vi-VN')).toEqual([claim]);
  });

  it.each([
    'Anh có muốn em chuyển máy cho nhân viên không ạ?',
    'Nếu chị đồng ý, em sẽ đặt lịch ngay ạ.',
    'Anh đã đặt phòng ở đây vào tháng trước.',
    'Em chưa đặt lịch ạ.',
    'Giờ đó đã có người đặt.',
    'Dạ, em kiểm tra lịch ngay ạ.',
    'Rất tiếc, em không thể chuyển tiền giữa hai tài khoản này.',
  ])('nothing is claimed by %j', (text) => {
    expect(shown(text, 'vi')).toEqual([]);
  });

  it('does not take long over a long sentence made to be slow', () => {
    const text = `${'your booking for the '.repeat(45)}is`;
    const beganMs = performance.now();
    for (let i = 0; i < 20; i += 1) findClaims(text, 'en');
    // Milliseconds each when measured; a pattern that backtracks takes minutes.
    expect(performance.now() - beganMs).toBeLessThan(10_000);
  });
});
