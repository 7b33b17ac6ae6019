import { createRandom } from '@parley/engine/simulation/random.ts';
import { fakeAuthToken } from '@parley/fakes/twilio/twilio-fake.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { twilioSignature } from '../../edge/signatures/twilio-signature.ts';
import { paths } from './testing/signed-requests.ts';
import { createTwilioStage, publicUrl, type TwilioStage } from './testing/twilio-stage.ts';
import { readForm } from './twilio-requests.ts';

let stage: TwilioStage;
beforeAll(async () => {
  stage = await createTwilioStage();
});
afterAll(() => stage.close());

const names = [
  'CallSid',
  'AccountSid',
  'From',
  'To',
  'CallStatus',
  'SipDomain',
  'CallerName',
  'DialCallStatus',
  'ReferCallStatus',
  'NotifySipResponseCode',
  'RecordingUrl',
  'RecordingStatus',
  'AnsweredBy',
  'StreamEvent',
  '__proto__',
  'constructor',
] as const;
const values = [
  '',
  `CA${'a'.repeat(32)}`,
  'in-progress',
  'completed',
  '+353861234567',
  'sip:%ZZ@x',
  'sip:a@b',
  '\u0000',
  '💥'.repeat(50),
  'x'.repeat(5000),
  '-1',
  '1e999',
  'https://example.com/r',
  'javascript:alert(1)',
  '<Response/>',
  "'; drop table calls; --",
] as const;

it('whatever is signed and makes no sense is refused or passed over, and the server goes on', async () => {
  const random = createRandom(7);
  const statuses = new Map<number, number>();
  for (let round = 0; round < 600; round += 1) {
    const body = new URLSearchParams();
    for (let field = random.int(0, 8); field > 0; field -= 1) body.append(random.pick(names), random.pick(values));
    const query = random.pick([
      '',
      '?transfer=x',
      '?dial=00000000-0000-4000-8000-000000000000',
      '?times=99',
      '?times=-1',
    ]);
    const path = random.pick(paths) + query;
    // As bytes that are no form at all, now and then.
    const text = random.chance(0.1)
      ? String.fromCharCode(...Array.from({ length: 40 }, () => random.int(1, 255)))
      : String(body);
    const response = await fetch(stage.url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': twilioSignature(fakeAuthToken, publicUrl + path, readForm(text)),
      },
      body: text,
    });
    await response.arrayBuffer();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  }
  expect([...statuses.keys()].toSorted()).toEqual([200, 204, 400]);
  expect(stage.errors).toEqual([]);
  const healthy = stage.call();
  await stage.fake.until('a call', () => stage.desk.connected.length === 1);
  healthy.person.hangUp();
});

it.each([
  ['a body that is larger than any of Twilio', 'application/x-www-form-urlencoded', 'a='.padEnd(70_000, 'x'), 413],
  ['JSON', 'application/json', '{"CallSid":["CA1",{"x":1}]}', 403],
  ['broken JSON', 'application/json', '{"CallSid":', 400],
  ['a file', 'application/octet-stream', 'abc', 400],
])('%s is refused', async (_, type, body, status) => {
  const headers = { 'content-type': type, 'x-twilio-signature': 'AAAA' };
  const response = await fetch(`${stage.url}/voice`, { method: 'POST', headers, body });
  expect(response.status).toBe(status);
});
