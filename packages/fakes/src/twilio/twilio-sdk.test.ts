import twilio from 'twilio';
import { afterEach, expect, test } from 'vitest';
import { createToneBrain } from '../brains/tone-brain.ts';
import { withFault } from '../faults.ts';
import type { Callee } from './fake-call.ts';
import { sdkClient } from './testing/sdk-client.ts';
import { startWebhookServer, type WebhookServer } from './testing/webhook-server.ts';
import { type RunningTwilio, startTwilioFake } from './twilio-fake.ts';

const { VoiceResponse } = twilio.twiml;
let fake: RunningTwilio;
let server: WebhookServer;
afterEach(async () => {
  expect(server.badSignatures).toEqual([]);
  await Promise.all([fake.close(), server.close()]);
});

async function start(
  answer: (path: string, params: Readonly<Record<string, string>>) => string | number,
  callee?: (target: string) => Callee,
) {
  server = await startWebhookServer({ authToken: '0123456789abcdef0123456789abcdef', answer });
  fake = await startTwilioFake({
    port: 0,
    brain: createToneBrain(),
    reach: server.reach,
    ...(callee !== undefined && { callee }),
  });
}

function client(options: { readonly authToken?: string; readonly fault?: string } = {}) {
  return sdkClient(withFault(fake.url, options.fault ?? ''), fake.accountSid, options.authToken ?? fake.authToken);
}

const untilStatus = (status: string) =>
  fake.until(`a call that is ${status}`, ({ calls }) => calls.some((call) => call.status === status));

test('a call made by the package rings, is answered, follows its TwiML, and every step is told with a good signature', async () => {
  await start(() => new VoiceResponse().toString());
  const made = await client().calls.create({
    to: '+353861111111',
    from: '+35312345678',
    url: `${server.publicUrl}/voice?x=1`,
    statusCallback: `${server.publicUrl}/status`,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
  });
  expect(made).toMatchObject({ status: 'queued', direction: 'outbound-api', to: '+353861111111' });
  await untilStatus('completed');
  await fake.until('the last callback', ({ webhooks }) => webhooks.filter(({ status }) => status === 200).length === 5);
  const told = server.requests.filter(({ path }) => path === '/status');
  expect(told.map(({ params }) => [params.CallStatus, params.SequenceNumber])).toEqual(
    expect.arrayContaining([
      ['initiated', '0'],
      ['ringing', '1'],
      ['in-progress', '2'],
      ['completed', '3'],
    ]),
  );
  expect(told[0]?.params).toMatchObject({ CallSid: made.sid, CallbackSource: 'call-progress-events' });
  expect(server.requests.find(({ path }) => path === '/voice?x=1')?.params).toMatchObject({
    CallSid: made.sid,
    AccountSid: fake.accountSid,
    Direction: 'outbound-api',
    CallStatus: 'in-progress',
    ApiVersion: '2010-04-01',
  });
  const fetched = await client().calls(made.sid).fetch();
  expect(fetched).toMatchObject({ status: 'completed', to: '+353861111111' });
  expect(fetched.startTime).toBeInstanceOf(Date);
  expect((await client().calls.list()).map(({ sid }) => sid)).toEqual([made.sid]);
});

test.for([
  ['busy', { does: 'busy' }],
  ['no-answer', { does: 'no-answer', afterMs: 5 }],
  ['failed', { does: 'failed' }],
] as const)('a person who is %s never hears anything, and the last callback says so', async ([status, callee]) => {
  await start(
    () => 500,
    () => callee,
  );
  const statusCallback = `${server.publicUrl}/status`;
  await client().calls.create({ to: '+353861111111', from: '+35312345678', twiml: '<Response/>', statusCallback });
  await untilStatus(status);
  await fake.until('the callback', () => server.requests.some(({ params }) => params.CallStatus === status));
});

