/** Family names, which nearly every Vietnamese bears one of; lower case. */
export const VIETNAMESE_SURNAMES: ReadonlySet<string> = wordSet(
  `nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào đoàn vương trịnh trương đinh lâm phùng mai tô hà
  tạ cao chu châu thái lưu lương quách thạch kiều tăng triệu khổng ông nghiêm la mạc tống văn viên`,
);

/** Common given names; lower case. */
export const VIETNAMESE_GIVEN_NAMES: ReadonlySet<string> = wordSet(
  `an anh ánh ân bách bảo bằng bích bình cảnh chi châu chiến chính công cúc cường danh diễm diệp diệu dung dũng duy duyên dương đan
  đạt điệp định đông đức gia giang hà hải hân hạnh hảo hằng hậu hiền hiếu hiệp hoa hoà hòa hoài hoan hoàng hồng huệ hùng huy huyền hưng
  hương hường khang khánh khoa khôi kiên kiệt kim lam lan lâm lân liên linh loan long lộc lợi luân lương ly mai mạnh mẫn minh mơ mỹ my
  nam nga ngân nghĩa ngọc nguyên nguyệt nhàn nhã nhân nhật nhi nhung như oanh phát phong phú phúc phương phước phượng quân quang quốc quý
  quyên quỳnh sang sơn tài tâm tân thái thanh thành thảo thắng thi thiên thiện thịnh thoa thọ thu thuận thúy thủy thư thương thy tiên tiến tín
  toàn trà trang trâm tri trí trinh trọng trung trúc trường tú tuân tuấn tùng tuyền tuyết uyên vân vi việt vinh vũ vương vy xuân yến`,
);

function wordSet(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}
