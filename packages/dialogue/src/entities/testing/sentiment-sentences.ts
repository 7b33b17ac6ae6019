import type { Sentiment } from '../answer/sentiment.ts';

/** Sentences of callers with how they feel, one a line. */
export const SENTIMENT_SENTENCES: Readonly<
  Record<'en' | 'vi', Readonly<Record<Sentiment['label'], readonly string[]>>>
> = {
  en: {
    positive: lines(`
      Thank you so much, you have been very helpful
      That was really quick, I'm impressed
      The room was lovely and the breakfast was delicious
      I love this place
      Great service as always
      You're a star, that solved it
      I'm very happy with the result
      Not bad at all
      The staff were friendly and polite
      Honestly the best haircut I ever had
      Everything worked perfectly
      I can't complain
      It arrived on time, thanks
      What a pleasant surprise
      I would recommend you to my friends
      It's better than I expected
      Oh wonderful, that suits me
      I was worried but it turned out great
      We really enjoyed our stay
      You made that easy
    `),
    negative: lines(`
      This is the third time I'm calling about this
      I'm really disappointed
      The food was cold and the waiter was rude
      That's not good enough
      I have been waiting for an hour
      Your app keeps crashing
      This is ridiculous
      I want to speak to a manager right now
      Nobody called me back
      You charged me twice
      I'm not happy with this
      It doesn't work
      The room was dirty and noisy
      I want my money back
      That is completely unacceptable
      It was a waste of time
      Your website is so confusing
      My parcel never arrived
      I'm fed up with this company
      It was good but now it is terrible
      I don't like it
      The worst experience of my life
      You lost my booking again
      It isn't very comfortable
    `),
    neutral: lines(`
      I'd like to book a table for four
      What time do you open tomorrow
      My name is Sarah Connor
      The number is four one five two three oh
      Can you tell me the price of a double room
      It's on Friday at three
      I need to change my appointment
      Where are you located
      Please repeat that
      I live in London
      Is there parking
      We are two adults and one child
      I'll pay by card
      Do you have a room with a balcony
      I would like to know my balance
      Hello
      One moment
      My flight lands at six
      I'm calling about an order
      It is the blue one
      Could you send it by email
      How long does it take
    `),
  },
  vi: {
    positive: lines(`
      Cảm ơn em nhiều nhé
      Dịch vụ rất tốt
      Phòng sạch sẽ và đẹp
      Nhân viên nhiệt tình lắm
      Tôi rất hài lòng
      Tuyệt vời
      Đồ ăn ngon quá
      Giao hàng nhanh, đúng hẹn
      Không tệ chút nào
      Tôi thích chỗ này
      Em tư vấn dễ hiểu
      Mọi thứ đều ổn
      Chị ưng lắm
      Lúc đầu hơi lo nhưng kết quả tuyệt vời
      Giá cả hợp lý
      Lần sau tôi sẽ quay lại
      May quá, em giúp được anh rồi
      Khách sạn không chê vào đâu được
      Chất lượng hơn mong đợi
      Anh chị ở đây thân thiện
    `),
    negative: lines(`
      Tôi rất thất vọng
      Dịch vụ quá tệ
      Đồ ăn nguội và dở
      Tôi gọi ba lần rồi mà không ai nghe
      Phòng bẩn quá
      Nhân viên thô lỗ
      Tôi chờ cả tiếng đồng hồ rồi
      Ứng dụng bị lỗi hoài
      Không tốt chút nào
      Tôi không hài lòng
      Tôi không thích màu này
      Bực mình thật
      Hàng giao bị hỏng
      Đây là lừa đảo
      Sao chậm thế
      Tôi muốn khiếu nại
      Không thể chấp nhận được
      Mất thời gian của tôi
      Các anh trừ tiền hai lần
      Phòng thì đẹp nhưng ồn kinh khủng
      Tôi muốn gặp quản lý ngay
      Giá đắt quá
      Máy lạnh không hoạt động
      Chẳng hay ho gì
    `),
    neutral: lines(`
      Tôi muốn đặt bàn cho bốn người
      Mấy giờ các anh mở cửa
      Tên tôi là Nguyễn Văn An
      Số điện thoại của em là không chín không ba
      Cho anh hỏi giá phòng đôi
      Thứ sáu lúc ba giờ
      Tôi cần đổi lịch hẹn
      Địa chỉ ở đâu
      Em nói lại giúp anh
      Tôi ở Hà Nội
      Có chỗ đậu xe không
      Hai người lớn và một trẻ em
      Tôi trả bằng thẻ
      Phòng có ban công không
      Tôi muốn biết số dư
      Alo
      Chờ tôi một lát
      Máy bay hạ cánh lúc sáu giờ
      Tôi gọi về đơn hàng
      Cái màu xanh
      Gửi qua email cho tôi
      Mất bao lâu
    `),
  },
};

function lines(list: string): readonly string[] {
  return list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