test('a machine that answers is told with the request for TwiML, or later by a callback of its own', async () => {
  await start(
    () => new VoiceResponse().toString(),
    () => ({ does: 'answers', as: 'machine' }),
  );
  const call = { to: '+353861111111', from: '+35312345678' };
  await client().calls.create({ ...call, url: `${server.publicUrl}/waits`, machineDetection: 'Enable' });
  await fake.until('the request', () => server.requests.find(({ path }) => path === '/waits'));
  expect(server.requests[0]?.params.AnsweredBy).toBe('machine_start');
  await client().calls.create({
    ...call,
    twiml: '<Response><Pause length="5"/></Response>',
    machineDetection: 'DetectMessageEnd',
    asyncAmd: 'true',
    asyncAmdStatusCallback: `${server.publicUrl}/amd`,
  });
  await fake.until('the callback', () => server.requests.find(({ path }) => path === '/amd'));
  expect(server.requests.find(({ path }) => path === '/amd')?.params).toMatchObject({
    AnsweredBy: 'machine_end_beep',
    MachineDetectionDuration: expect.stringMatching(/^\d+$/),
  });
});

test('a call in progress is given other TwiML, recorded, and hung up; one that is over is refused', async () => {
  await start((path) => (path === '/action' ? '<Response><Pause length="60"/></Response>' : 200));
  const { sid } = await client().calls.create({
    to: '+353861111111',
    from: '+35312345678',
    twiml: '<Response><Pause length="60"/></Response>',
  });
  await untilStatus('in-progress');
  const calls = client().calls(sid);
  const recording = await calls.recordings.create({
    recordingChannels: 'dual',
    recordingStatusCallback: `${server.publicUrl}/recording`,
  });
  await calls.update({ twiml: sayTwiml() });
  await fake.until('the words', () => fake.calls[0]?.said[0]?.text === 'One moment.');
  await fake.until('its end', () => fake.calls[0]?.status === 'completed');
  await fake.until('the recording', () => server.requests.some(({ path }) => path === '/recording'));
  const told = server.requests.find(({ path }) => path === '/recording')?.params;
  expect(told).toMatchObject({
    RecordingSid: recording.sid,
    RecordingStatus: 'completed',
    RecordingChannels: '2',
    RecordingSource: 'StartCallRecordingAPI',
    RecordingUrl: `${fake.url}/2010-04-01/Accounts/${fake.accountSid}/Recordings/${recording.sid}`,
  });
  const authorization = `Basic ${Buffer.from(`${fake.accountSid}:${fake.authToken}`).toString('base64')}`;
  const wav = await fetch(`${told?.RecordingUrl}.wav`, { headers: { authorization } });
  expect(
    Buffer.from(await wav.arrayBuffer())
      .subarray(0, 4)
      .toString(),
  ).toBe('RIFF');
  await expect(calls.update({ twiml: '<Response/>' })).rejects.toMatchObject({ status: 400, code: 21_220 });
});

function sayTwiml(): string {
  const response = new VoiceResponse();
  response.say('One moment.');
  return response.toString();
}

test('the account is there', async () => {
  await start(() => 200);
  expect(await client().api.v2010.accounts(fake.accountSid).fetch()).toMatchObject({
    sid: fake.accountSid,
    status: 'active',
  });
});

test('wrong keys, unknown calls and too many requests are refused as Twilio refuses them', async () => {
  await start(() => 200);
  await expect(client({ authToken: 'wrong' }).calls.list()).rejects.toMatchObject({ status: 401, code: 20_003 });
  await expect(client().calls('CAnone').fetch()).rejects.toMatchObject({ status: 404, code: 20_404 });
  await expect(client({ fault: 'status:429,retry-after:1' }).calls.list()).rejects.toMatchObject({
    status: 429,
    code: 20_429,
    message: expect.stringContaining('Too Many Requests'),
  });
  await expect(client().calls.create({ to: 'nobody', from: '+1', twiml: '<Response/>' })).rejects.toMatchObject({
    code: 21_211,
  });
  await expect(client().calls.create({ to: '+353861111111', from: '+353', twiml: '<Wrong' })).rejects.toMatchObject({
    code: 12_100,
  });
});

