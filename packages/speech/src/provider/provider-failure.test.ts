import { expect, test } from 'vitest';
import { failureOfStatus } from './provider-failure.ts';

test.each([
  ['{"error":{"message":"Access denied.","code":"401"}}', '401 Access denied.'],
  [
    '{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials.","request_id":"5f"}',
    '401 Invalid credentials. (request 5f)',
  ],
  ['{"error":"No such key."}', '401 No such key.'],
  ['{"message":"No such key."}', '401 No such key.'],
  ['{"reason":"none of the usual"}', '401 {"reason":"none of the usual"}'],
  ['<h1>Unauthorized</h1>', '401 <h1>Unauthorized</h1>'],
  ['', '401'],
])('of a refusal a person reads what it says: %s', (body, message) => {
  expect(failureOfStatus(401, body)).toEqual({ code: 'provider_unauthorized', message });
});
