import { WireError } from '@parley/contract/errors.ts';
import { expect, it } from 'vitest';
import { checkNewPassword } from './password-policy.ts';

const owner = { email: 'linh.tran@example.com', name: 'Linh Tran Nguyen' };

it.each([
  'password1234',
  'P@ssw0rd2024!',
  'Welcome12345',
  'changemechangeme',
  'qwertyuiop12',
  'abcdefghijkl',
  '123456789012',
  'aaaaaaaaaaaaaa',
  'abc1abc1abc1',
  'linh.tran@example.com',
  'NguyenTran2026',
  'Administrator1',
  'correcthorsebatterystaple',
])('refuses %s, which a guesser tries first, and says why', (password) => {
  expect(() => checkNewPassword(password, owner)).toThrow(
    expect.objectContaining({ code: 'password_refused', details: { reason: expect.stringMatching(/^It /) } }),
  );
});

it.each([
  'violet teapot on mars',
  'mật khẩu của tôi dài',
  'k8#vQz!1pLw93x',
  'ngày mai trời mưa to',
  'river-otter-lamp-quilt',
  'thomas eats purple gravel',
])('takes %s', (password) => {
  expect(() => checkNewPassword(password, owner)).not.toThrow(WireError);
});