test('a number that cannot be reached is asked for at the fallback; without one the caller hears an apology of Twilio', async () => {
  await start((path) => (path === '/fallback' ? sayTwiml() : 500));
  const voiceUrl = `${server.publicUrl}/voice`;
  const call = fake.placeCall({
    from: '+353861111111',
    to: '+35312345678',
    voiceUrl,
    fallbackUrl: `${server.publicUrl}/fallback`,
  });
  expect(await call.ended).toBe('completed');
  expect(call.said[0]?.text).toBe('One moment.');
  expect(server.requests.at(-1)?.params).toMatchObject({ ErrorCode: '11200', ErrorUrl: voiceUrl });
  const other = fake.placeCall({ from: '+353861111111', to: '+35312345678', voiceUrl });
  expect(await other.ended).toBe('failed');
  expect(other.reports[0]).toMatchObject({ code: 11_200 });
});

test('a dialled number is connected, and its action is asked with how it went; a failed one too', async () => {
  await start(
    (path) => {
      const response = new VoiceResponse();
      if (path !== '/voice' && path !== '/away') return new VoiceResponse().toString();
      const dial = response.dial({
        action: `/after${path}`,
        callerId: '+35312345678',
        timeout: 1,
        answerOnBridge: true,
      });
      dial.number(
        { statusCallback: `${server.publicUrl}/dialled`, statusCallbackEvent: ['answered', 'completed'] },
        path === '/voice' ? '+353862222222' : '+353863333333',
      );
      return response.toString();
    },
    (target) => (target === '+353862222222' ? { does: 'answers' } : { does: 'busy' }),
  );
  const numbers = { from: '+353861111111', to: '+35312345678' };
  const call = fake.placeCall({ ...numbers, voiceUrl: `${server.publicUrl}/voice` });
  const child = await fake.until('the other', ({ calls }) =>
    calls.find(({ to, status }) => to === '+353862222222' && status === 'in-progress'),
  );
  expect(child).toMatchObject({ parentSid: call.sid, from: '+35312345678', direction: 'outbound-dial' });
  await call.person.say('can you hear me');
  await child.until('the voice of the caller', ({ person }) => person.hears.soundAfter(0) !== undefined);
  await child.person.say('yes i can');
  await call.until('the voice of the other', ({ person }) => person.hears.soundAfter(0) !== undefined);
  child.person.hangUp();
  expect(await call.ended).toBe('completed');
  expect(call.transfers).toEqual([{ by: 'number', target: '+353862222222', callSid: child.sid, outcome: 'answered' }]);
  const after = server.requests.find(({ path }) => path === '/after/voice')?.params;
  expect(after).toMatchObject({ DialCallStatus: 'completed', DialCallSid: child.sid, DialBridged: 'true' });
  await fake.until('both callbacks', () => server.requests.filter(({ path }) => path === '/dialled').length === 2);

  const away = fake.placeCall({ ...numbers, voiceUrl: `${server.publicUrl}/away` });
  await away.ended;
  expect(server.requests.find(({ path }) => path === '/after/away')?.params).toMatchObject({
    DialCallStatus: 'busy',
    DialBridged: 'false',
  });
});

test('a caller who hangs up ends the call of whoever was dialled for them, and the action is asked all the same', async () => {
  await start((path) => (path === '/voice' ? '<Response><Dial action="/after">+353862222222</Dial></Response>' : 204));
  const voiceUrl = `${server.publicUrl}/voice`;
  const call = fake.placeCall({ from: '+353861111111', to: '+35312345678', voiceUrl });
  const child = await fake.until('the other', ({ calls }) =>
    calls.find(({ direction, status }) => direction === 'outbound-dial' && status === 'in-progress'),
  );
  call.person.hangUp();
  expect(await child.ended).toBe('completed');
  await fake.until('the action', () => server.requests.some(({ path }) => path === '/after'));
  expect(server.requests.at(-1)?.params).toMatchObject({
    CallStatus: 'completed',
    DialCallStatus: 'completed',
    DialCallSid: child.sid,
  });
});

