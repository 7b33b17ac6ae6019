import { WireError } from '@parley/contract/errors.ts';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { signBody } from '../../webhooks/webhook-signature.ts';
import { dailySignature, verifyDailySignature } from './daily-signature.ts';
import { verifyLiveKitSignature } from './livekit-signature.ts';
import { createReplayMemory } from './replay-memory.ts';
import { sha256, verifyParleySignature } from './signatures.ts';
import { twilioSignature, verifyTwilioSignature } from './twilio-signature.ts';

const nowMs = 1_700_000_000_000;
const minuteMs = 60_000;

/** The reason for which it is refused; `taken` when it is not. */
async function verdict(check: () => unknown): Promise<unknown> {
  try {
    await check();
    return 'taken';
  } catch (error) {
    if (error instanceof WireError && error.code === 'signature_invalid') return Object(error.details).reason;
    throw error;
  }
}

describe("this project's own signature", () => {
  const rawBody = '{"type":"conversation.ended","text":"Grüße"}';
  const check = (header: string | undefined, over: object = {}) =>
    verdict(() => verifyParleySignature({ header, rawBody, secrets: ['old', 'new'], nowMs, ...over }));

  it('is taken as webhooks are signed, by either secret while they change', async () => {
    expect(await check(signBody(rawBody, ['new'], nowMs))).toBe('taken');
    expect(await check(signBody(rawBody, ['newest', 'old'], nowMs))).toBe('taken');
    expect(await check(signBody(rawBody, ['new'], nowMs), { rawBody: Buffer.from(rawBody) })).toBe('taken');
    expect(
      verifyParleySignature({ header: signBody(rawBody, ['new'], nowMs), rawBody, secrets: ['new'], nowMs }),
    ).toEqual({
      signedAtMs: nowMs,
    });
  });

  it('holds for this body, this time and this secret', async () => {
    const header = signBody(rawBody, ['new'], nowMs);
    expect(await check(header, { rawBody: `${rawBody} ` })).toBe('wrong');
    expect(await check(header, { secrets: ['other'] })).toBe('wrong');
    expect(await check(header, { secrets: [] })).toBe('wrong');
    expect(await check(header.replace('t=17', 't=18'))).toBe('wrong');
    expect(await check(header.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).toBe('wrong');
  });

  it('is good for five minutes either way', async () => {
    for (const [offMs, expected] of [
      [5 * minuteMs, 'taken'],
      [-5 * minuteMs, 'taken'],
      [5 * minuteMs + 1000, 'too_old'],
      [-5 * minuteMs - 1000, 'too_old'],
    ] as const) {
      expect(await check(signBody(rawBody, ['new'], nowMs + offMs))).toBe(expected);
    }
  });

  it.each([undefined, '', 't=1', 'v1=aa', 't=1,v1=aa', `t=1,v1=${'g'.repeat(64)}`, `t=-1,v1=${'a'.repeat(64)}`])(
    'is refused when it is %j',
    async (header) => {
      expect(await check(header)).toBe(header === undefined ? 'missing' : 'malformed');
    },
  );
});

describe('what was signed and came already', () => {
  it('is refused until its signature is no longer good anyway', async () => {
    const memory = createReplayMemory();
    expect(await verdict(() => memory.once('a', nowMs))).toBe('taken');
    expect(await verdict(() => memory.once('a', nowMs + minuteMs))).toBe('replayed');
    expect(await verdict(() => memory.once('b', nowMs + minuteMs))).toBe('taken');
    expect(await verdict(() => memory.once('a', nowMs + 10 * minuteMs))).toBe('taken');
  });

  it('is remembered within bounds', () => {
    const memory = createReplayMemory({ keptForMs: minuteMs, maxIds: 100 });
    for (let id = 0; id < 1000; id += 1) memory.once(String(id), nowMs);
    expect(memory.size).toBe(100);
    memory.once('later', nowMs + minuteMs);
    expect(memory.size).toBe(1);
  });
});

describe("Twilio's signature", () => {
  // The example of their documentation.
  const authToken = '12345';
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const params = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+12349013030',
    Digits: '1234',
    From: '+12349013030',
    To: '+18005551212',
  };
  const header = '0/KCTR6DLpKmkAf8muzZqo1nDgQ=';

  it('is that of their documentation', async () => {
    expect(twilioSignature(authToken, url, params)).toBe(header);
    expect(await verdict(() => verifyTwilioSignature({ authToken, header, url, params }))).toBe('taken');
  });

  it('holds for this address, these fields and this token', async () => {
    const check = (over: object) => verdict(() => verifyTwilioSignature({ authToken, header, url, params, ...over }));
    expect(await check({ params: { ...params, Digits: '1235' } })).toBe('wrong');
    expect(await check({ params: { ...params, More: '' } })).toBe('wrong');
    expect(await check({ url: url.replace('foo=1', 'foo=2') })).toBe('wrong');
    expect(await check({ url: url.replace('https', 'http') })).toBe('wrong');
    expect(await check({ url: url.replace('.php', '.php/') })).toBe('wrong');
    expect(await check({ authToken: '12346' })).toBe('wrong');
    expect(await check({ header: undefined })).toBe('missing');
    expect(await check({ header: '' })).toBe('wrong');
  });

  it('may name the standard port or not, no other', async () => {
    const check = (address: string) =>
      verdict(() => verifyTwilioSignature({ authToken, header, url: address, params }));
    expect(await check(url.replace('.com/', '.com:443/'))).toBe('taken');
    expect(await check(url.replace('.com/', '.com:8443/'))).toBe('wrong');
    const stream = 'wss://mycompany.com/media';
    const signature = twilioSignature(authToken, stream);
    expect(await verdict(() => verifyTwilioSignature({ authToken, header: signature, url: stream }))).toBe('taken');
  });

  it('counts each value of a list once', () => {
    expect(twilioSignature(authToken, url, { Media: ['b', 'a', 'b'] })).toBe(
      twilioSignature(authToken, url, { Media: ['a', 'b'] }),
    );
  });

  it('covers a body of JSON by its hash in the address', async () => {
    const rawBody = '{"a":1}';
    const address = `https://mycompany.com/hook?bodySHA256=${sha256(rawBody).toString('hex')}`;
    const signed = { authToken, header: twilioSignature(authToken, address), url: address };
    expect(await verdict(() => verifyTwilioSignature({ ...signed, rawBody }))).toBe('taken');
    expect(await verdict(() => verifyTwilioSignature({ ...signed, rawBody: '{"a":2}' }))).toBe('wrong');
  });
});

