import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSecret, secretPrefixes } from '../identity/secrets.ts';
import { newWebhookSecret } from '../webhooks/webhook-signature.ts';
import { createRedactor } from './redact.ts';
import { redactionDefaults, redactionPolicyOf } from './redaction-policy.ts';

const strict = createRedactor({ modes: redactionDefaults.logs, customPatterns: ['\\bKD-\\d{5}\\b'] });
const masking = createRedactor({ modes: redactionDefaults.events, customPatterns: [] });

describe('what is personal in a text', () => {
  it.each([
    ['write to mary.smith@example.co.uk please', 'mary.smith@example.co.uk', '[email]'],
    ['it is john dot smith at gmail dot com', 'john dot smith', '[email]'],
    ['lan chấm nguyễn a còng gmail chấm com', 'nguyễn a còng', '[email]'],
    ['call me on +44 20 7946 0958 tomorrow', '7946 0958', '[phone]'],
    ['from +14155550123', '4155550123', '[phone]'],
    ['(415) 230-1234 is mine', '230-1234', '[phone]'],
    ['số của tôi là 0903 123 456', '123 456', '[phone]'],
    ['four one five two three oh one two three four', 'two three oh', '[phone]'],
    ['không chín không ba một hai ba bốn năm sáu', 'ba bốn năm', '[phone]'],
    ['my card is 4111 1111 1111 1111 thanks', '1111 1111', '[card]'],
    ['pay with 5555555555554444', '5555555555554444', '[card]'],
    ['IBAN DE89 3704 0044 0532 0130 00', '0532 0130', '[iban]'],
    ['gb82west12345698765432', 'west1234', '[iban]'],
    ['my password is hunter2 and that is it', 'hunter2', '[secret]'],
    ['mật khẩu là hoahong99', 'hoahong99', '[secret]'],
    ['my PIN is four eight two one', 'eight two', '[secret]'],
    ['Authorization: Bearer abcdef0123456789', 'abcdef0123456789', '[secret]'],
    ['postgres://parley:s3cr3t@db:5432/x', 's3cr3t', '[secret]'],
    ['eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIi', '[secret]'],
    ['my name is Mary Smith and I am late', 'Mary Smith', '[name]'],
    ['tôi tên là Nguyễn Thị Lan', 'Thị Lan', '[name]'],
    ['I live at 221b Baker Street in town', 'Baker', '[address]'],
    ['nhà ở số 12 đường Lê Lợi', 'Lê Lợi', '[address]'],
    ['customer KD-10442 is waiting', 'KD-10442', '[custom]'],
  ])('%s', (text, secret, kind) => {
    const redacted = strict.text(text);
    expect(redacted).not.toContain(secret);
    expect(redacted).toContain(kind);
  });

  it.each([
    'conversation 4b1c3a52-4111-4111-8111-111111111111 ended',
    'at 2026-11-21T14:55:00.000Z, on 2026-11-21',
    'trace 4bf92f3577b34da6a3ce929d0e0e4736 took 153.2718 ms',
    'the room for two from Monday to Wednesday is 240 euros',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'I would like three tickets at 15:30 on the twenty first of May 2027',
    '1763737000000',
    'from 25.12.2026 to 12/31/2026, it costs $1,250,000',
  ])("leaves what is nobody's: %s", (text) => {
    expect(strict.text(text)).toBe(text);
  });

  it.each([
    ...Object.values(secretPrefixes).map((prefix) => [prefix, keyOf(prefix)] as const),
    ['whsec_', newWebhookSecret()] as const,
  ])('our own secrets are known by how they begin: %s', (prefix, secret) => {
    expect(secret.startsWith(prefix)).toBe(true);
    expect(strict.text(`it answered 401 to ${secret}, why`)).toBe('it answered 401 to [secret], why');
  });

  it("the operator's key is known where it stands in an address", () => {
    const key = makeSecret('api_key').slice(4);
    expect(strict.text(`open http://localhost:8080/#key=${key} and see`)).toBe(
      'open http://localhost:8080/#key=[secret] and see',
    );
  });

  it('is masked so that two can still be told apart, but nobody can be called or charged', () => {
    expect(masking.text('call +44 20 7946 0958 or write to mary@example.com')).toBe('call ***58 or write to m***@***');
    expect(masking.text('4111 1111 1111 1111')).toBe('[card]');
  });

  it('is found by the names of fields, and names that one field tells in the texts beside it', () => {
    const value = {
      password: 'x',
      client_secret: 12,
      customer: { full_name: 'Zebulon Quist', phone: 12345 },
      entities: [{ type: 'person', text: 'Ottoline', value: 'Ottoline' }],
      text: 'This is for Zebulon Quist and Ottoline',
      is_token: true,
      count: 4111111111111111,
      nothing: null,
    };
    expect(strict.value(value)).toEqual({
      password: '[secret]',
      client_secret: '[secret]',
      customer: { full_name: '[name]', phone: '[phone]' },
      entities: [{ type: 'person', text: '[name]', value: '[name]' }],
      text: 'This is for [name] and [name]',
      is_token: true,
      count: 4111111111111111,
      nothing: null,
    });
  });

  it('is found wherever it stands in a long text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 3000 }), (before, after) => {
        const text = `${'la '.repeat(before / 3)} mary@example.com ${' lo'.repeat(after / 3)}`;
        return !strict.text(text).includes('mary@');
      }),
      { numRuns: 60 },
    );
  });

  it('is taken out once: what is redacted stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const once = strict.text(text);
        expect(strict.text(once).length).toBeLessThanOrEqual(once.length + 40);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a policy of an organization', () => {
  it('says for each destination what happens to each class; the rest is as by default', () => {
    const settings = { redaction: { destinations: { transcripts: { phone: 'mask', card: 'off' } } } };
    const redactor = createRedactor(redactionPolicyOf(settings, 'transcripts'));
    expect(redactor.text('0903 123 456, 4111 1111 1111 1111, my password is hunter2')).toBe(
      '***56, 4111 1111 1111 1111, my password is [secret]',
    );
    expect(createRedactor(redactionPolicyOf({}, 'transcripts')).text('0903 123 456')).toBe('0903 123 456');
  });

  it('that cannot be read holds nobody up, and gives nothing away', () => {
    const redactor = createRedactor(redactionPolicyOf({ redaction: 'none' }, 'events'));
    expect(redactor.text('4111 1111 1111 1111')).toBe('[card]');
  });
});

function keyOf(prefix: string): string {
  return `${prefix}${makeSecret('api_key').slice(secretPrefixes.api_key.length)}`;
}
