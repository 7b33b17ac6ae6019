import { type ClaimKind, type ClaimRules, kindOf } from './claim-rules.ts';

const ai = '(?:tôi|em|mình|chúng tôi|chúng em|bên em|bên mình|bên tôi|hệ thống|dạ em)';
const whom = '(?:anh/chị|anh chị|anh|chị|quý khách|bạn|cô|chú|ông|bà|mình)';
const viGap = '(?: \\S+){0,3}?';

const vietnameseVerbs: Readonly<Record<ClaimKind, string>> = {
  handOff: `(?:(?:chuyển|nối|kết nối)(?: giúp| cho)? (?:máy|cuộc gọi|${whom}))`,
  book: '(?:đặt(?: giúp| cho)?(?: \\S+){0,2}? (?:lịch|bàn|phòng|chỗ|vé|hẹn)|đặt xong|giữ (?:chỗ|phòng|bàn)|xác nhận (?:đặt|lịch))',
  cancel: '(?:hủy|huỷ|hủy bỏ)',
  change: '(?:(?:đổi|dời)(?: \\S+){0,2}? (?:lịch|giờ|ngày|phòng|hẹn|bàn))',
  send: '(?:gửi|nhắn)',
  pay: '(?:chuyển (?:tiền|khoản)|hoàn (?:tiền|lại)|thanh toán)',
  block: '(?:(?:khóa|khoá)(?: \\S+){0,2}? (?:thẻ|tài khoản))',
  order: '(?:đặt(?: \\S+){0,2}? (?:hàng|món))',
  callBack: '(?:gọi lại)',
};

// JavaScript's \b knows no Vietnamese letters.
const from = '(?<![\\p{L}\\p{M}])';
const to = '(?![\\p{L}\\p{M}])';

export const vietnamese: ClaimRules = {
  politeness: /không sao(?: đâu)?|đừng lo|không vấn đề gì/gu,
  open: new RegExp(
    `${from}(?:nếu|khi nào|trước khi|sau khi|ngay khi|có muốn|có cần|được không|phải không|chưa|không thể|không được|chưa thể|hay không|để \\S+ (?:\\S+ )?(?:sẽ )?có thể|rất tiếc)${to}`,
    'u',
  ),
  kinds: Object.entries(vietnameseVerbs).map(([name, verb]) => ({
    kind: kindOf(name),
    soon: [
      new RegExp(`${from}${ai}(?: xin| xin phép| sẽ| đang| xin được)+${viGap} ${verb}${to}`, 'u'),
      new RegExp(`${from}${ai} ${verb}(?: \\S+){0,4}? (?:ngay|luôn|liền|bây giờ)${to}`, 'u'),
      new RegExp(`${from}để ${ai}${viGap} ${verb}${to}`, 'u'),
      new RegExp(`^(?:dạ,? |vâng,? |vâng ạ,? )*(?:xin phép|đang|sẽ) ${verb}${to}`, 'u'),
      ...(name === 'callBack'
        ? [
            new RegExp(
              `${from}(?:đồng nghiệp|nhân viên|chúng tôi)(?: \\S+){0,3}? sẽ${viGap} (?:gọi lại|liên hệ)${to}`,
              'u',
            ),
          ]
        : []),
      ...(name === 'send'
        ? [new RegExp(`${from}${whom} sẽ nhận được${viGap} (?:tin nhắn|email|thư|sms)${to}`, 'u')]
        : []),
    ],
    done: [
      new RegExp(`${from}${ai}(?: đã| vừa| mới)+${viGap} ${verb}${to}`, 'u'),
      new RegExp(`${from}(?:đã|vừa) (?:được )?${verb}(?: \\S+){0,6}? (?:cho|giúp) ${whom}${to}`, 'u'),
      new RegExp(`${from}${verb}(?: \\S+){0,4}? (?:thành công|xong)${to}`, 'u'),
      new RegExp(
        `(?:lịch hẹn|lịch|bàn|phòng|chỗ|vé|thẻ|tài khoản|giao dịch|đơn hàng)(?: \\S+){0,4}? đã được ${passiveOf(name, verb)}`,
        'u',
      ),
    ],
    stands: name === 'book' ? [/(?:lịch|bàn|phòng|chỗ|vé)(?: \S+){0,4}? đã được xác nhận/u] : [],
  })),
};

/** "Lịch hẹn đã được đặt / hủy / xác nhận": the thing is named before. */
function passiveOf(name: string, verb: string): string {
  const short: Readonly<Record<string, string>> = {
    book: '(?:đặt|giữ)',
    change: '(?:đổi|dời)',
    block: '(?:khóa|khoá)',
    pay: '(?:chuyển|hoàn|thanh toán)',
    order: 'đặt',
  };
  return `${short[name] ?? verb}${to}`;
}