describe("LiveKit's signature", () => {
  const rawBody = '{"event":"room_finished","createdAt":"1700000000"}';
  const [apiKey, apiSecret] = ['APIkey', 'a secret of more than thirty-two bytes'];
  const token = (claims: object = {}, { issuer = apiKey, secret = apiSecret, atMs = nowMs, alg = 'HS256' } = {}) =>
    new SignJWT({ sha256: sha256(rawBody).toString('base64'), ...claims })
      .setProtectedHeader({ alg })
      .setIssuer(issuer)
      .setNotBefore(Math.floor(atMs / 1000))
      .setExpirationTime(Math.floor(atMs / 1000) + 300)
      .sign(new TextEncoder().encode(secret));
  const check = (header: string | undefined, body = rawBody) =>
    verdict(() => verifyLiveKitSignature({ header, rawBody: body, apiKey, apiSecret, nowMs }));

  it('is taken with or without Bearer, for this body alone', async () => {
    expect(await check(await token())).toBe('taken');
    expect(await check(`Bearer ${await token()}`)).toBe('taken');
    expect(await check(await token(), rawBody.replace('finished', 'started'))).toBe('wrong');
  });

  it('is refused by another key or secret, too late, without a hash or an algorithm', async () => {
    expect(await check(await token({}, { issuer: 'APIother' }))).toBe('wrong');
    expect(await check(await token({}, { secret: 'another secret of thirty-two bytes' }))).toBe('wrong');
    expect(await check(await token({}, { atMs: nowMs - 6 * minuteMs }))).toBe('too_old');
    expect(await check(await token({}, { atMs: nowMs + minuteMs }))).toBe('wrong');
    expect(await check(await token({ sha256: undefined }))).toBe('wrong');
    expect(await check(await token({ sha256: 1 }))).toBe('wrong');
    expect(await check(await token({}, { alg: 'HS512' }))).toBe('wrong');
    const [, payload] = (await token()).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    expect(await check(none)).toBe('wrong');
    expect(await check('not a token')).toBe('malformed');
    expect(await check(undefined)).toBe('missing');
  });
});

describe("Daily's signature", () => {
  const secretBase64 = Buffer.from('super-secret').toString('base64');
  const rawBody = '{"test":"test"}';
  const signature = '+RxqzbjxIxElIkNc6dru2mVKpA8tfKc1D5BGJjjwcbM=';
  const good = { secretBase64, rawBody, signature, timestamp: '1700000000', nowMs };

  it('is that of the formula, by the decoded secret', async () => {
    expect(dailySignature(secretBase64, '1700000000', rawBody)).toBe(signature);
    expect(await verdict(() => verifyDailySignature(good))).toBe('taken');
    const timestamp = '1700000000123';
    const inMs = { ...good, timestamp, signature: dailySignature(secretBase64, timestamp, rawBody) };
    expect(await verdict(() => verifyDailySignature(inMs))).toBe('taken');
  });

  it('holds for this body, this time and this secret', async () => {
    const check = (over: object) => verdict(() => verifyDailySignature({ ...good, ...over }));
    expect(await check({ rawBody: '{"test":"tesT"}' })).toBe('wrong');
    expect(await check({ timestamp: '1700000001' })).toBe('wrong');
    expect(await check({ secretBase64: 'c2VjcmV0' })).toBe('wrong');
    expect(await check({ nowMs: nowMs + 6 * minuteMs })).toBe('too_old');
    expect(await check({ timestamp: 'soon' })).toBe('malformed');
    expect(await check({ timestamp: undefined })).toBe('missing');
    expect(await check({ signature: undefined })).toBe('missing');
  });
});
