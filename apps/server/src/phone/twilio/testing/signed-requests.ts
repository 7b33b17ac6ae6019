import { fakeAuthToken, fakeNumber } from '@parley/fakes/twilio/twilio-fake.ts';
import { twilioSignature } from '../../../edge/signatures/twilio-signature.ts';
import { publicUrl, type TwilioStage } from './twilio-stage.ts';

/** A request signed as Twilio signs, unless said otherwise. */
export async function post(
  { url }: TwilioStage,
  path: string,
  fields: Readonly<Record<string, string>>,
  signed: { readonly as?: string; readonly signature?: string } = {},
): Promise<Response> {
  const { as = publicUrl + path, signature = twilioSignature(fakeAuthToken, as, fields) } = signed;
  return fetch(url + path, {
    method: 'POST',
    headers: { 'x-twilio-signature': signature, 'x-forwarded-proto': 'http', 'x-forwarded-host': 'inside.local' },
    body: new URLSearchParams(fields),
  });
}

export const incoming = {
  CallSid: `CA${'a'.repeat(32)}`,
  AccountSid: `AC${'b'.repeat(32)}`,
  From: '+353861111111',
  To: fakeNumber,
  CallStatus: 'ringing',
  ApiVersion: '2010-04-01',
  Direction: 'inbound',
  // New ones come without notice, and are signed with the others.
  SomethingNew: 'of 2027',
};
export const paths = [
  '/voice',
  '/voice/fallback',
  '/voice/status',
  '/voice/stream-status',
  '/voice/recording',
  '/voice/action',
  '/voice/machine',
] as const;
