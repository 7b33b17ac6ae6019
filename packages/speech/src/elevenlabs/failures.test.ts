import { describe, expect, it } from 'vitest';
import { failureOfStatus } from '../provider/provider-failure.ts';
import { explainRefusal, socketFailure } from './failures.ts';

const explained = (status: number, body: string) => explainRefusal(failureOfStatus(status, body, '3'), body);

describe('a refusal is what its body says, more than what its status says', () => {
  it.each([
    [401, 'invalid_api_key', 'provider_unauthorized'],
    // The vendor tells of a spent quota with the status of a wrong key.
    [401, 'quota_exceeded', 'provider_rate_limited'],
    [429, 'concurrent_limit_exceeded', 'provider_rate_limited'],
    [429, 'system_busy', 'provider_rate_limited'],
    [400, 'voice_not_found', 'voice_unknown'],
    [404, 'voice_not_found', 'voice_unknown'],
    [400, 'max_character_limit_exceeded', 'text_too_long'],
    [400, 'unsupported_language', 'language_not_supported'],
    [400, 'something_new', 'provider_refused'],
    [503, 'something_new', 'provider_failed'],
  ])('%d with %s', (status, theirs, code) => {
    const older = JSON.stringify({ detail: { status: theirs, message: 'Because.' } });
    expect(explained(status, older)).toEqual({ code, message: `${theirs}: Because.`, retryAfterMs: 3000 });
    const newer = JSON.stringify({
      detail: { type: 'x', code: theirs, message: 'Because.', status: 'y', request_id: 'z' },
    });
    expect(explained(status, newer)).toEqual({ code, message: `${theirs}: Because.`, retryAfterMs: 3000 });
  });

  it('when the request does not fit their schema', () => {
    const body = JSON.stringify({ detail: [{ loc: ['body', 'text'], msg: 'field required', type: 'value_error' }] });
    expect(explained(422, body)).toMatchObject({ code: 'provider_refused', message: '422 body.text: field required' });
  });

  it.each(['', '<html>Bad gateway</html>', '{"error": "x"}', '{"detail"'])('unless it says nothing: %s', (body) => {
    expect(explained(502, body)).toEqual(failureOfStatus(502, body, '3'));
  });
});

it('errors of a socket have the same codes', () => {
  expect(socketFailure('max_active_conversations', 'Too many.').code).toBe('provider_rate_limited');
  expect(socketFailure('voice_id_does_not_exist', 'None.').code).toBe('voice_unknown');
  expect(socketFailure('something_new', 'Odd.')).toEqual({ code: 'provider_failed', message: 'something_new: Odd.' });
});
