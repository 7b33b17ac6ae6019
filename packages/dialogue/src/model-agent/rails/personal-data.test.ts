import { describe, expect, it } from 'vitest';
import { maskNumbers } from './personal-data.ts';

const never = () => false;

describe('numbers that are nobody else’s business', () => {
  it.each([
    ['Your card 4242 4242 4242 4242 is active.', 'Your card ending in 4242 is active.'],
    ['It is 4111-1111-1111-1111.', 'It is ending in 1111.'],
    ['Pay to GB82 WEST 1234 5698 7654 32 please.', 'Pay to ending in 5432 please.'],
    ['Your account number is 12345678.', 'Your account number is ending in 5678.'],
    ['The card is four one one one, one one one one, one one one one, one one one one.', 'The card is ending in 1111.'],
  ])('are cut down in English: %j', (text, expected) => {
    expect(maskNumbers(text, 'en', never)).toBe(expected);
  });

  it.each([
    ['Số tài khoản của anh là 0123456789.', 'Số tài khoản của anh là có bốn số cuối 6789.'],
    ['Thẻ 4242424242424242 ạ.', 'Thẻ có bốn số cuối 4242 ạ.'],
    ['Số thẻ là một hai ba bốn năm sáu bảy tám.', 'Số thẻ là có bốn số cuối 5678.'],
  ])('are cut down in Vietnamese: %j', (text, expected) => {
    expect(maskNumbers(text, 'vi-VN', never)).toBe(expected);
  });

  it.each([
    'Your appointment is on 2026-11-27 at 15:00.',
    'I will call +44 20 7946 0000.',
    'That makes 1,250,000 dong.',
    'Your card was charged 1,250.00 dollars on 27.11.2026.',
    'The balance of your account is 12,500.50 pounds.',
    'Số dư tài khoản là 1.250.000đ.',
    'Booking number 48213377.',
    'One or two or three of us.',
  ])('other numbers stay: %j', (text) => {
    expect(maskNumbers(text, text.includes('đ.') ? 'vi' : 'en', never)).toBe(text);
  });

  it('is said in full where the slot says so', () => {
    const text = 'Your account number is 1234 5678.';
    expect(maskNumbers(text, 'en', (value) => value === '12345678')).toBe(text);
  });
});
