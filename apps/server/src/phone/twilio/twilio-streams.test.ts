import { fakeAuthToken, fakeNumber } from '@parley/fakes/twilio/twilio-fake.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { twilioSignature } from '../../edge/signatures/twilio-signature.ts';
import { incoming, paths, post } from './testing/signed-requests.ts';
import { createTwilioStages, publicUrl, type TwilioStage } from './testing/twilio-stage.ts';

const stages = createTwilioStages();
afterEach(stages.close);
const set = stages.set;

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
