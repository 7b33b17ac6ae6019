import { expect, test } from 'vitest';
import { withCapitals } from './capitals.ts';

test.each([
  ['thứ Sáu ngày 27 tháng 11.', 'Thứ Sáu ngày 27 tháng 11.'],
  ['Vâng. thứ Sáu, lúc 3 giờ chiều. cắt tóc, phải không?', 'Vâng. Thứ Sáu, lúc 3 giờ chiều. Cắt tóc, phải không?'],
  ['đường Lê Lợi ạ? được ạ!', 'Đường Lê Lợi ạ? Được ạ!'],
  ['Giá 1.500.000 đồng.', 'Giá 1.500.000 đồng.'],
  ['Vòi, ống, v.v. đều sửa được.', 'Vòi, ống, v.v. đều sửa được.'],
  ['anna@example.com, đúng không?', 'anna@example.com, đúng không?'],
  ['example.com là trang của chúng tôi.', 'example.com là trang của chúng tôi.'],
])('%s begins its sentences with capitals', (text, said) => expect(withCapitals(text, 'vi-VN')).toBe(said));

test('English is left as it is written', () => {
  expect(withCapitals('a haircut. iPhones too.', 'en-US')).toBe('a haircut. iPhones too.');
});
