import { fakeAuthToken, fakeNumber } from '@parley/fakes/twilio/twilio-fake.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { twilioSignature } from '../../edge/signatures/twilio-signature.ts';
import { createTwilioStages, publicUrl, speakOn, type TwilioStage } from './testing/twilio-stage.ts';

const stages = createTwilioStages();
afterEach(stages.close);
const set = stages.set;

/** A request signed as Twilio signs, unless said otherwise. */
async function post(
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

const incoming = {
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
const paths = [
  '/voice',
  '/voice/fallback',
  '/voice/status',
  '/voice/stream-status',
  '/voice/recording',
  '/voice/action',
  '/voice/machine',
];

describe('signatures', () => {
  it('are checked at every address, and what is not signed by Twilio gets 403', async () => {
    const here = await set();
    for (const path of paths) {
      expect((await post(here, path, incoming, { signature: 'AAAA' })).status).toBe(403);
      expect((await fetch(here.url + path, { method: 'POST' })).status).toBe(403);
      const asJson = await fetch(here.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-twilio-signature': 'AAAA' },
        body: '{"CallSid":{"deep":[1,2,3]}}',
      });
      expect(asJson.status).toBe(403);
      const other = twilioSignature('another token of 32 characters..', publicUrl + path, incoming);
      expect((await post(here, path, incoming, { signature: other })).status).toBe(403);
    }
    expect(here.desk.offered).toEqual([]);
    // Four at each, so that an address that goes on is stopped; what Twilio signs is never counted.
    expect(here.strangers.count).toBe(4 * paths.length);
    await post(here, '/voice', incoming);
    expect(here.strangers.count).toBe(4 * paths.length);
  });

  it('hold behind proxies, with the port of https or without', async () => {
    const here = await set();
    expect((await post(here, '/voice', incoming, { as: `${publicUrl}:443/voice` })).status).toBe(200);
    expect((await post(here, '/voice', incoming)).status).toBe(200);
    expect((await post(here, '/voice', incoming, { as: 'http://inside.local/voice' })).status).toBe(403);
    expect((await post(here, '/voice', incoming, { as: `${publicUrl}/voice/` })).status).toBe(403);
    // Twilio that asks twice for one call gets the same conversation.
    expect(here.desk.offered).toHaveLength(1);
  });

  it('hold too when Twilio adds what a network says of the caller after signing, and nothing else', async () => {
    const here = await set();
    const signature = twilioSignature(fakeAuthToken, `${publicUrl}/voice`, incoming);
    const late = { CallToken: 'abc', StirVerstat: 'TN-Validation-Passed-A' };
    expect((await post(here, '/voice', { ...incoming, ...late }, { signature })).status).toBe(200);
    expect((await post(here, '/voice', { ...incoming, ...late })).status).toBe(200);
    expect((await post(here, '/voice', { ...incoming, Another: 'one' }, { signature })).status).toBe(403);
  });

  it('of the WebSocket are over its own address', async () => {
    const here = await set();
    const open = async (signature: string | undefined, path = '/voice/stream') => {
      const socket = new WebSocket(here.url.replace('http', 'ws') + path, {
        headers: signature === undefined ? {} : { 'x-twilio-signature': signature },
      });
      const status = Promise.withResolvers<number>();
      socket.on('unexpected-response', (_request, response) => status.resolve(response.statusCode ?? 0));
      socket.on('open', () => status.resolve(101));
      socket.on('error', () => {});
      const answer = await status.promise;
      socket.terminate();
      return answer;
    };
    const over = (url: string) => twilioSignature(fakeAuthToken, url);
    expect(await open(undefined)).toBe(403);
    expect(await open('AAAA')).toBe(403);
    expect(await open(over('https://agent.example/voice/stream'))).toBe(403);
    expect(await open(over('wss://agent.example/voice/stream/'))).toBe(403);
    expect(here.strangers.count).toBe(4);
    expect(await open(over('wss://agent.example/voice/stream'))).toBe(101);
    expect(await open(over('wss://agent.example:443/voice/stream'))).toBe(101);
  });
});

describe('a stream', () => {
  /** Opens it as Twilio would, and says for which call. */
  async function stream(here: TwilioStage, token: string, callSid = incoming.CallSid) {
    const socket = new WebSocket(`${here.url.replace('http', 'ws')}/voice/stream`, {
      headers: { 'x-twilio-signature': twilioSignature(fakeAuthToken, 'wss://agent.example/voice/stream') },
    });
    const closed = Promise.withResolvers<number>();
    socket.on('close', (code) => closed.resolve(code));
    socket.on('open', () => {
      const start = {
        accountSid: incoming.AccountSid,
        streamSid: 'MZ1',
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: { token },
      };
      socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid: 'MZ1' }));
    });
    return { socket, closed: closed.promise };
  }
  const tokenIn = (twiml: string) => /name="token" value="([^"]+)"/.exec(twiml)?.[1] ?? '';

  /** A call at Twilio that is not connected with us, whatever its webhook was answered. */
  async function callWith({ fake }: TwilioStage, twiml: string) {
    const login = Buffer.from(`${fake.accountSid}:${fake.authToken}`).toString('base64');
    await fetch(`${fake.url}/2010-04-01/Accounts/${fake.accountSid}/Calls.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${login}` },
      body: new URLSearchParams({ To: '+353862222222', From: fakeNumber, Twiml: twiml }),
    });
    return fake.until('the call', () => fake.calls[0]);
  }

  it('opens with the token of its call, once', async () => {
    const here = await set();
    const token = tokenIn(await (await post(here, '/voice', incoming)).text());
    const first = await stream(here, token);
    await here.fake.until('the leg', () => here.desk.connected.length === 1);
    expect(here.desk.connected[0]?.leg).toMatchObject({
      callId: incoming.CallSid,
      from: incoming.From,
      to: fakeNumber,
    });
    const second = await stream(here, token);
    expect(await second.closed).toBe(1008);
    expect(here.desk.connected).toHaveLength(1);
    first.socket.terminate();
  });

  it.each([
    ['made up', () => 'bm90LW91cnM.AAAA'],
    ['none', () => ''],
    ['changed', (token: string) => token.replace(/^.{3}/, 'AAA')],
  ])('does not open with a token that is %s', async (_, spoil) => {
    const here = await set();
    const token = tokenIn(await (await post(here, '/voice', incoming)).text());
    expect(await (await stream(here, spoil(token))).closed).toBe(1008);
    expect(here.desk.connected).toEqual([]);
  });

  it('whose call Twilio says nothing more of is ended there too when we hang up', async () => {
    const here = await set({ callsOptions: { streamTimeoutMs: 5000, settleTimeoutMs: 50 } });
    const token = tokenIn(await (await post(here, '/voice', incoming)).text());
    const opened = await stream(here, token);
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    leg.hangUp('completed');
    await opened.closed;
    const asked = await here.fake.until('the request', () =>
      JSON.stringify(here.fake.journal.entries).includes(`/Calls/${incoming.CallSid}.json`),
    );
    expect(asked).toBe(true);
    // There is no such call there: it is over, and nothing is wrong.
    expect(here.errors).toEqual([]);
  });

  it('that Twilio opens anew while the first is dead without our knowing goes on where it was, and nobody hangs up', async () => {
    const here = await set({ callsOptions: { streamTimeoutMs: 5000, settleTimeoutMs: 50 } });
    const first = await stream(here, tokenIn(await (await post(here, '/voice', incoming)).text()));
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    const again = await post(here, '/voice/action?times=1', { ...incoming, CallStatus: 'in-progress' });
    const second = await stream(here, tokenIn(await again.text()));
    await first.closed;
    // A key on the new stream is heard by whoever listened on the old one.
    const key = Promise.withResolvers<string>();
    leg.listen({ frame() {}, digit: key.resolve });
    const dtmf = { track: 'inbound_track', digit: '7' };
    second.socket.send(JSON.stringify({ event: 'dtmf', streamSid: 'MZ1', sequenceNumber: '2', dtmf }));
    expect(await key.promise).toBe('7');
    expect(here.desk.connected).toHaveLength(1);
    leg.hangUp('completed');
    await second.closed;
  });

  it('on which nothing is heard any more ends the call at Twilio, unless Twilio asks what to do next', async () => {
    const callsOptions = { streamTimeoutMs: 5000, settleTimeoutMs: 50, leg: { audioTimeoutMs: 60 } };
    const here = await set({ callsOptions });
    await stream(here, tokenIn(await (await post(here, '/voice', incoming)).text()));
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    expect(await leg.ended).toMatchObject({ by: 'network' });
    await here.fake.until('the request', () =>
      JSON.stringify(here.fake.journal.entries).includes(`/Calls/${incoming.CallSid}.json`),
    );
    expect(here.errors).toEqual([]);
  });

  it('that never comes is not waited for: the conversation ends', async () => {
    const here = await set({ callsOptions: { streamTimeoutMs: 50, settleTimeoutMs: 5000 } });
    await post(here, '/voice', incoming);
    expect(await here.fake.until('the end', () => here.desk.givenUp[0])).toMatchObject({ outcome: 'failed' });
  });

  it('that never comes, while the call goes on in silence, ends it at Twilio too', async () => {
    const here = await set({ callsOptions: { streamTimeoutMs: 50, settleTimeoutMs: 5000 } });
    const call = await callWith(here, '<Response><Pause length="60"/></Response>');
    await call.until('it is answered', ({ status }) => status === 'in-progress');
    await post(here, '/voice', { ...incoming, CallSid: call.sid });
    expect(await call.ended).toBe('completed');
    expect(here.desk.givenUp).toMatchObject([{ outcome: 'failed' }]);
  });

  it('that never comes since the caller hung up is no failure', async () => {
    const here = await set({ tellsStatus: false, callsOptions: { streamTimeoutMs: 50, settleTimeoutMs: 5000 } });
    const call = await callWith(here, '<Response><Hangup/></Response>');
    await call.ended;
    await post(here, '/voice', { ...incoming, CallSid: call.sid });
    expect(await here.fake.until('the end', () => here.desk.givenUp[0])).toMatchObject({ outcome: 'canceled' });
  });

  it('does not open with the token of another call', async () => {
    const here = await set();
    const token = tokenIn(await (await post(here, '/voice', incoming)).text());
    expect(await (await stream(here, token, `CA${'c'.repeat(32)}`)).closed).toBe(1008);
  });
});

