import { expect, it } from 'vitest';
import { twilioSettingsOf } from './twilio-settings.ts';

const token = '0123456789abcdef0123456789abcdef';
const problems = (settings: Record<string, string>) =>
  twilioSettingsOf(settings).error?.issues.map(({ path }) => path.join('.'));

it('without a token there is no Twilio', () => {
  expect(twilioSettingsOf({})).toEqual({ success: true, data: undefined });
});

it('with a token and an address of our own calls are taken', () => {
  expect(twilioSettingsOf({ TWILIO_AUTH_TOKEN: token, PUBLIC_URL: 'https://agent.example' }).data).toEqual({
    accountSid: undefined,
    authToken: token,
    number: undefined,
    apiBaseUrl: 'https://api.twilio.com',
    replicaUrl: undefined,
    records: false,
  });
});

it('what does not fit together is named', () => {
  expect(problems({ TWILIO_AUTH_TOKEN: token })).toEqual(['PUBLIC_URL']);
  expect(problems({ TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}` })).toEqual(['TWILIO_AUTH_TOKEN']);
  expect(problems({ TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: token, PUBLIC_URL: 'https://a.example' })).toEqual([
    'TWILIO_ACCOUNT_SID',
  ]);
});
