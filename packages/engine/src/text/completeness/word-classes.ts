/**
 * Open classes of words that build sentences alike, as far as callers use them: a model that has seen "change the" and "cancel the"
 * need not have seen "postpone the". Both languages in one; Vietnamese by syllables, with marks.
 */

/** Verbs that want an object, or what is said after them: a speaker who stops there is seldom done. */
export const takingVerbs: ReadonlySet<string> = words(
  'accept add allow apply arrange ask avoid become believe belong borrow bring build buy carry change charge check choose claim clean ' +
    'collect compare confirm connect contact contain contains continue cost costs cover covers deliver describe discuss download drop ' +
    'enter exchange expect explain extend fill find fix follow found gave hear heard hire include includes increase insure join keep ' +
    'keeps know lend leave lets list lost made mean means meet mention move noticed open order owe owns pick pass pay prefer prepare ' +
    'promise promised provide pull push put putting read receive received recommend record reduce register remove rent renew repair ' +
    'replace report request reserve reset return save saw say says schedule see seems sell send sent serve set share show shows sign ' +
    'sold speak spend spoke start stop store submit suggest supply switch taken taking transfer translate treat try turn update ' +
    'upgrade use uses verify visit wants wear weighs withdraw write wrote bought brought booked called changed charged delivered ' +
    'ordered paid picked rented returned took using getting making buying selling sending finding ' +
    'mua bán thuê mướn đổi sửa tìm kiếm lấy gửi nhận giao chuyển rút nạp mở khóa khoá hủy huỷ dời trả đóng mượn vay kiểm tra xem nhắn ' +
    'đăng ký thanh toán liên hệ báo giữ mang đem đưa dẫn chở đón cài nâng cập nhật in ký nộp đọc viết ghi đo thử chọn dùng uống ăn nấu ' +
    'chơi học dạy tư vấn giới thiệu giải thích mất quên rơi tính cộng trừ thích ghét ưng nhớ thấy nghe hiểu tên họ gồm bao kèm sang ' +
    'tặng mời rủ đợi chờ tham gia xác nhận cung cấp yêu cầu hướng dẫn nhầm thiếu dư cạnh gần khỏi ngoài suốt hết',
);

/** Words that make a sentence of a thing and its name: verbs that have a person and a time, and what Vietnamese has for them. */
export const predicates: ReadonlySet<string> = words(
  "is are was were am be been has have had do does did can could will would shall should may might must i'm i'd i'll i've you're you'd " +
    "you'll you've he's she's it's it'll we're we'd we'll we've they're they'd they'll they've that's there's what's where's who's " +
    "how's here's isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't cannot couldn't won't wouldn't " +
    "shouldn't let's please want wants need needs like likes says said went goes came comes got gets took takes made makes keeps kept " +
    'seems looks looked works worked stopped broke fell opened closed arrived sent told called charged never works hurts hurt feels ' +
    'sounds costs started starts left lost gave paid bought booked ordered know think thought guess hope prefer live lives thanks sorry ' +
    'là bị được có không chưa chẳng đừng đã đang sẽ vừa mới cứ vẫn cũng rất quá lắm hơi khá rồi muốn cần phải thấy nghĩ biết báo kêu đi ' +
    'về ra vào lên xuống đến tới làm nói bảo gọi hỏi cho xin để hãy mất hỏng đau ở nhé ạ đâu gì nào sao bao mấy hả chứ thì mà toàn hay',
);

/** Words for numbers up to a thousand: one number is built like the other. */
export const numberWords: ReadonlySet<string> = words(
  'zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty ' +
    'thirty forty fifty sixty seventy eighty ninety hundred thousand hai ba bốn năm sáu bảy tám chín mười mươi trăm nghìn ngàn triệu tỷ ' +
    'mốt lăm tư rưỡi',
);

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