describe('a call that comes in', () => {
  it('talks both ways within a second of being picked up, and ends when the caller hangs up', async () => {
    const here = await set();
    const call = here.call();
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    expect(here.desk.offered[0]).toMatchObject({ channel: 'twilio', from: '+353861111111', to: fakeNumber });
    const frames: number[] = [];
    const keys: string[] = [];
    leg.listen({ frame: (frame) => frames.push(frame.length), digit: (digit) => keys.push(digit) });
    await speakOn(leg, 10);
    expect(await call.until('the greeting', ({ person }) => person.hears.soundAfter(0), 5000)).toBeLessThan(1000);
    await call.person.press('42#');
    await call.until('the keys', () => keys.length === 3);
    expect(keys.join('')).toBe('42#');
    await call.until('sound', () => frames.length > 20);
    // Played 200 ms later than written at most, on one machine.
    await call.until('the mark', ({ streams }) => (streams[0]?.marks.length ?? 0) > 0);
    call.person.hangUp();
    expect(await leg.ended).toMatchObject({ by: 'far' });
    expect(call.reports).toEqual([]);
    expect(here.errors).toEqual([]);
  });

  it('over a slow network is known to be as far away as it is, and what is interrupted is thrown away there', async () => {
    const here = await set({ network: { delayMs: 150, jitterMs: 20 } });
    const call = here.call();
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    const told: number[] = [];
    leg.listen({ frame() {}, digit() {}, playoutDelay: (delayMs) => told.push(delayMs) });
    await speakOn(leg, 30);
    await call.until('the way was measured', () => told.length > 0);
    // There and back.
    expect(leg.playoutDelayMs).toBeGreaterThanOrEqual(300);
    await speakOn(leg, 10);
    leg.clear();
    await call.until('it is thrown away', ({ streams }) => (streams[0]?.clears ?? 0) > 0);
    expect(call.reports).toEqual([]);
  });

  it('ends when we hang up, after the last words were heard', async () => {
    const here = await set();
    const call = here.call();
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    await speakOn(leg, 25);
    leg.hangUp('completed');
    expect(await call.ended).toBe('completed');
    expect(await leg.ended).toEqual({ by: 'here', reason: 'completed' });
    const began = call.person.hears.soundAfter(0) ?? Number.NaN;
    expect(call.person.hears.lastSoundMs - began).toBeGreaterThanOrEqual(500);
    expect(call.reports).toEqual([]);
  });

  it.each(['busy', 'rate_limited'] as const)('that is refused (%s) is busy', async (why) => {
    const here = await set();
    here.desk.refusal = why;
    const call = here.call();
    expect(await call.ended).toBe('busy');
    expect(call.streams).toEqual([]);
  });

  it.each([
    ['unknown_number', /not in service/],
    ['shutting_down', /nobody can take your call/],
    ['failed', /nobody can take your call/],
  ] as const)('that is refused (%s) is told so', async (why, sentence) => {
    const here = await set();
    here.desk.refusal = why;
    const call = here.call();
    const [said] = await call.until('the sentence', ({ said: all }) => all.length > 0 && all);
    expect(said?.text).toMatch(sentence);
    expect(call.streams).toEqual([]);
  });

  it('that nobody can take is told so in the language of whom they called', async () => {
    const here = await set();
    here.desk.refusal = 'shutting_down';
    here.desk.language = 'vi-VN';
    const [said] = await here.call().until('the sentence', ({ said: all }) => all.length > 0 && all);
    expect(said).toMatchObject({ language: 'vi-VN', text: expect.stringMatching(/^Xin lỗi quý khách/) });
  });

  it('while the database is away is told that nobody can come, not that an application failed', async () => {
    const here = await set();
    here.desk.isAway = true;
    const answer = await post(here, '/voice', incoming);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/<Say language="en-US">We are sorry/);
  });

  it('hears an apology from Twilio when the server does not answer as it should', async () => {
    const here = await set();
    const call = here.call({ voiceUrl: `${publicUrl}/nothing-here` });
    const [said] = await call.until('the apology', ({ said: all }) => all.length > 0 && all);
    expect(said?.text).toMatch(/sorry/);
  });

  it('by SIP is known by the user that was called', async () => {
    const here = await set();
    const call = here.call({
      from: 'sip:alice@agents.sip.twilio.com',
      to: 'sip:booking@agents.sip.twilio.com',
      sip: { domain: 'agents.sip.twilio.com' },
    });
    await here.fake.until('the leg', () => here.desk.connected[0]);
    expect(here.desk.offered[0]).toMatchObject({ from: 'alice', to: 'booking' });
    call.person.hangUp();
    await call.ended;
  });

  it('from somebody who hides their number is anonymous, whatever stands for it', async () => {
    const here = await set();
    const call = here.call({ from: '+266696687' });
    await here.fake.until('the leg', () => here.desk.connected[0]);
    expect(here.desk.offered[0]).toMatchObject({ from: 'anonymous' });
    call.person.hangUp();
    await call.ended;
  });

  it('whose caller is gone before the sound came is given up', async () => {
    const here = await set();
    expect((await post(here, '/voice', incoming)).status).toBe(200);
    expect((await post(here, '/voice/status', { ...incoming, CallStatus: 'canceled' })).status).toBe(204);
    expect(here.desk.givenUp).toMatchObject([{ outcome: 'canceled' }]);
  });

  it('is recorded by Twilio too where that is wanted, and the address of the recording is kept', async () => {
    const here = await set({ records: true });
    const call = here.call();
    const { leg, conversationId } = await here.fake.until('the leg', () => here.desk.connected[0]);
    await speakOn(leg, 10);
    leg.hangUp('completed');
    await call.ended;
    const { note, ...of } = await here.fake.until('the recording', () => here.desk.notes[0]);
    expect(of).toEqual({ conversationId });
    expect(note.vendorRecordingUrl).toMatch(/\/Recordings\/RE/);
    expect(note.vendorRecordingSeconds).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['', false],
    [', without the database too', true],
  ])('whose connection breaks goes on where it was%s', async (_, isAway) => {
    const here = await set();
    const call = here.call();
    const { leg } = await here.fake.until('the leg', () => here.desk.connected[0]);
    const frames: number[] = [];
    leg.listen({ frame: (frame) => frames.push(frame.length), digit() {} });
    await call.until('sound', () => frames.length > 5);
    here.desk.isAway = isAway;
    here.app.server.closeAllConnections();
    for (const socket of here.sockets) socket.destroy();
    await call.until('another stream', ({ streams }) => streams[1]?.state === 'open');
    const before = frames.length;
    await call.until('the caller again', () => frames.length > before + 5);
    expect(here.desk.connected).toHaveLength(1);
    call.person.hangUp();
    expect(await leg.ended).toMatchObject({ by: 'far' });
  });
});