test('of two who are dialled at once the first to answer is connected, and the other is let be', async () => {
  await start(
    (path) =>
      path === '/voice'
        ? '<Response><Dial action="/after"><Number>+353862222222</Number><Sip>sip:desk@hotel.example</Sip></Dial></Response>'
        : 204,
    (target) => ({ does: 'answers', afterMs: target.startsWith('sip:') ? 10 : 5000 }),
  );
  const voiceUrl = `${server.publicUrl}/voice`;
  const call = fake.placeCall({ from: '+353861111111', to: '+35312345678', voiceUrl });
  await call.until('both', ({ transfers }) => transfers.map(({ outcome }) => outcome).join() === 'canceled,answered');
  expect(fake.calls.map(({ status }) => status)).toEqual(['in-progress', 'canceled', 'in-progress']);
});

test('a caller by SIP has the fields of SIP, and can be referred; one from the telephone network cannot', async () => {
  await start((path) => {
    if (path === '/after') return new VoiceResponse().toString();
    const response = new VoiceResponse();
    response.refer({ action: '/after' }).sip('sip:desk@hotel.example');
    return response.toString();
  });
  const voiceUrl = `${server.publicUrl}/voice`;
  const sip = { domain: 'hotel.sip.twilio.com', username: 'room7', headers: { 'X-Room': '7' } };
  const call = fake.placeCall({
    from: 'sip:room7@hotel.sip.twilio.com',
    to: 'sip:agent@hotel.sip.twilio.com',
    voiceUrl,
    sip,
  });
  expect(await call.ended).toBe('completed');
  expect(call.transfers).toMatchObject([{ by: 'refer', target: 'sip:desk@hotel.example', outcome: 'answered' }]);
  expect(server.requests[0]?.params).toMatchObject({
    SipDomain: 'hotel.sip.twilio.com',
    SipUsername: 'room7',
    'SipHeader_X-Room': '7',
  });
  await fake.until('the action', () => server.requests.find(({ params }) => params.NotifySipResponseCode === '200'));
  const other = fake.placeCall({ from: '+353861111111', to: '+35312345678', voiceUrl });
  await other.ended;
  expect(other.transfers).toEqual([]);
  expect(other.reports).toHaveLength(1);
});

test('keys are gathered, a redirect is followed, and a call that is turned away is never answered', async () => {
  await start((path, params) => {
    const response = new VoiceResponse();
    if (path === '/voice') response.gather({ numDigits: 2, action: '/keys', timeout: 5 });
    else if (path === '/keys') response.redirect(params.Digits === '42' ? '/right' : '/wrong');
    else response.reject({ reason: 'busy' });
    return response.toString();
  });
  const numbers = { from: '+353861111111', to: '+35312345678' };
  const call = fake.placeCall({ ...numbers, voiceUrl: `${server.publicUrl}/voice` });
  await call.until('the answer', ({ status }) => status === 'in-progress');
  await call.person.press('42');
  await call.ended;
  expect(server.requests.at(-1)?.path).toBe('/right');
  const refused = fake.placeCall({ ...numbers, voiceUrl: `${server.publicUrl}/refuse` });
  expect(await refused.ended).toBe('busy');
  expect(refused.rangMs).toBeUndefined();
});

test('a number says by its end how it behaves when it is called', async () => {
  await start(() => 200);
  for (const [to, status] of [
    ['+353860000001', 'busy'],
    ['sip:353860000003@trunk.example', 'failed'],
  ] as const) {
    const { sid } = await client().calls.create({ to, from: '+35312345678', twiml: '<Response/>' });
    await fake.until(status, ({ calls }) => calls.some((call) => call.sid === sid && call.status === status));
  }
});
