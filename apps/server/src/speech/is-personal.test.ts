import { expect, it } from 'vitest';
import { createPersonalCheck } from './is-personal.ts';

const { isPersonal } = createPersonalCheck();

it.each([
  'Your number is 020 7946 0958.',
  'I have sent it to ann@example.com.',
  'Your booking is 48213.',
  'Thank you, Mr Nguyen Van An.',
  'Cảm ơn anh Minh, hẹn gặp lại.',
  'The card ends in 4111 1111 1111 1111.',
])('is not kept as sound: %s', (text) => {
  expect(isPersonal(text)).toBe(true);
});

it.each([
  'Welcome to the shop. How can I help you?',
  'We are open from nine to six on Friday.',
  'A haircut takes 30 minutes.',
  'Xin chào, tôi giúp gì được cho anh chị?',
])('may be kept: %s', (text) => {
  expect(isPersonal(text)).toBe(false);
});

it('what an agent says as it is written may be kept, whatever it names', () => {
  const check = createPersonalCheck();
  const welcome = 'Welcome to Riverside Hair, call us on 020 7946 0000.';
  expect(check.isPersonal(welcome)).toBe(true);
  check.allow([welcome]);
  expect(check.isPersonal(welcome)).toBe(false);
  expect(check.isPersonal('Welcome to Riverside Hair, Mr Lee.')).toBe(true);
});
